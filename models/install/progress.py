"""How far a download is, how fast it goes, and how long it will take."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

_TELL_S = 0.1
_SPEED_OVER_S = 5.0


@dataclass(frozen=True)
class Progress:
    """Where an installation is: bytes, bytes a second, and seconds as far as they are known."""

    step: str
    done: int
    total: int
    speed: float
    seconds_left: float | None


Report = Callable[[Progress], None]

StepReport = Callable[[str, float], None]
"""Called with what is being done ("Reading the weights") and the share of it done, 0 to 1."""


class Meter:
    """Tells the progress, some ten times a second at most."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._past: deque[tuple[float, int]] = deque()
        self._told = 0.0
        self._step = ""
        self._done = 0
        self.total = 0

    def begin(self, done: int) -> None:
        """A file begins, with `done` bytes of all files there: those came at no speed."""
        self._done = done
        self._past.clear()
        self._past.append((monotonic(), done))

    def tell(self, step: str, done: int | None = None) -> None:
        """`done` is in bytes of all files; without it, it is as it was."""
        now = monotonic()
        self._done = self._done if done is None else done
        if step == self._step and now - self._told < _TELL_S:
            return
        self._step, self._told = step, now
        self._report(Progress(step, self._done, self.total, *self._pace(now)))

    def _pace(self, now: float) -> tuple[float, float | None]:
        """Bytes a second of late, and the seconds that are left at that speed."""
        self._past.append((now, self._done))
        while now - self._past[0][0] > _SPEED_OVER_S:
            self._past.popleft()
        began, before = self._past[0]
        speed = (self._done - before) / (now - began) if now > began else 0.0
        return speed, (self.total - self._done) / speed if speed > 0 else None
