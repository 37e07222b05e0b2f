"""The writer's bridge, with a choice of models."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal

from app.compose.brief import Brief
from app.compose.events import Died, Event, Failed, Finished, Prepared, Preview, Ready, Stopped
from app.errors import ModelError, UserError
from app.writer import Writer
from models.library import BUILT_IN
from models.manifest import read_manifest
from ui.models_dialog.background import settled
from ui.writer_bridge import WriterBridge


class WriterOfChoice(WriterBridge):
    """Loads the model that is chosen; one that cannot be loaded makes room for the built-in one.

    Each model has a writer of its own. A writer's process may take seconds to end, so they start
    and end on one thread behind the window, one after the other: never are two models in memory.
    What an earlier writer had still to tell is dropped.

    Attributes:
        model_id: the model that is loaded, or will be.

    Signals:
        loading(str): the model of this name is being loaded.
        refused(str, UserError): the model of this id could not be loaded, and why; the built-in one
            is loaded, unless another is asked for by then.
    """

    loading = Signal(str)
    refused = Signal(str, object)
    _came = Signal(int, object)
    _broke = Signal(object)

    def __init__(self, models_folder: Path, model_id: str = BUILT_IN) -> None:
        # What the first writer is made from stands before it is made.
        self.model_id = model_id
        self._turn = 0
        self._like: Brief | None = None
        super().__init__(models_folder)
        self._run: int | None = None
        self._is_loading = False
        self._is_ready = False
        self._is_preparing = False
        self._is_open = True
        self._lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writers")
        self._came.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._broke.connect(self._raise, Qt.ConnectionType.QueuedConnection)

    def use(self, model_id: str) -> Future[None]:
        """Load this model in place of the one that is loaded, whose run is stopped.

        The future is done once the earlier model has let go of its files.
        """
        is_up = self._is_loading or self._is_ready
        if model_id == self.model_id and (is_up or self._is_preparing):
            return settled()
        self.model_id, self._device = model_id, "auto"
        return self._replace()

    def use_cpu(self) -> None:
        """Load the model anew, on the CPU, which is kept to until another model is chosen."""
        self._device = "cpu"
        self._replace()

    def _replace(self) -> Future[None]:
        """Have a new writer take the place of the one there is; done once that has ended."""
        self._stop_run()
        before, self._turn = self._writer, self._turn + 1
        self._writer = self._new_writer()
        closed = self._in_turn(before.close)
        if not self._is_preparing:
            self._load(tell=not self._is_loading)
        return closed

    def start(self) -> None:
        self._load(tell=False)

    def warm_up(self, like: Brief) -> None:
        self._like = like
        super().warm_up(like)

    def write(self, brief: Brief) -> int:
        self._run = super().write(brief)
        return self._run

    def prepare(self) -> None:
        self._is_preparing = True
        super().prepare()

    def close(self) -> None:
        """End all processes; no signal comes afterwards."""
        self._is_open = False
        self._lane.shutdown()
        self._came.disconnect(self._hear)
        super().close()

    def _new_writer(self) -> Writer:
        on_event = partial(self._take_of, self._turn)
        writer = Writer(self._library.folder, on_event, self.model_id, self._device)
        if self._like:
            writer.warm_up(self._like)
        return writer

    def _load(self, *, tell: bool) -> None:
        """Load the chosen model; `tell` whoever follows the writer that it has to be waited for."""
        self._is_loading, self._is_ready = True, False
        if tell:
            self.prepared.emit(Prepared(self.model_id))
        self.loading.emit(self._name())
        self._in_turn(partial(self._start, self._writer))

    def _in_turn(self, work: Callable[[], None]) -> Future[None]:
        future = self._lane.submit(work)
        future.add_done_callback(self._look_for_bug)
        return future

    def _start(self, writer: Writer) -> None:
        """Runs behind the window, which may be closed by then."""
        if self._is_open:
            writer.start()

    def _look_for_bug(self, future: Future[None]) -> None:
        if error := future.exception():
            self._broke.emit(error)

    @staticmethod
    def _raise(error: BaseException) -> None:
        raise error

    def _stop_run(self) -> None:
        """A writer that is closed says nothing of its run."""
        self._take_previews()
        if self._run is not None:
            run, self._run = self._run, None
            super()._tell(Stopped(run))

    def _take_of(self, turn: int, event: Event) -> None:
        """Runs on a writer's thread."""
        if isinstance(event, Preview):
            self._take(event)
        else:
            self._came.emit(turn, event)

    def _hear(self, turn: int, event: Event) -> None:
        """What the writer of this turn tells."""
        if turn != self._turn:
            return
        was_loading = self._is_loading
        if isinstance(event, Finished | Stopped | Failed | Died):
            self._run = None
        if isinstance(event, Ready):
            self._is_loading, self._is_ready = False, True
        elif isinstance(event, Died) or (isinstance(event, Failed) and event.run is None):
            self._is_loading = self._is_ready = False
            if was_loading and self.model_id != BUILT_IN:
                self._refuse(event.error)
                return
        super()._tell(event)

    def _refuse(self, error: UserError) -> None:
        refused = self.model_id
        self.refused.emit(refused, error)
        if self.model_id == refused:
            self.use(BUILT_IN)

    def _tell(self, event: Event) -> None:
        """What the preparer tells; only in the end of it is there a model to load."""
        has_ended = isinstance(event, Prepared | Failed | Stopped)
        self._is_preparing = self._is_preparing and not has_ended
        if isinstance(event, Prepared):
            self._load(tell=True)
            return
        super()._tell(event)
        if has_ended and self.model_id != BUILT_IN:
            self._load(tell=True)

    def _name(self) -> str:
        try:
            return read_manifest(self._library.path(self.model_id)).name
        except ModelError:
            return self.model_id
