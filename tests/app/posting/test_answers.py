"""What X's answers mean to a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.posting.answers import Refusal, Refused, Unclear, failure

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


def problem(detail: str) -> bytes:
    return json.dumps({"title": "Forbidden", "detail": detail}).encode()


def refused(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Refused:
    found = failure(status, headers or {}, body)
    assert isinstance(found, Refused)
    return found


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"", Refusal.SIGN_IN),
        (402, b"", Refusal.CREDITS),
        (403, problem(DUPLICATE), Refusal.DUPLICATE),
        (403, problem("You are not permitted to perform this action."), Refusal.FORBIDDEN),
        (429, b"", Refusal.WAIT),
        (400, problem("Tweet text is too long."), Refusal.TOO_LONG),
        (400, b"", Refusal.INVALID),
        (302, b"", Refusal.INVALID),
    ],
)
def test_a_refusal_has_its_kind(status: int, body: bytes, kind: Refusal) -> None:
    assert refused(status, body).kind is kind


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_an_answer_that_says_nothing_of_the_post_is_unclear(status: int) -> None:
    assert isinstance(failure(status, {}, b""), Unclear)


@pytest.mark.parametrize(
    "body",
    [
        {"title": "Forbidden", "detail": "Your account is suspended."},
        {"code": 64, "message": "Your account is suspended."},
        {"errors": [{"code": 64, "message": "Your account is suspended."}]},
    ],
)
def test_x_is_quoted_from_each_of_its_three_forms(body: object) -> None:
    said = refused(403, json.dumps(body).encode()).what_happened
    assert said == 'X does not permit this post, and says: "Your account is suspended".'


@given(st.integers(400, 499), st.binary())
def test_no_body_whatever_breaks_the_reading(status: int, body: bytes) -> None:
    assert failure(status, {}, body).what_happened


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["errors", "detail", "message", "title"]), inner)
        ),
    )
)
def test_no_json_whatever_breaks_the_reading(body: object) -> None:
    assert failure(403, {}, json.dumps(body).encode()).what_happened


def until(headers: dict[str, str]) -> timedelta:
    found = refused(429, headers=headers).until
    assert found is not None
    return found - datetime.now(UTC)


def test_the_wait_is_counted_on_xs_clock_and_not_on_ours() -> None:
    theirs = datetime(2020, 1, 1, tzinfo=UTC)
    left = until(
        {
            "x-rate-limit-reset": str(int(theirs.timestamp()) + 90),
            "date": format_datetime(theirs, usegmt=True),
        }
    )
    assert timedelta(seconds=85) < left <= timedelta(seconds=90)


@pytest.mark.parametrize("headers", [{}, {"x-rate-limit-reset": "soon"}])
def test_without_a_moment_the_wait_is_xs_window(headers: dict[str, str]) -> None:
    assert timedelta(minutes=14) < until(headers) <= timedelta(minutes=15)


@given(st.text(st.characters(codec="ascii"), max_size=40), st.text(max_size=40))
def test_no_header_whatever_makes_the_wait_endless(reset: str, date: str) -> None:
    left = until({"x-rate-limit-reset": reset, "date": date})
    assert timedelta(0) < left <= timedelta(days=1)
