"""The one job runner: the outcome of a future, told once, on the thread that asked."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from app.errors import Cancelled

Result = TypeVar("Result")


class Jobs(QObject):
    """Tells how each watched future ended: exactly one of done, failed, cancelled.

    The answer comes on the thread this object lives on, in a later turn of its event loop, even
    where the future is settled already. After `close` no answer comes at all.

    Signals:
        broke: a future failed and its watcher gave no `failed`, which is a bug; the exception.
    """

    broke = Signal(object)
    _settled = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._settled.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def watch(
        self,
        future: Future[Result],
        done: Callable[[Result], None],
        failed: Callable[[BaseException], None] | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> None:
        """Call one of the three when the future is settled."""

        def answer() -> None:
            error = _error(future)
            if error is None:
                done(future.result())
            elif isinstance(error, Cancelled | CancelledError):
                if cancelled is not None:
                    cancelled()
            elif failed is not None:
                failed(error)
            else:
                self.broke.emit(error)

        future.add_done_callback(lambda _: self._tell(answer))

    def close(self) -> None:
        """Stop answering; what still runs ends unheard."""
        self._open = False

    def _tell(self, answer: Callable[[], None]) -> None:
        """Runs on whatever thread settled the future."""
        if self._open:
            self._settled.emit(answer)

    def _answer(self, answer: Callable[[], None]) -> None:
        if self._open:
            answer()


def _error(future: Future[Result]) -> BaseException | None:
    return CancelledError() if future.cancelled() else future.exception()
