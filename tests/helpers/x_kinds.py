"""What the loopback X can be asked for, with which scopes, and how often."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from tests.helpers.x_wire import Query

_WINDOW = 15 * 60


class Kind(StrEnum):
    """A kind of request."""

    POST = "POST /2/tweets"
    DELETE = "DELETE /2/tweets/:id"
    ME = "GET /2/users/me"
    TIMELINE = "GET /2/users/:id/tweets"
    AUTHORIZE = "GET /i/oauth2/authorize"
    TOKEN = "POST /2/oauth2/token"
    REVOKE = "POST /2/oauth2/revoke"
    UPLOAD = "POST /2/media/upload"
    INITIALIZE = "POST /2/media/upload/initialize"
    APPEND = "POST /2/media/upload/:id/append"
    FINALIZE = "POST /2/media/upload/:id/finalize"
    STATUS = "GET /2/media/upload"
    ALT_TEXT = "POST /2/media/metadata"
    UNKNOWN = ""


SCOPES = {
    **dict.fromkeys((Kind.POST, Kind.DELETE), "tweet.read tweet.write users.read"),
    **dict.fromkeys((Kind.ME, Kind.TIMELINE), "tweet.read users.read"),
    **dict.fromkeys((Kind.UPLOAD, Kind.STATUS, Kind.ALT_TEXT), "media.write"),
    **dict.fromkeys((Kind.INITIALIZE, Kind.APPEND, Kind.FINALIZE), "media.write"),
}
_PATTERNS = [(kind, re.compile(kind.replace(":id", "([^/]+)"))) for kind in Kind]


def kind_of(method: str, path: str) -> tuple[Kind, str]:
    """The kind of a request, and the id in its path or ""."""
    for kind, pattern in _PATTERNS:
        if found := pattern.fullmatch(f"{method} {path}"):
            return kind, (*found.groups(), "")[0]
    return Kind.UNKNOWN, ""


class Limits:
    """Requests of one kind that one user has in a window of 15 minutes."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.most: dict[str, int] = defaultdict(lambda: 500, {Kind.POST: 100})
        self._now = now
        self._used: dict[tuple[Kind, str], tuple[int, int]] = {}

    def take(self, kind: Kind, user_id: str) -> bool:
        """Count a request; False where it is one too many."""
        begun, used = self._window(kind, user_id)
        self._used[kind, user_id] = begun, used + 1
        return used < self.most[kind]

    def headers(self, kind: Kind, user_id: str, reset_in: int | None = None) -> Query:
        """What is left; nothing, for so many seconds, with reset_in."""
        begun, used = self._window(kind, user_id)
        left, reset = max(self.most[kind] - used, 0), begun + _WINDOW
        if reset_in is not None:
            left, reset = 0, int(self._now().timestamp()) + reset_in
        counts = {"limit": self.most[kind], "remaining": left, "reset": reset}
        return {f"x-rate-limit-{name}": str(number) for name, number in counts.items()}

    def _window(self, kind: Kind, user_id: str) -> tuple[int, int]:
        """When it began, and the requests since."""
        now = int(self._now().timestamp())
        begun, used = self._used.get((kind, user_id), (now, 0))
        return (begun, used) if now < begun + _WINDOW else (now, 0)
