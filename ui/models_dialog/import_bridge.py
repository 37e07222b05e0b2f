"""An import's events as Qt signals on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from app.compose.events import Event, Failed, Fetching, Prepared, Preparing, Stopped
from app.errors import UserError
from app.hub_importing import HubImporter
from app.importing import Importer
from models.install.hub_name import repository_name


class Running(Protocol):
    """What can be under way, and ended."""

    def cancel(self) -> None: ...

    def close(self) -> None: ...


class Importing(Running, Protocol):
    """What brings a person's own model among the installed ones."""

    def start(self, source: Path, model_id: str = "", chat_format: str = "") -> None: ...


MakeImporter = Callable[[Path, Callable[[Event], None]], Importing]


class ImportBridge(QObject):
    """Imports one model at a time. It goes on when the dialog is closed, and ends with the window.

    Attributes:
        name: of what is being imported, or "".
        is_fetching: whether the Hub is being talked to.
        kept_id: the id of what is kept of the last download, should it be broken off, or "".

    Signals:
        fetching(Progress): how far its download from the Hub is.
        progressed(Preparing): how far the import is.
        arrived(str): the model of this id is installed.
        failed(UserError): it could not be; nothing was added.
        stopped: the person stopped it; nothing was added.
    """

    fetching = Signal(object)
    progressed = Signal(object)
    arrived = Signal(str)
    failed = Signal(object)
    stopped = Signal()
    _came = Signal(object)

    def __init__(self, models_folder: Path, make: MakeImporter = Importer) -> None:
        super().__init__()
        self._importer = make(models_folder, self._came.emit)
        self._hub_importer = HubImporter(models_folder, self._came.emit)
        self._running: Running = self._importer
        self._is_open = True
        self.name = ""
        self.is_fetching = False
        self.kept_id = ""
        self._came.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def start(self, source: Path, chat_format: str = "") -> None:
        """Begin, unless one is under way; an empty chat format is found out."""
        if not self.name:
            self.name, self._running, self.kept_id = source.name, self._importer, ""
            self._importer.start(source, chat_format=chat_format)

    def start_from_hub(self, name: str, chat_format: str = "") -> None:
        """Begin with a checkpoint on the Hub, unless one is under way."""
        if not self.name:
            self.name, self._running, self.is_fetching = name, self._hub_importer, True
            self.kept_id = _kept_id(name)
            self._hub_importer.start(name, chat_format=chat_format)

    def cancel(self) -> None:
        """Stop it; `stopped` follows."""
        self._running.cancel()

    def close(self, timeout: float) -> None:
        """Stop it, and wait at most `timeout` seconds for it to tidy up after itself."""
        self._is_open = False
        if self.name:
            closing = threading.Thread(target=self._running.close, daemon=True)
            closing.start()
            closing.join(timeout)

    def _tell(self, event: Event) -> None:
        if not self._is_open:
            return
        if isinstance(event, Fetching):
            self.fetching.emit(event.progress)
            return
        self.is_fetching = False
        if isinstance(event, Preparing):
            self.progressed.emit(event)
            return
        self.name = ""
        if isinstance(event, Prepared):
            self.arrived.emit(event.model_id)
        elif isinstance(event, Failed):
            self.failed.emit(event.error)
        elif isinstance(event, Stopped):
            self.stopped.emit()


def _kept_id(written: str) -> str:
    try:
        return repository_name(written).unfinished_id
    except UserError:
        return ""
