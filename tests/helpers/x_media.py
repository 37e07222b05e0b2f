"""Pictures and films that the loopback X is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tests.helpers.x_wire import Answer, Json, Query, Request, answer, need

_MB = 2**20
_IMAGE = ("tweet_image", 5 * _MB)
_FILM = ("tweet_video", 512 * _MB)
_KINDS = {
    "image/jpeg": _IMAGE,
    "image/png": _IMAGE,
    "image/webp": _IMAGE,
    "image/gif": ("tweet_gif", 15 * _MB),
    "video/mp4": _FILM,
    "video/quicktime": _FILM,
}
_LIFE = timedelta(days=1)
_SEGMENT = 5 * _MB


@dataclass
class Medium:
    """One upload; its state is "uploading" until it is finalized."""

    id: str
    user_id: str
    category: str
    total: int
    until: datetime
    state: str = "uploading"
    segments: dict[int, bytes] = field(default_factory=dict)
    to_come: list[str] = field(default_factory=list)
    alt_text: str = ""


class Uploads:
    """All media.

    Attributes:
        processing: the states a GIF or film goes through, one each time it is asked for.
        check_after_secs: what X says to wait between two questions.
    """

    def __init__(self, now: Callable[[], datetime], bill: Callable[[int], None]) -> None:
        self.media: dict[str, Medium] = {}
        self.processing: Sequence[str] = ("in_progress", "succeeded")
        self.check_after_secs = 0
        self._now = now
        self._bill = bill
        self._ids = map(str, count(1_900_000_000_000_000_001))

    def one_shot(self, user_id: str, request: Request) -> Answer:
        parts = request.parts("media", "media_category", "media_type")
        kind, category = parts["media_type"].decode(), parts["media_category"].decode()
        need(category == "tweet_image", 400, "Only images are uploaded at once.")
        medium = self._begin(user_id, kind, category, len(parts["media"]))
        medium.segments[0], medium.state = parts["media"], "succeeded"
        return self._told(medium)

    def initialize(self, user_id: str, request: Request) -> Answer:
        body = request.json({"media_type": str, "total_bytes": int, "media_category": str})
        kind, category = body["media_type"], body["media_category"]
        return self._told(self._begin(user_id, kind, category, body["total_bytes"]))

    def append(self, user_id: str, media_id: str, request: Request) -> Answer:
        """A segment may be sent again."""
        medium, parts = self._own(user_id, media_id), request.parts("media", "segment_index")
        index, media = parts["segment_index"].decode(), parts["media"]
        need(index.isdecimal() and int(index) <= 999, 400, "segment_index is 0 to 999.")
        need(0 < len(media) <= _SEGMENT, 400, "The segment is empty or too large.")
        need(medium.state == "uploading", 400, "The upload is finalized.")
        medium.segments[int(index)] = media
        return answer(200, {"data": {"expires_at": int(medium.until.timestamp())}})

    def finalize(self, user_id: str, media_id: str) -> Answer:
        medium = self._own(user_id, media_id)
        is_whole = sorted(medium.segments) == list(range(len(medium.segments)))
        total = sum(map(len, medium.segments.values()))
        need(is_whole and total == medium.total, 400, "The segments do not make total_bytes.")
        is_image = medium.category == "tweet_image"
        medium.state = "succeeded" if is_image else "pending"
        medium.to_come = [] if is_image else list(self.processing)
        return self._told(medium)

    def status(self, user_id: str, query: Query) -> Answer:
        is_asked = query.get("command") == "STATUS" and set(query) == {"command", "media_id"}
        need(is_asked, 400, "command=STATUS and media_id are needed.")
        medium = self._own(user_id, query["media_id"])
        if medium.to_come:
            medium.state = medium.to_come.pop(0)
        return self._told(medium)

    def describe(self, user_id: str, request: Request) -> Answer:
        body = request.json({"id": str, "metadata": {"alt_text": {"text": str}}})
        medium, text = self._own(user_id, body["id"]), body["metadata"]["alt_text"]["text"]
        need(0 < len(text) <= 1000, 400, "alt_text is 1 to 1000 characters.")
        medium.alt_text = text
        self._bill(5)
        return answer(200, {"data": {"id": medium.id, "associated_metadata": body["metadata"]}})

    def check(self, user_id: str, ids: list[str]) -> None:
        """Refuse media that a post may not have."""
        media = [self._own(user_id, media_id) for media_id in ids]
        are_ready = all(medium.state == "succeeded" for medium in media)
        need(are_ready, 400, "Your media IDs are invalid: not processed.")
        most = 4 if all(medium.category == "tweet_image" for medium in media) else 1
        need(1 <= len(media) <= most, 400, "A post has up to 4 images, or one GIF, or one film.")

    def _begin(self, user_id: str, kind: str, category: str, total: int) -> Medium:
        known, most = _KINDS.get(kind, ("", 0))
        need(category == known and 0 < total <= most, 400, "Wrong type, category or size.")
        medium = Medium(next(self._ids), user_id, category, total, self._now() + _LIFE)
        self.media[medium.id] = medium
        return medium

    def _own(self, user_id: str, media_id: str) -> Medium:
        owner = self.media[media_id].user_id if media_id in self.media else ""
        need(owner == user_id, 400, "Your media IDs are invalid.")
        need(self._now() < self.media[media_id].until, 400, "Your media IDs are invalid: expired.")
        return self.media[media_id]

    def _told(self, medium: Medium) -> Answer:
        told: Json = {"id": medium.id, "media_key": f"3_{medium.id}"}
        told["expires_after_secs"] = int((medium.until - self._now()).total_seconds())
        if medium.category != "tweet_image" and medium.state != "uploading":
            info: Json = {"state": medium.state}
            if medium.state in ("pending", "in_progress"):
                info |= {"check_after_secs": self.check_after_secs, "progress_percent": 50}
            elif medium.state == "failed":
                info["error"] = {"code": 1, "name": "InvalidMedia", "message": "Not supported."}
            told["processing_info"] = info
        return answer(200, {"data": told})
