"""What is told of a thread on its way to X, and of its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.posting.outbox import Entry, State


@dataclass(frozen=True)
class Progress:
    """How far a thread is.

    Attributes:
        place: the post under way, from 0.
        sent, size: bytes of its media that are at X, and all of them; 0 of 0 without any.
    """

    place: int
    places: int
    sent: int = 0
    size: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of the posts of a draft, in order.

    Attributes:
        until: the moment from which X takes posts again, where it asked to wait.
    """

    entries: tuple[Entry, ...]
    until: datetime | None = None

    @property
    def state(self) -> State:
        """POSTED where all of it is on X; else what happened to the post it broke off at."""
        for entry in self.entries:
            if entry.state in (State.UNKNOWN, State.REJECTED):
                return entry.state
        whole = all(entry.state is State.POSTED for entry in self.entries)
        return State.POSTED if whole and self.entries else State.WITHDRAWN

    @property
    def broken(self) -> Entry | None:
        """The post it broke off at."""
        return next((one for one in self.entries if one.state is self.state), None)


def address(handle: str, post_id: str) -> str:
    """Where a post is to be seen; "" while its id is not known."""
    return f"https://x.com/{handle}/status/{post_id}" if post_id else ""
