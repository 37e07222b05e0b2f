"""Measuring how fast a model writes on this computer, one at a time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.model_speed import SpeedRecord, SpeedTest
from models.library import Library
from models.manifest import read_manifest
from ui.jobs import Jobs
from ui.models_dialog.background import in_background


class Measurement(QObject):
    """Runs the model in a process of its own, and keeps what came of it.

    Attributes:
        model_id: the model that is measured, or nothing.

    Signals:
        measured(str): the speed of the model of this id is known.
        failed(str, BaseException): it could not be measured.
        stopped(str): the person stopped it.
    """

    measured = Signal(str)
    failed = Signal(str, object)
    stopped = Signal(str)

    def __init__(self, models_folder: Path, record: SpeedRecord, jobs: Jobs) -> None:
        super().__init__()
        self._library = Library(models_folder)
        self._record = record
        self._jobs = jobs
        self._test: SpeedTest | None = None
        self.model_id = ""

    def start(self, model_id: str) -> None:
        """Begin, unless one is under way."""
        if self.model_id:
            return
        self.model_id = model_id
        test = self._test = SpeedTest(self._library.folder)

        def measure() -> None:
            manifest = read_manifest(self._library.path(model_id))
            self._record.keep(manifest, test.run(model_id))

        self._jobs.watch(
            in_background(measure),
            lambda _: self.measured.emit(self._end()),
            lambda error: self.failed.emit(self._end(), error),
            lambda: self.stopped.emit(self._end()),
        )

    def cancel(self) -> None:
        """Stop it; `stopped` follows."""
        if self._test:
            self._test.cancel()

    def _end(self) -> str:
        ended, self.model_id, self._test = self.model_id, "", None
        return ended
