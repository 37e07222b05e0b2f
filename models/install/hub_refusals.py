"""What the Hub's refusals mean to a person, and how patient we are with those that may pass."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from models.errors import UserError

OnWait = Callable[[float], None]
"""Called with the seconds that we are about to wait, as the Hub asked."""

LATER = "Try again later; what has arrived is kept."

PAUSE_S = 1.0
"""Between the first two tries; it doubles from try to try."""
_MOST_WAITS = 2
_LONGEST_WAIT_S = 300.0
_UNTOLD_WAIT_S = 10.0


class HubError(UserError):
    """The Hub, or the way to it, stood against an installation."""


class NotOnHub(HubError):
    """The Hub has no such repository, or file of it, or shows it to others alone."""


@dataclass
class Patience:
    """How often one request was put off, and how often it failed, until it is given up."""

    on_wait: OnWait
    most_failures: int = 5
    waits: int = 0
    failures: int = 0

    async def busy(self, response: httpx2.Response) -> None:
        """429: wait as we are told, twice at most."""
        seconds = _told_wait(response, _UNTOLD_WAIT_S)
        self.waits += 1
        if self.waits > _MOST_WAITS or seconds > _LONGEST_WAIT_S:
            raise HubError("The Hub has too much to do for this computer just now.", LATER)
        self.on_wait(seconds)
        await asyncio.sleep(seconds)

    async def failed(self, what_happened: str) -> None:
        """A lost connection or an error of the Hub's: try again, each time a little later."""
        self.failures += 1
        if self.failures >= self.most_failures:
            raise HubError(what_happened, f"Check your connection. {LATER}")
        await asyncio.sleep(PAUSE_S * 2 ** (self.failures - 1))


def refusal(response: httpx2.Response, name: str) -> HubError:
    """What a 4xx means; the Hub says 401 for what is not there as well, and names the reason."""
    reason = response.headers.get("X-Error-Code", "")
    if response.status_code == 404 or reason == "RepoNotFound":
        return NotOnHub(
            f"The Hub no longer has what was to be installed from {name}.",
            "Choose another model, and please report this.",
        )
    if response.status_code in (401, 403):
        return HubError(
            f"The makers of {name} give it only to those who accept their terms.",
            f"Accept them on https://huggingface.co/{name}, run `hf auth login`, and try again.",
        )
    return HubError(f"The Hub refused to send {name}.", LATER)


def unreadable(name: str) -> HubError:
    return HubError(f"The Hub's description of {name} cannot be read.", LATER)


def _told_wait(response: httpx2.Response, untold: float) -> float:
    """Seconds: `Retry-After` as a number or a date (RFC 9110), or `t` of the Hub's `RateLimit`."""
    told = response.headers.get("Retry-After", "")
    if re.fullmatch(r"\d{1,9}", told):
        return float(told)
    if found := re.search(r"\bt=(\d{1,9})", response.headers.get("RateLimit", "")):
        return float(found[1])
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return untold
