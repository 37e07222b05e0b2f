"""X's endpoints that Twite needs, typed. What goes wrong comes as `Refused` or `Unclear`.

Every request has a connection of its own: one kept open may be found shut in the middle of a post,
and nobody could say then whether the post went out.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx2

from app.drafts.extras import Audience
from app.posting.answers import Refusal, Refused, Unclear, failure, offline, signed_out
from app.posting.content import Content

_LONGEST_S = 60.0
"""The longest that one request may take, from its first byte to the answer's last."""
_STEP_S = 20.0
_ANSWERED = "replied_to"
_LONGEST_ANSWER = 1_000_000
"""Bytes; X's answers have a few thousand."""


class Authority(Protocol):
    """What lets a request act for an account."""

    async def auth(self) -> httpx2.Auth:
        """Signs requests; raises `Refused` (SIGN_IN) where the account has to sign in again."""
        ...

    async def renewed(self) -> httpx2.Auth | None:
        """After a 401: other credentials than before, or None where there are none to be had."""
        ...


@dataclass(frozen=True)
class Me:
    """The account that the credentials belong to."""

    id: str
    handle: str
    name: str
    writes_long: bool


@dataclass(frozen=True)
class LivePost:
    """A post on X, with its links as they were written.

    Attributes:
        reply_to: the id of the post that it answers, or "".
    """

    id: str
    text: str
    created: datetime
    reply_to: str = ""


@dataclass(frozen=True)
class Upload:
    """A file on its way through X's processing.

    Attributes:
        check_after_s: how long to wait before asking again; 0 once it is ready.
    """

    media_id: str
    check_after_s: float = 0.0


class XClient:
    """One account's requests to X. Use as `async with`."""

    def __init__(self, api: str, authority: Authority) -> None:
        self._api = api
        self._authority = authority
        self._http = open_http()

    async def __aenter__(self) -> XClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def me(self) -> Me:
        """https://docs.x.com/x-api/users/get-my-user"""
        fields = {"user.fields": "subscription_type"}
        found = _data(await self._read("GET", "/2/users/me", params=fields))
        kind = str(found.get("subscription_type", "None"))
        try:
            return Me(found["id"], found["username"], found["name"], kind.startswith("Premium"))
        except KeyError:
            raise _unreadable() from None

    async def create_post(self, content: Content, media_ids: tuple[str, ...] = ()) -> str:
        """Create the post and return its id. The one request that must never be sent twice.

        Raises `Refused` where nothing was created, `Unclear` where nobody can tell.
        https://docs.x.com/x-api/posts/create-post
        """
        answer = await self._send("POST", "/2/tweets", json=_fields(content, media_ids))
        try:
            id = _data(answer)["id"]
        except (KeyError, Refused):
            raise Unclear from None
        if not isinstance(id, str) or not id.isdecimal():
            raise Unclear
        return id

    async def delete_post(self, post_id: str) -> None:
        """A post that is gone already is as good as deleted.

        https://docs.x.com/x-api/posts/delete-post
        """
        try:
            await self._read("DELETE", f"/2/tweets/{post_id}")
        except Refused as refused:
            if refused.kind is not Refusal.GONE:
                raise

    async def own_posts(self, user_id: str, since: datetime) -> tuple[LivePost, ...]:
        """The account's posts since a moment, the newest first, at most a hundred.

        https://docs.x.com/x-api/users/get-posts
        """
        params = {
            "max_results": "100",
            "start_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tweet.fields": "created_at,entities,note_tweet,referenced_tweets",
        }
        answer = await self._read("GET", f"/2/users/{user_id}/tweets", params=params)
        try:
            return tuple(_live(post) for post in _object(answer).get("data", []))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _unreadable() from None

    async def upload_image(self, image: bytes, media_type: str) -> Upload:
        """https://docs.x.com/x-api/media/upload-media"""
        answer = await self._read(
            "POST",
            "/2/media/upload",
            files={"media": ("media", image, media_type)},
            data={"media_category": "tweet_image", "media_type": media_type},
        )
        return _upload(answer)

    async def begin_upload(self, size: int, media_type: str, category: str) -> str:
        """Announce `size` bytes; the answer is the media id.

        https://docs.x.com/x-api/media/initialize-media-upload
        """
        fields = {"media_type": media_type, "media_category": category, "total_bytes": size}
        return _upload(await self._read("POST", "/2/media/upload/initialize", json=fields)).media_id

    async def append(self, media_id: str, segment: int, part: bytes) -> None:
        """https://docs.x.com/x-api/media/append-media-upload"""
        await self._read(
            "POST",
            f"/2/media/upload/{media_id}/append",
            files={"media": ("media", part, "application/octet-stream")},
            data={"segment_index": str(segment)},
        )

    async def finish_upload(self, media_id: str) -> Upload:
        """https://docs.x.com/x-api/media/finalize-media-upload"""
        return _upload(await self._read("POST", f"/2/media/upload/{media_id}/finalize"))

    async def processing(self, media_id: str) -> Upload:
        """https://docs.x.com/x-api/media/get-media-upload-status"""
        params = {"command": "STATUS", "media_id": media_id}
        return _upload(await self._read("GET", "/2/media/upload", params=params))

    async def describe(self, media_id: str, alt_text: str) -> None:
        """https://docs.x.com/x-api/media/create-media-metadata"""
        fields = {"id": media_id, "metadata": {"alt_text": {"text": alt_text}}}
        await self._read("POST", "/2/media/metadata", json=fields)

    async def _read(self, method: str, path: str, **parts: Any) -> bytes:
        """A request that creates no post: where its outcome is unclear, X was not reached."""
        try:
            return await self._send(method, path, **parts)
        except Unclear:
            raise offline() from None

    async def _send(self, method: str, path: str, **parts: Any) -> bytes:
        """The body of a success. A 401 is answered once with renewed credentials."""
        answer = await self._exchange(method, path, await self._authority.auth(), parts)
        if answer.status_code == 401 and (auth := await self._authority.renewed()):
            answer = await self._exchange(method, path, auth, parts)
        if answer.status_code == 401:
            raise signed_out()
        if not answer.is_success:
            raise failure(answer.status_code, answer.headers, answer.content)
        return answer.content

    async def _exchange(
        self, method: str, path: str, auth: httpx2.Auth, parts: Mapping[str, Any]
    ) -> httpx2.Response:
        return await exchange(self._http, method, f"{self._api}{path}", auth=auth, **parts)


