"""Where writing stands: the one place that follows the writer's events for the assistant."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from app.compose.brief import Brief, Variant
from app.compose.events import (
    NOTHING_KEPT,
    Died,
    Failed,
    Finished,
    Prepared,
    Preparing,
    Preview,
    Ready,
    Stopped,
)
from app.drafts.provenance import Generation
from app.errors import CardFull, UserError
from ui.writer_bridge import WriterBridge

PREPARATION = 0
"""The run number of stopped preparing; the writer's own begin at 1."""


class Stage(Enum):
    """What the writer is doing, seen from the assistant."""

    LOADING = auto()
    MISSING = auto()
    PREPARING = auto()
    BROKEN = auto()
    DIED = auto()
    READY = auto()
    WAITING = auto()
    WRITING = auto()


class WritingSession(QObject):
    """Turns events into stages, keeps the drafts on show, and holds a request until it can run.

    A run that brings nothing (stopped, failed, died) gives the earlier drafts back.

    Attributes:
        stage: what the writer is doing.
        error: what went wrong last, where the stage or the last run has an error to show.
        stopped: whether the last run was stopped by the person.
        progress: how far preparing is, while the stage is PREPARING.
        variants: the finished drafts on show, best first.

    Signals:
        changed: stage, error, stopped or progress are new.
        began: a run began; how many drafts will be shown.
        preview: the text of one of those drafts so far; its row and the text.
        settled: the drafts on show are `variants` now; whether they are new.
    """

    changed = Signal()
    began = Signal(int)
    preview = Signal(int, str)
    settled = Signal(bool)

    def __init__(self, writer: WriterBridge) -> None:
        super().__init__()
        self.stage = Stage.LOADING
        self.error: UserError | None = None
        self.stopped = False
        self.progress: Preparing | None = None
        self.variants: tuple[Variant, ...] = ()
        self._writer = writer
        self._brief: Brief | None = None
        self._run: int | None = None
        self._forgotten = False
        self._model = ""
        self._notes = ""
        writer.ready.connect(self._on_ready)
        writer.preview.connect(self._on_preview)
        writer.finished.connect(self._on_finished)
        writer.stopped.connect(self._on_stopped)
        writer.failed.connect(self._on_failed)
        writer.died.connect(self._on_died)
        writer.preparing.connect(self._on_preparing)
        writer.prepared.connect(self._on_prepared)

    @property
    def can_use_cpu(self) -> bool:
        """Whether a graphics card had no memory for what the CPU can still do."""
        return isinstance(self.error, CardFull)

    def write(self, brief: Brief) -> None:
        """Run the brief now, or as soon as the model is loaded. Raises `NotesError`."""
        brief.check()
        if self.stage is Stage.READY:
            self._begin(brief)
        elif self.stage in (Stage.LOADING, Stage.DIED):
            self._brief = brief
            if self.stage is Stage.DIED:
                self._writer.start()
            self._enter(Stage.WAITING)

    def stop(self) -> None:
        """Stop the run, or give up a request that still waits for the model."""
        if self.stage is Stage.WRITING:
            self._writer.stop()
        elif self.stage is Stage.WAITING:
            self._enter(Stage.LOADING)

    def forget(self) -> None:
        """Drop the drafts, and what a run in progress would bring: they belong to other notes."""
        self.stop()
        self._forgotten = True
        self.variants = ()
        self.settled.emit(False)
        if self.stage is Stage.READY:
            self._enter(Stage.READY)

    def generation(self, variant: Variant) -> Generation:
        """A draft on show with where it comes from."""
        return Generation(self._model, self._notes, variant.text)

    def warm_up(self, brief: Brief) -> None:
        """The next run will be like this one."""
        self._writer.warm_up(brief)

    def start(self) -> None:
        """Start the writer again."""
        self._enter(Stage.LOADING)
        self._writer.start()

    def write_on_cpu(self) -> None:
        """Have the CPU do what a graphics card had no memory for."""
        brief = self._brief if self.stage is Stage.READY else None
        self._writer.use_cpu()
        self._enter(Stage.WAITING if brief else Stage.LOADING)

    def prepare(self) -> None:
        """Make the built-in model."""
        self.progress = None
        self._enter(Stage.PREPARING)
        self._writer.prepare()

    def cancel_preparing(self) -> None:
        """Stop making the built-in model."""
        self._writer.cancel_preparing()

    def _begin(self, brief: Brief) -> None:
        self._run = self._writer.write(brief)
        self._brief = brief
        self._forgotten = False
        self._enter(Stage.WRITING)
        self.began.emit(brief.count)

    def _enter(self, stage: Stage, error: UserError | None = None, stopped: bool = False) -> None:
        self.stage, self.error, self.stopped = stage, error, stopped
        self.changed.emit()

    def _on_ready(self, event: Ready) -> None:
        self._model = event.model_id
        waiting = self.stage is Stage.WAITING
        self._enter(Stage.READY)
        if waiting and self._brief is not None:
            self._begin(self._brief)

    def _on_preview(self, event: Preview) -> None:
        shown = self._brief.count if self._brief is not None and not self._forgotten else 0
        if event.run == self._run and event.row < shown:
            self.preview.emit(event.row, event.text)

    def _on_finished(self, event: Finished) -> None:
        if event.run != self._run:
            return
        if event.variants and not self._forgotten:
            self.variants = event.variants
            self._notes = self._brief.notes if self._brief is not None else ""
            self._end_run(new=True)
        else:
            self._end_run(None if self._forgotten else NOTHING_KEPT)

    def _on_stopped(self, event: Stopped) -> None:
        if event.run == PREPARATION:
            self._enter(Stage.MISSING)
        elif event.run == self._run:
            self._end_run(stopped=not self._forgotten)

    def _on_failed(self, event: Failed) -> None:
        if event.run is None:
            self._cannot_load(event.error)
        elif event.run == self._run:
            self._end_run(None if self._forgotten else event.error)

    def _end_run(
        self, error: UserError | None = None, stopped: bool = False, new: bool = False
    ) -> None:
        self._run = None
        self._enter(Stage.READY, error, stopped)
        self.settled.emit(new)

    def _cannot_load(self, error: UserError) -> None:
        if self._writer.has_model():
            self._enter(Stage.BROKEN, error)
        else:
            failed = self.stage is Stage.PREPARING
            self._enter(Stage.MISSING, error if failed else None)

    def _on_died(self, event: Died) -> None:
        self._enter(Stage.DIED, event.error)
        self.settled.emit(False)

    def _on_preparing(self, event: Preparing) -> None:
        self.progress = event
        self._enter(Stage.PREPARING)

    def _on_prepared(self, _: Prepared) -> None:
        self._enter(Stage.LOADING)
