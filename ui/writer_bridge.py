"""The writer's events as Qt signals on the GUI thread."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.compose.brief import Brief
from app.compose.events import (
    Died,
    Event,
    Failed,
    Finished,
    Prepared,
    Preparing,
    Preview,
    Ready,
    Stopped,
)
from app.preparing import Preparer
from app.writer import Writer
from models.library import BUILT_IN, Library

PREVIEW_INTERVAL_MS = 33


class WriterBridge(QObject):
    """Owns the writer and the preparer, whose events come on threads of theirs.

    Previews come far faster than a screen can show them: only the latest text of each row is kept,
    and told every 33 ms. What ends a run drops the previews still waiting.

    Signals, each with one event of `app.compose.events`:
        ready: the model is loaded (`Ready`).
        preview: the text of one row so far (`Preview`).
        finished: the drafts of one run (`Finished`).
        stopped: a run, or preparing (run 0), was stopped (`Stopped`).
        failed: a run, loading or preparing did not work (`Failed`).
        died: the writer's process ended by itself (`Died`).
        preparing: how far the built-in model is made (`Preparing`).
        prepared: the built-in model lies ready, and the writer starts with it (`Prepared`).
    """

    ready = Signal(object)
    preview = Signal(object)
    finished = Signal(object)
    stopped = Signal(object)
    failed = Signal(object)
    died = Signal(object)
    preparing = Signal(object)
    prepared = Signal(object)
    _arrived = Signal(object)

    def __init__(self, models_folder: Path) -> None:
        super().__init__()
        self._library = Library(models_folder)
        self._lock = Lock()
        self._latest: dict[int, Preview] = {}
        self._repaint = QTimer(self)
        self._repaint.setInterval(PREVIEW_INTERVAL_MS)
        self._repaint.timeout.connect(self._tell_previews)
        self._arrived.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._device = "auto"
        self._writer = self._new_writer()
        self._preparer = Preparer(models_folder, self._take)

    def has_model(self) -> bool:
        """Whether the model is installed, be it whole or broken."""
        return self._library.has(BUILT_IN)

    @property
    def process_id(self) -> int | None:
        """The writer's process id while it runs."""
        return self._writer.process_id

    def start(self) -> None:
        """Load the model: `ready`, `failed` or `died` follows."""
        self._writer.start()

    def use_cpu(self) -> None:
        """Load the model anew, on the CPU: `ready`, `failed` or `died` follows."""
        self._writer.close()
        self._device = "cpu"
        self._writer = self._new_writer()
        self._writer.start()

    def warm_up(self, like: Brief) -> None:
        """Have the model read what a run like this one begins with."""
        self._writer.warm_up(like)

    def write(self, brief: Brief) -> int:
        """Start a run and return its number. Raises `NotesError`."""
        self._take_previews()
        run = self._writer.write(brief)
        self._repaint.start()
        return run

    def stop(self) -> None:
        """Stop the run: `stopped` follows."""
        self._writer.stop()

    def prepare(self) -> None:
        """Make the built-in model: `preparing`, then `prepared`, `failed` or `stopped` follows."""
        self._preparer.start()

    def cancel_preparing(self) -> None:
        """Stop making the built-in model."""
        self._preparer.cancel()

    def close(self) -> None:
        """End both processes; no signal comes afterwards."""
        self._repaint.stop()
        self._preparer.close()
        self._writer.close()
        self._arrived.disconnect(self._tell)

    def _new_writer(self) -> Writer:
        return Writer(self._library.folder, self._take, device=self._device)

    def _take(self, event: Event) -> None:
        """Runs on the writer's or the preparer's thread."""
        if isinstance(event, Preview):
            with self._lock:
                self._latest[event.row] = event
        else:
            self._arrived.emit(event)

    def _take_previews(self) -> list[Preview]:
        with self._lock:
            latest, self._latest = self._latest, {}
        return list(latest.values())

    def _tell_previews(self) -> None:
        for event in self._take_previews():
            self.preview.emit(event)

    def _tell(self, event: Event) -> None:
        if isinstance(event, Finished | Stopped | Failed | Died):
            self._repaint.stop()
        if isinstance(event, Prepared):
            self._writer.start()
        told = {
            Ready: self.ready,
            Finished: self.finished,
            Stopped: self.stopped,
            Failed: self.failed,
            Died: self.died,
            Preparing: self.preparing,
            Prepared: self.prepared,
        }
        told[type(event)].emit(event)
