"""What X takes as a post, what it refuses, and how it shows a post in a timeline."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from unicodedata import normalize

from app.post_text import LIMIT, EntityKind, find, longest_fit, weigh
from tests.helpers.x_media import Uploads
from tests.helpers.x_oauth import User
from tests.helpers.x_wire import (
    CASHTAGS,
    DUPLICATE,
    NOT_SUMMONED,
    Answer,
    Json,
    Query,
    Request,
    answer,
    need,
)

_BODY: Json = {
    "text": str,
    "media": {"media_ids": [str]},
    "poll": {"options": [str], "duration_minutes": int},
    "quote_tweet_id": str,
    "reply": {"in_reply_to_tweet_id": str},
    "reply_settings": str,
    "made_with_ai": bool,
    "paid_partnership": bool,
    "edit_options": {"previous_post_id": str},
}
_SETTINGS = ("reply_settings", "made_with_ai", "paid_partnership")
_REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
_PREMIUM = ("Premium", "PremiumPlus")
_LONG_LIMIT = 25_000
_EDITABLE = timedelta(hours=1)
_LINK_ROOM = len("… https://t.co/0123456789")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_POST_FIELDS = {
    "id",
    "text",
    "edit_history_tweet_ids",
    "created_at",
    "entities",
    "note_tweet",
    "referenced_tweets",
}


@dataclass(frozen=True)
class Post:
    """A post as it was sent.

    Attributes:
        edits: the id of the post that this one takes the place of, or "".
        settings: of the request's fields, those on who may reply and what is declared.
    """

    id: str
    text: str
    user: User
    at: datetime
    reply_to: str
    media: tuple[str, ...]
    poll: Json | None
    edits: str
    settings: Json


class Posts:
    """All posts that are up, oldest first, with those that were edited since.

    Attributes:
        recent: for how long a text is refused as a duplicate.
    """

    def __init__(
        self, now: Callable[[], datetime], bill: Callable[[int], None], uploads: Uploads
    ) -> None:
        self.made: list[Post] = []
        self.recent = timedelta(days=1)
        self._now = now
        self._bill = bill
        self._uploads = uploads
        self._ids = map(str, count(2_000_000_000_000_000_001))

    def create(self, user: User, request: Request) -> Answer:
        body = request.json(_BODY, optional=set(_BODY) - {"text"})
        self._check_extras(user, body)
        self._check_text(user, body)
        self._check_place(user, body)
        post = Post(
            id=next(self._ids),
            text=body["text"],
            user=user,
            at=self._now(),
            reply_to=body.get("reply", {}).get("in_reply_to_tweet_id", ""),
            media=tuple(body.get("media", {}).get("media_ids", ())),
            poll=body.get("poll"),
            edits=body.get("edit_options", {}).get("previous_post_id", ""),
            settings={name: body[name] for name in _SETTINGS if name in body},
        )
        self.made.append(post)
        self._bill(200 if _count(post.text, EntityKind.URL) else 15)
        return answer(201, {"data": self._shown(post, set())})

    def delete(self, user: User, post_id: str) -> Answer:
        gone = self._history(self._own(user, post_id))
        self.made[:] = [post for post in self.made if post.id not in gone]
        return answer(200, {"data": {"deleted": True}})

    def timeline(self, user: User, user_id: str, query: Query) -> Answer:
        """The reader's own, newest first, billed by the post."""
        need(user_id == user.id, 403)
        need(set(query) <= {"max_results", "start_time", "tweet.fields"}, 400, "Unknown parameter.")
        most, since = (
            query.get("max_results", "10"),
            query.get("start_time", "2006-03-21T00:00:00Z"),
        )
        need(most.isdecimal() and 5 <= int(most) <= 100, 400, "max_results is 5 to 100.")
        need(_TIME.fullmatch(since), 400, "start_time is no time that ends in Z.")
        fields, start = _fields(query, "tweet.fields", _POST_FIELDS), datetime.fromisoformat(since)
        edited = {post.edits for post in self.made}
        own = [p for p in self.made if p.user == user and p.at >= start and p.id not in edited]
        shown = [self._shown(post, fields) for post in own[::-1][: int(most)]]
        self._bill(len(shown))
        found: Json = {"data": shown} if shown else {}
        return answer(200, found | {"meta": {"result_count": len(shown)}})

    def _check_extras(self, user: User, body: Json) -> None:
        exclusive = {"media", "poll", "quote_tweet_id"} & set(body)
        need(len(exclusive) <= 1, 400, "Media, poll and quote exclude each other.")
        reply_settings = body.get("reply_settings", "verified")
        need(reply_settings in _REPLY_SETTINGS, 400, "reply_settings is none of the four.")
        need("quote_tweet_id" not in body, 403, "Quoting a post is not permitted.")
        if poll := body.get("poll"):
            lengths, minutes = [len(option) for option in poll["options"]], poll["duration_minutes"]
            need(2 <= len(lengths) <= 4, 400, "A poll has 2 to 4 options.")
            need(
                all(1 <= length <= 25 for length in lengths),
                400,
                "An option has 1 to 25 characters.",
            )
            need(5 <= minutes <= 10_080, 400, "A poll lasts 5 to 10080 minutes.")
        if media := body.get("media"):
            self._uploads.check(user.id, media["media_ids"])

    def _check_text(self, user: User, body: Json) -> None:
        text, limit = body["text"], _LONG_LIMIT if user.subscription in _PREMIUM else LIMIT
        weighed, is_empty = weigh(text, limit), not text.strip()
        need(weighed.weighted_length <= limit, 400, "Your post text is too long.")
        need(not is_empty or "media" in body, 400, "A post has text or media.")
        need(is_empty or weighed.valid, 400, "Your post text holds invalid characters.")
        need(_count(text, EntityKind.CASHTAG) <= 1, *CASHTAGS)
        recent = [p for p in self.made if p.user == user and self._now() - p.at < self.recent]
        need(is_empty or _stored(text) not in [_stored(p.text) for p in recent], *DUPLICATE)

    def _check_place(self, user: User, body: Json) -> None:
        if reply := body.get("reply"):
            parent = self._find(reply["in_reply_to_tweet_id"])
            need(parent.user == user or f"@{user.name}" in parent.text, *NOT_SUMMONED)
        if edit := body.get("edit_options"):
            age = self._now() - self._own(user, edit["previous_post_id"]).at
            may = user.subscription in _PREMIUM and age < _EDITABLE
            need(may, 403, "You are not permitted to edit this post.")

    def _find(self, post_id: str) -> Post:
        found = [post for post in self.made if post.id == post_id]
        need(found, 400, "There is no such post.")
        return found[0]

    def _own(self, user: User, post_id: str) -> Post:
        post = self._find(post_id)
        need(post.user == user, 403, "This is not your own post.")
        return post

    def _history(self, post: Post) -> list[str]:
        return [*(self._history(self._find(post.edits)) if post.edits else ()), post.id]

    def _shown(self, post: Post, fields: set[str]) -> Json:
        """A post as X's answers hold it; one over the usual limit stands whole in `note_tweet`."""
        text, page = _stored(post.text), f"https://x.com/{post.user.name}/status/{post.id}"
        is_long = weigh(text).weighted_length > LIMIT
        shown = _Shown(post.id)
        shown.add(text[: longest_fit(text, LIMIT - _LINK_ROOM)] + "… " if is_long else text)
        if is_long or post.media:
            shown.add(" " if text and not is_long else "")
            shown.link(page if is_long else f"{page}/photo/1")
        extra: Json = {"created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
        extra |= {"entities": {"urls": shown.urls}} if shown.urls else {}
        extra |= {"note_tweet": {"text": _Shown(post.id).add(text)}} if is_long else {}
        answered = [{"type": "replied_to", "id": post.reply_to}]
        extra |= {"referenced_tweets": answered} if post.reply_to else {}
        always = {"id": post.id, "text": shown.text, "edit_history_tweet_ids": self._history(post)}
        return always | {name: value for name, value in extra.items() if name in fields}


class _Shown:
    """A text as X shows it: links are short, and &, < and > are written as in HTML."""

    def __init__(self, post_id: str) -> None:
        self.text = ""
        self.urls: list[Json] = []
        self._post_id = post_id

    def add(self, text: str) -> str:
        done = 0
        for url in (entity for entity in find(text) if entity.kind is EntityKind.URL):
            self.text += html.escape(text[done : url.start], quote=False)
            written, done = text[url.start : url.end], url.end
            self.link(written if "://" in written else f"http://{written}")
        self.text += html.escape(text[done:], quote=False)
        return self.text

    def link(self, target: str) -> None:
        code = hashlib.sha1(f"{self._post_id} {target}".encode()).hexdigest()[:10]
        short, start = f"https://t.co/{code}", len(self.text)
        self.text += short
        ends = {"start": start, "end": len(self.text)}
        self.urls.append({**ends, "url": short, "expanded_url": target})


def me(user: User, query: Query) -> Answer:
    fields = _fields(query, "user.fields", {"id", "name", "username", "subscription_type"})
    found = {"id": user.id, "name": user.name, "username": user.name}
    more = {"subscription_type": user.subscription} if "subscription_type" in fields else {}
    return answer(200, {"data": found | more})


def _fields(query: Query, name: str, known: set[str]) -> set[str]:
    asked = set(query[name].split(",")) if name in query else set()
    need(asked <= known, 400, f"{name} has an unknown field.")
    return asked


def _stored(text: str) -> str:
    return normalize("NFC", text).strip()


def _count(text: str, kind: EntityKind) -> int:
    return sum(entity.kind is kind for entity in find(text))
