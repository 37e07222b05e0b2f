"""Finding a post on a timeline by its text."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drafts.extras import Medium, PostExtras
from app.posting.content import Content
from app.posting.reconcile import matching
from app.posting.x_client import LivePost

NOW = datetime(2026, 2, 3, tzinfo=UTC)


def found(content: Content, *texts: str, known: frozenset[str] = frozenset()) -> str:
    timeline = [
        LivePost(str(number), text, NOW, content.reply_to) for number, text in enumerate(texts)
    ]
    post = matching(content, timeline, known)
    return post.id if post else ""


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])).filter(
        lambda text: bool(text.split())
    )
)
def test_a_text_is_found_as_x_escapes_it(text: str) -> None:
    assert found(Content(text), html.escape(text, quote=False)) == "0"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Read example.org/Bikes.", "Read http://example.org/Bikes."),
        ("Read https://example.org", "Read https://example.org/"),
        ("Cafe\u0301  and\nmore ", "Café and more"),
    ],
)
def test_what_x_changes_in_a_text_makes_no_difference(written: str, shown: str) -> None:
    assert found(Content(written), shown) == "0"


def test_the_link_that_x_adds_for_an_image_makes_no_difference() -> None:
    content = Content("Look.", PostExtras((Medium("a.png"),)))
    assert found(content, "Look. https://x.com/mill/status/12/photo/1") == "0"


def test_the_name_that_x_puts_before_an_answer_makes_no_difference() -> None:
    assert found(Content("Two.", reply_to="9"), "@mill Two.") == "0"


@pytest.mark.parametrize("shown", ["One", "One..", "one.", "Two One."])
def test_another_text_is_not_taken_for_it(shown: str) -> None:
    assert found(Content("One."), shown) == ""


def test_a_post_that_is_accounted_for_is_not_taken_for_another() -> None:
    assert found(Content("One."), "One.", "One.", known=frozenset("0")) == "1"


@pytest.mark.parametrize(("reply_to", "shown_under"), [("", "9"), ("9", ""), ("9", "8")])
def test_a_post_under_another_one_is_not_taken_for_it(reply_to: str, shown_under: str) -> None:
    timeline = [LivePost("0", "One.", NOW, shown_under)]
    assert matching(Content("One.", reply_to=reply_to), timeline, frozenset()) is None


def test_a_post_without_words_is_never_taken_for_another() -> None:
    content = Content("", PostExtras((Medium("a.png"),)))
    assert found(content, "https://x.com/mill/status/12/photo/1") == ""