def open_http() -> httpx2.AsyncClient:
    """For requests that carry secrets: no redirect is followed, no connection used twice."""
    return httpx2.AsyncClient(
        timeout=_STEP_S,
        follow_redirects=False,
        limits=httpx2.Limits(max_keepalive_connections=0),
        headers={"user-agent": "Twite"},
    )


async def exchange(
    http: httpx2.AsyncClient, method: str, url: str, **parts: Any
) -> httpx2.Response:
    """One request and its whole answer; `Refused` where it never left, `Unclear` where it broke."""
    try:
        async with asyncio.timeout(_LONGEST_S), http.stream(method, url, **parts) as answer:
            content = await _whole(answer)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError):
        raise offline() from None
    except (httpx2.HTTPError, TimeoutError):
        raise Unclear from None
    return httpx2.Response(answer.status_code, headers=_plain(answer.headers), content=content)


async def _whole(answer: httpx2.Response) -> bytes:
    content = b""
    async for part in answer.aiter_bytes():
        content += part
        if len(content) > _LONGEST_ANSWER:
            raise Unclear
    return content


def _plain(headers: httpx2.Headers) -> dict[str, str]:
    """Without what described the body's way here: it has been unpacked."""
    packed = {"content-encoding", "content-length", "transfer-encoding"}
    return {name: value for name, value in headers.items() if name not in packed}


def _fields(content: Content, media_ids: Iterable[str]) -> dict[str, Any]:
    """Only what differs from X's defaults: it refuses what it does not know or expect."""
    poll = content.extras.poll
    fields: dict[str, Any] = {"text": content.text}
    if ids := list(media_ids):
        fields["media"] = {"media_ids": ids}
    if poll:
        fields["poll"] = {"options": list(poll.options), "duration_minutes": poll.minutes}
    if content.reply_to:
        fields["reply"] = {"in_reply_to_tweet_id": content.reply_to}
    elif content.audience is not Audience.EVERYONE:
        fields["reply_settings"] = content.audience.value
    if content.made_with_ai:
        fields["made_with_ai"] = True
    if content.paid_partnership:
        fields["paid_partnership"] = True
    if content.edits:
        fields["edit_options"] = {"previous_post_id": content.edits}
    return fields


def _object(answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except ValueError:
        raise _unreadable() from None
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _data(answer: bytes) -> dict[str, Any]:
    found = _object(answer).get("data")
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _unreadable() -> Refused:
    return Refused(Refusal.INVALID, "X's answer could not be read.")


def _upload(answer: bytes) -> Upload:
    found = _data(answer)
    steps = found.get("processing_info") or {}
    if steps.get("state") == "failed":
        raise Refused(Refusal.INVALID, "X could not process this file.")
    try:
        waits = steps.get("state") in ("pending", "in_progress")
        after = min(max(float(steps.get("check_after_secs", 1)), 0.2), 30.0) if waits else 0.0
        return Upload(str(found["id"]), after)
    except (KeyError, TypeError, ValueError):
        raise _unreadable() from None


def _live(post: dict[str, Any]) -> LivePost:
    whole = post.get("note_tweet") or post
    text = str(whole.get("text", ""))
    for url in (whole.get("entities") or {}).get("urls", []):
        text = text.replace(url["url"], url.get("expanded_url", url["url"]))
    created = datetime.fromisoformat(post["created_at"].replace("Z", "+00:00"))
    answered = (one["id"] for one in post.get("referenced_tweets", []) if one["type"] == _ANSWERED)
    return LivePost(post["id"], text, created, next(answered, ""))
