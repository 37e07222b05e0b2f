"""How a model comes along in a terminal: a line written over, or one line a step in a log."""

from __future__ import annotations

import sys

from app.compose import events
from app.errors import Cancelled
from models.install.progress import Progress

_BAR = 28
_MB = 1e6


class Bar:
    """A line that is written over, where somebody watches.

    Attributes:
        is_live: whether standard error is a terminal.
    """

    def __init__(self) -> None:
        self.is_live = sys.stderr.isatty()

    def draw(self, share: float, words: str) -> None:
        """Show how much is done, and in words what is."""
        filled = round(_BAR * share)
        sys.stderr.write(f"\r\x1b[K{'█' * filled}{'░' * (_BAR - filled)} {words}")
        sys.stderr.flush()

    def finish(self) -> None:
        """Leave the line as it stands."""
        if self.is_live:
            sys.stderr.write("\n")


class MakingLine(Bar):
    """How a model that is made here comes along, and the id that it ended with."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._last: events.Event | None = None
        self._download = DownloadLine(name)

    def show(self, event: events.Event) -> None:
        """Take one event of a `Making`."""
        self._last = event
        if isinstance(event, events.Fetching):
            self._download.show(event.progress)
        if not isinstance(event, events.Preparing):
            return
        left = "" if event.seconds_left is None else f", {event.seconds_left:.0f} s left"
        line = f"{self._name}: {event.step.lower()}{left}"
        if self.is_live:
            self.draw(event.fraction, line)
        else:
            print(line, file=sys.stderr, flush=True)

    def made(self) -> str:
        """The id of the model; raises the error where there is none."""
        self.finish()
        if isinstance(self._last, events.Failed):
            raise self._last.error
        if not isinstance(self._last, events.Prepared):
            raise Cancelled
        return self._last.model_id


class DownloadLine(Bar):
    """How a download comes along; nothing where nobody watches."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def show(self, progress: Progress) -> None:
        """Take one report of an installation."""
        if not self.is_live:
            return
        left = progress.seconds_left
        pace = f", {progress.speed / _MB:.1f} MB/s" if progress.speed else ""
        pace += "" if left is None else f", {left:.0f} s left"
        self.draw(
            progress.done / progress.total if progress.total else 0.0,
            f"{self._name}: {progress.step.lower()}, "
            f"{progress.done / _MB:.0f} of {progress.total / _MB:.0f} MB{pace}",
        )
