"""What X answers, as what a person needs to know.

There are two ways for a request to fail. `Refused`: nothing has happened at X, for a reason that is
known. `Unclear`: nobody can tell whether it has. Only the first may ever be tried again.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from app.errors import UserError

_SAFE = "Your text is safe in this draft"
_WAIT = timedelta(minutes=15)
"""X's window: the longest a limit lasts, and what is assumed where X does not say."""


class Refusal(StrEnum):
    """Why X, or the way to it, took nothing."""

    OFFLINE = "offline"
    SIGN_IN = "sign in"
    CREDITS = "credits"
    DUPLICATE = "duplicate"
    FORBIDDEN = "forbidden"
    TOO_LONG = "too long"
    GONE = "gone"
    WAIT = "wait"
    INVALID = "invalid"


class Refused(UserError):
    """X took nothing.

    Attributes:
        kind: why.
        until: for `Refusal.WAIT`, the moment from which it may be tried again, on this machine's
            clock.
    """

    def __init__(
        self,
        kind: Refusal,
        what_happened: str,
        what_to_do: str = f"{_SAFE}.",
        until: datetime | None = None,
    ) -> None:
        super().__init__(what_happened, what_to_do)
        self.kind = kind
        self.until = until


class Unclear(UserError):
    """Nobody can tell whether X took it: the connection or the answer broke behind the sending."""

    def __init__(self) -> None:
        super().__init__(
            "X did not confirm the post, so it may or may not be up.",
            f"{_SAFE}; check again before you send it once more.",
        )


def offline() -> Refused:
    """No connection was made."""
    return Refused(
        Refusal.OFFLINE,
        "X cannot be reached from this computer.",
        f"{_SAFE}: try again when you are online.",
    )


def failure(status: int, headers: Mapping[str, str], body: bytes) -> Refused | Unclear:
    """What an answer other than a success means."""
    if status >= 500 or status == 408:
        return Unclear()
    said = _said(body)
    match status:
        case 401:
            return signed_out()
        case 402:
            return Refused(
                Refusal.CREDITS,
                "Your app at X has run out of credits.",
                f"{_SAFE}: top up at console.x.com, or open it in the browser, which is free.",
            )
        case 403 if "duplicate" in said.casefold():
            return Refused(
                Refusal.DUPLICATE,
                "X refused this as a duplicate of a post that is already up.",
                f"{_SAFE}: change it, or leave it at that.",
            )
        case 403:
            return Refused(Refusal.FORBIDDEN, f"X does not permit this post{_quoted(said)}.")
        case 404:
            return Refused(Refusal.GONE, "X does not know of this post, or of one it belongs to.")
        case 429:
            return Refused(
                Refusal.WAIT,
                "X asks to wait before the next post.",
                f"{_SAFE}: try again when the time is up.",
                until=_until(headers),
            )
        case 400 if "too long" in said.casefold():
            return Refused(
                Refusal.TOO_LONG,
                "X counts this post as too long, although Twite does not.",
                f"{_SAFE}: shorten it, and please report this as a fault of Twite's.",
            )
        case _:
            return Refused(Refusal.INVALID, f"X did not accept this post{_quoted(said)}.")


def signed_out() -> Refused:
    """X no longer knows this account's sign-in."""
    return Refused(
        Refusal.SIGN_IN,
        "X no longer accepts this account's sign-in.",
        f"{_SAFE}: sign in again, then post it.",
    )


def _quoted(said: str) -> str:
    return f', and says: "{said.rstrip(".")}"' if said else ""


def _said(body: bytes) -> str:
    """X's own sentence, from whichever of its three forms the answer has; "" where none is read."""
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return next((text for text in _texts(found) if text), "")[:300]


def _texts(found: Any) -> Iterator[str]:
    if not isinstance(found, dict):
        return
    errors = found.get("errors")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            yield from _strings(error, "message", "detail")
    yield from _strings(found, "detail", "message", "title")


def _strings(found: dict[str, Any], *names: str) -> Iterator[str]:
    for name in names:
        if isinstance(value := found.get(name), str):
            yield value


def _until(headers: Mapping[str, str]) -> datetime:
    """From `x-rate-limit-reset`, held against the answer's own `Date`: clocks differ."""
    now = datetime.now(UTC)
    try:
        reset = datetime.fromtimestamp(int(headers["x-rate-limit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return now + _WAIT
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        theirs = now
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    left = min(max(reset - theirs, timedelta(seconds=1)), timedelta(days=1))
    return now + left
