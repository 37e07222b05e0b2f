"""What may go wrong between a program and the loopback X, to be put in a queue by a test."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event

from tests.helpers.x_wire import Answer, Form, error


class Gate(Event):
    """An event that also tells, by `reached`, that X has come to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout)


@dataclass(frozen=True)
class Fault:
    """How one request fares.

    Attributes:
        acts: X does what it is asked.
        answer: what is said in place of X's own answer.
        cut: half of the answer's body is missing.
        resets: the connection is reset in place of an answer.
        unread: ... and that before X has read anything.
        until: the answer waits for this event.
        acts_late: ... and so does X's doing.
        bare: the answer has no rate limit headers.
        reset_in: seconds to the rate limit's reset; None where nothing is limited.
    """

    acts: bool = False
    answer: Answer | None = None
    cut: bool = False
    resets: bool = False
    unread: bool = False
    until: Event | None = None
    acts_late: bool = False
    bare: bool = False
    reset_in: int | None = None


NONE = Fault(acts=True)
RESET_UNREAD = Fault(resets=True, unread=True)
RESET_READ = Fault(resets=True)
RESET_DONE = Fault(acts=True, resets=True)
CUT = Fault(acts=True, cut=True)
NOT_JSON = Fault(acts=True, answer=Answer(201, b"<p>Created</p>", {"Content-Type": "text/html"}))


def says(status: int, said: str = "", form: Form = "problem", acts: bool = False) -> Fault:
    """An error; X acts all the same if acts."""
    return Fault(acts, error(status, said, form))


def waits(reset_in: int | None, form: Form = "problem") -> Fault:
    """429, with the seconds to the reset, or without any rate limit header."""
    return Fault(answer=error(429, form=form), bare=reset_in is None, reset_in=reset_in)


def redirects(to: str) -> Fault:
    return Fault(answer=Answer(302, b"", {"Location": to}))


def late(until: Event, acts_late: bool = False) -> Fault:
    """X's own answer once the event is set; X acts before that, or after it if acts_late."""
    return Fault(acts=True, until=until, acts_late=acts_late)
