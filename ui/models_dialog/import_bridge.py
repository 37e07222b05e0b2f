"""An import's events as Qt signals on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from app.compose.events import Event, Failed, Prepared, Preparing, Stopped
from app.importing import Importer


class Importing(Protocol):
    """What brings a person's own model among the installed ones."""

    def start(self, source: Path, model_id: str = "", chat_format: str = "") -> None: ...

    def cancel(self) -> None: ...

    def close(self) -> None: ...


MakeImporter = Callable[[Path, Callable[[Event], None]], Importing]


class ImportBridge(QObject):
    """Imports one model at a time. It goes on when the dialog is closed, and ends with the window.

    Attributes:
        source: what is being imported, or None.

    Signals:
        progressed(Preparing): how far it is.
        arrived(str): the model of this id is installed.
        failed(UserError): it could not be; nothing was added.
        stopped: the person stopped it; nothing was added.
    """

    progressed = Signal(object)
    arrived = Signal(str)
    failed = Signal(object)
    stopped = Signal()
    _came = Signal(object)

    def __init__(self, models_folder: Path, make: MakeImporter = Importer) -> None:
        super().__init__()
        self._importer = make(models_folder, self._came.emit)
        self._is_open = True
        self.source: Path | None = None
        self._came.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def start(self, source: Path, chat_format: str = "") -> None:
        """Begin, unless one is under way; an empty chat format is found out."""
        if self.source is None:
            self.source = source
            self._importer.start(source, chat_format=chat_format)

    def cancel(self) -> None:
        """Stop it; `stopped` follows."""
        self._importer.cancel()

    def close(self, timeout: float) -> None:
        """Stop it, and wait at most `timeout` seconds for its process to tidy up after itself."""
        self._is_open = False
        if self.source:
            closing = threading.Thread(target=self._importer.close, daemon=True)
            closing.start()
            closing.join(timeout)

    def _tell(self, event: Event) -> None:
        if not self._is_open:
            return
        if isinstance(event, Preparing):
            self.progressed.emit(event)
            return
        self.source = None
        if isinstance(event, Prepared):
            self.arrived.emit(event.model_id)
        elif isinstance(event, Failed):
            self.failed.emit(event.error)
        elif isinstance(event, Stopped):
            self.stopped.emit()
