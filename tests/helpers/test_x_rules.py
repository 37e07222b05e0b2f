"""The loopback X takes, refuses and shows posts and media as X does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.helpers.x_client import TWEETS, client_of, post, post_id, timeline, upload
from tests.helpers.x_oauth import User
from tests.helpers.x_server import X
from tests.helpers.x_wire import DUPLICATE


def test_a_thread_is_posted_and_read_back_newest_first(
    x: X, person: User, client: httpx2.Client
) -> None:
    first = post_id(client, "One.", reply_settings="following", made_with_ai=True)
    second = post_id(client, "Two.", reply={"in_reply_to_tweet_id": first})
    assert [p["id"] for p in timeline(client, person)] == [second, first]
    assert [p.reply_to for p in x.posts] == ["", first]
    assert x.posts[0].settings == {"reply_settings": "following", "made_with_ai": True}
    assert [seen.path for seen in x.requests[:2]] == [TWEETS, TWEETS]


def test_a_timeline_shows_a_text_as_x_does(person: User, client: httpx2.Client) -> None:
    media = upload(client).json()["data"]["id"]
    post_id(client, '"Q&A": example.com ', media={"media_ids": [media]})
    (shown,) = timeline(client, person)
    link, picture = shown["entities"]["urls"]
    assert shown["text"] == f'"Q&amp;A": {link["url"]} {picture["url"]}'
    assert link["url"].startswith("https://t.co/")
    assert link["expanded_url"] == "http://example.com"
    assert shown["text"][picture["start"] : picture["end"]] == picture["url"]


def test_a_long_post_is_cut_in_the_timeline_and_whole_in_its_note(x: X) -> None:
    premium = x.add_user("premium", "Premium")
    text = "a" * 281
    with client_of(x, premium) as client:
        post_id(client, text)
        (shown,) = timeline(client, premium)
    assert "… https://t.co/" in shown["text"]
    assert shown["note_tweet"]["text"] == text


def test_a_timeline_can_begin_at_a_time(x: X, person: User, client: httpx2.Client) -> None:
    post_id(client, "Before.")
    x.clock_off = timedelta(minutes=1)
    after = post_id(client, "After.")
    since = x.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [p["id"] for p in timeline(client, person, start_time=since)] == [after]
    bad = {"start_time": "2026-01-01T00:00:00+00:00"}
    assert client.get(f"/2/users/{person.id}/tweets", params=bad).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": 1},
        {"text": "Hello.", "colour": "red"},
        {"text": " "},
        {"text": "", "poll": {"options": ["a", "b"], "duration_minutes": 5}},
        {"text": "a" * 281},
        {"text": "a\ufffe"},
        {"text": "a", "poll": {"options": ["a"], "duration_minutes": 5}},
        {"text": "a", "poll": {"options": ["a", "b" * 26], "duration_minutes": 5}},
        {"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": 4}},
        {"text": "a", "poll": {"options": ["a", "b"]}},
        {"text": "a", "media": {"media_ids": []}},
        {"text": "a", "media": {"media_ids": ["1"]}},
        {"text": "a", "media": {"media_ids": ["1"]}, "quote_tweet_id": "1"},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "1"}},
        {"text": "a", "reply_settings": "everyone"},
        {"text": "a", "made_with_ai": 1},
    ],
)
def test_a_malformed_post_is_refused_as_a_problem(
    x: X, client: httpx2.Client, body: dict[str, Any]
) -> None:
    answer = client.post(TWEETS, json=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not x.posts
    assert x.bill == 0


def test_a_duplicate_is_refused_until_the_first_is_deleted(x: X, client: httpx2.Client) -> None:
    first = post_id(client)
    with client_of(x, x.add_user("other")) as other:
        assert post(other).status_code == 201
    assert post(client).json()["detail"] == DUPLICATE[1]
    assert client.delete(f"{TWEETS}/{first}").json() == {"data": {"deleted": True}}
    assert post(client).status_code == 201


def test_two_cashtags_are_refused(client: httpx2.Client) -> None:
    assert post(client, "$ONE").status_code == 201
    assert post(client, "$ONE $TWO").status_code == 403


def test_a_reply_to_another_needs_a_mention_by_them(x: X, client: httpx2.Client) -> None:
    with client_of(x, x.add_user("other")) as other:
        silent, calling = post_id(other, "Hello."), post_id(other, "Hello @person.")
    assert post(client, "a", reply={"in_reply_to_tweet_id": silent}).status_code == 403
    assert post(client, "b", reply={"in_reply_to_tweet_id": calling}).status_code == 201
    assert client.delete(f"{TWEETS}/{silent}").status_code == 403


@pytest.mark.parametrize(
    ("subscription", "age", "status"),
    [("Premium", 59, 201), ("Premium", 60, 403), ("None", 1, 403)],
)
def test_only_premium_edits_and_only_for_an_hour(
    x: X, subscription: str, age: int, status: int
) -> None:
    user = x.add_user("premium", subscription)
    with client_of(x, user) as client:
        old = post_id(client, "Helo.")
        x.clock_off = timedelta(minutes=age)
        answer = post(client, "Hello.", edit_options={"previous_post_id": old})
        assert answer.status_code == status
        assert len(timeline(client, user)) == 1
    if status == 201:
        assert answer.json()["data"]["edit_history_tweet_ids"] == [p.id for p in x.posts]


def test_a_person_learns_their_subscription(person: User, client: httpx2.Client) -> None:
    answer = client.get("/2/users/me", params={"user.fields": "subscription_type"}).json()
    assert answer["data"]["id"] == person.id
    assert answer["data"]["subscription_type"] == "None"


def test_the_bill_adds_up(x: X, person: User, client: httpx2.Client) -> None:
    post_id(client)
    post_id(client, "See example.com.")
    media = upload(client).json()["data"]["id"]
    alt = {"id": media, "metadata": {"alt_text": {"text": "A finch."}}}
    assert client.post("/2/media/metadata", json=alt).status_code == 200
    timeline(client, person)
    assert x.bill == pytest.approx(0.015 + 0.20 + 0.005 + 2 * 0.001)
    assert x.media[media].alt_text == "A finch."


def test_an_image_goes_up_byte_for_byte_and_belongs_to_one_person(
    x: X, client: httpx2.Client
) -> None:
    everything = bytes(range(256)) * 2 + b"\r\n"
    media = upload(client, everything).json()["data"]["id"]
    assert x.media[media].segments == {0: everything}
    with client_of(x, x.add_user("other")) as other:
        assert post(other, media={"media_ids": [media]}).status_code == 400
    assert post(client, "", media={"media_ids": [media]}).status_code == 201
    five = [upload(client).json()["data"]["id"] for _ in range(5)]
    assert post(client, "", media={"media_ids": five}).status_code == 400


def test_a_film_is_ready_once_it_is_processed(x: X, client: httpx2.Client) -> None:
    film = begin_film(client, 6)
    append(client, film, 0, b"abc")
    assert client.post(f"/2/media/upload/{film}/finalize").status_code == 400
    append(client, film, 1, b"def")
    done = client.post(f"/2/media/upload/{film}/finalize").json()["data"]
    assert done["processing_info"]["state"] == "pending"
    assert post(client, media={"media_ids": [film]}).status_code == 400
    assert [film_state(client, film) for _ in range(3)] == ["in_progress", *["succeeded"] * 2]
    assert post(client, media={"media_ids": [film]}).status_code == 201
    image = upload(client).json()["data"]["id"]
    assert post(client, "Both.", media={"media_ids": [film, image]}).status_code == 400
    assert x.media[film].segments == {0: b"abc", 1: b"def"}


def test_a_film_with_a_segment_missing_is_refused(client: httpx2.Client) -> None:
    film = begin_film(client, 2)
    append(client, film, 0, b"a")
    append(client, film, 2, b"b")
    assert client.post(f"/2/media/upload/{film}/finalize").status_code == 400


def test_a_film_can_fail(x: X, client: httpx2.Client) -> None:
    x.uploads.processing = ["failed"]
    film = begin_film(client, 1)
    append(client, film, 0, b"a")
    client.post(f"/2/media/upload/{film}/finalize").raise_for_status()
    assert film_state(client, film) == "failed"


def begin_film(client: httpx2.Client, size: int) -> str:
    body = {"media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": size}
    answer = client.post("/2/media/upload/initialize", json=body).raise_for_status()
    return str(answer.json()["data"]["id"])


def append(client: httpx2.Client, film: str, index: int, segment: bytes) -> None:
    client.post(
        f"/2/media/upload/{film}/append",
        data={"segment_index": str(index)},
        files={"media": segment},
    ).raise_for_status()


def film_state(client: httpx2.Client, film: str) -> str:
    query = {"command": "STATUS", "media_id": film}
    found = client.get("/2/media/upload", params=query).raise_for_status()
    return str(found.json()["data"]["processing_info"]["state"])
