"""Downloading a model of the catalog, one at a time."""

from __future__ import annotations

from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Qt, Signal

from models.catalog import CatalogModel
from models.install.progress import Progress, Report
from ui.jobs import Jobs
from ui.models_dialog.background import in_background


class Download(QObject):
    """Goes on when the dialog is closed, and ends with the window.

    Attributes:
        model: the model that is on its way, or None.

    Signals:
        progressed(Progress): how far it is.
        arrived(str): the model of this id is installed.
        failed(str, BaseException): it could not be; what has come is kept.
        stopped(str): the person stopped it; what has come is kept.
    """

    progressed = Signal(object)
    arrived = Signal(str)
    failed = Signal(str, object)
    stopped = Signal(str)
    _came = Signal(object)

    def __init__(self, models_folder: Path, jobs: Jobs) -> None:
        super().__init__()
        self._folder = models_folder
        self._jobs = jobs
        self._cancelled = Event()
        self._running: Future[Path] | None = None
        self.model: CatalogModel | None = None
        self._came.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def start(self, model: CatalogModel) -> None:
        """Begin, unless one is under way."""
        if self.model:
            return
        self.model = model
        self._cancelled = Event()
        install = partial(_install, self._folder, model, self._came.emit, self._cancelled)
        self._running = in_background(install)
        self._jobs.watch(self._running, self._done, self._fail, self._stop)

    def cancel(self) -> None:
        """Stop it; `stopped` follows within a second."""
        self._cancelled.set()

    def close(self, timeout: float) -> None:
        """Stop it, and wait at most `timeout` seconds for what has come to be on the disk."""
        self.cancel()
        if self._running:
            wait((self._running,), timeout)

    def _tell(self, progress: Progress) -> None:
        if self.model:
            self.progressed.emit(progress)

    def _done(self, _: Path) -> None:
        self.arrived.emit(self._end())

    def _fail(self, error: BaseException) -> None:
        self.failed.emit(self._end(), error)

    def _stop(self) -> None:
        self.stopped.emit(self._end())

    def _end(self) -> str:
        assert self.model
        ended, self.model = self.model.id, None
        return ended


def _install(folder: Path, model: CatalogModel, report: Report, cancelled: Event) -> Path:
    # Its HTTP client takes a tenth of a second to import; the window should not wait for it.
    from models.install import hub

    return hub.install(folder, model, report, cancelled.is_set)
