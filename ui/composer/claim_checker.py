"""Holding the posts against the notes while they are written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, QTimer, Signal

from app.compose.grounding import Claims, check
from ui.jobs import Jobs

PAUSE_MS = 300
"""How long after the last key the claims are looked at."""


class ClaimChecker(QObject):
    """Checks a moment after the last edit, on a thread of its own; only the newest answer counts.

    Signals:
        checked(tuple, tuple): the posts, and the `Claims` of each.
    """

    checked = Signal(object, object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._thread = ThreadPoolExecutor(1, "claims")
        self._asked: tuple[str, tuple[str, ...]] = ("", ())
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._check)

    def note(self, notes: str, posts: tuple[str, ...]) -> None:
        """These are the notes and the posts now."""
        if (notes, posts) != self._asked:
            self._asked = (notes, posts)
            self._pause.start()

    def close(self) -> None:
        """Check no more."""
        self._pause.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _check(self) -> None:
        asked = self._asked
        found = self._thread.submit(_hold, *asked)
        self._jobs.watch(found, lambda claims: self._tell(asked, claims))

    def _tell(self, asked: tuple[str, tuple[str, ...]], claims: tuple[Claims, ...]) -> None:
        if asked == self._asked:
            self.checked.emit(asked[1], claims)


def _hold(notes: str, posts: tuple[str, ...]) -> tuple[Claims, ...]:
    """Without notes there is nothing to hold a post against, and nothing is marked."""
    if not notes.strip():
        return tuple(Claims((), (), 1.0, ()) for _ in posts)
    return tuple(check(notes, post) for post in posts)
