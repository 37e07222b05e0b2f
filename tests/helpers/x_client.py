"""The barest client of the loopback X, for tests of X itself and of what has reached it."""

from __future__ import annotations

from typing import Any, cast

import httpx2

from tests.helpers.x_oauth import User
from tests.helpers.x_server import X

TWEETS = "/2/tweets"
_PNG = {"media_category": "tweet_image", "media_type": "image/png"}


def client_of(x: X, user: User) -> httpx2.Client:
    access, _ = x.sign_in_directly(user)
    bearer = {"Authorization": f"Bearer {access}"}
    return httpx2.Client(base_url=x.endpoints.api, headers=bearer, trust_env=False, timeout=5)


def post(client: httpx2.Client, text: str = "Hello.", **fields: Any) -> httpx2.Response:
    return client.post(TWEETS, json={"text": text, **fields})


def post_id(client: httpx2.Client, text: str = "Hello.", **fields: Any) -> str:
    return str(post(client, text, **fields).raise_for_status().json()["data"]["id"])


def timeline(client: httpx2.Client, user: User, **query: str) -> list[dict[str, Any]]:
    fields = {"tweet.fields": "created_at,entities,note_tweet", "max_results": "5"}
    found = client.get(f"/2/users/{user.id}/tweets", params=fields | query).raise_for_status()
    return cast("list[dict[str, Any]]", found.json().get("data", []))


def upload(client: httpx2.Client, media: bytes = b"\r\n--\x00") -> httpx2.Response:
    return client.post("/2/media/upload", data=_PNG, files={"media": ("a.png", media)})
