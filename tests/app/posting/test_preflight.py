"""What is told before the click."""

from __future__ import annotations

import pytest

from app.posting.preflight import Door, look_at


def test_one_post_that_fits_may_go_through_the_browser() -> None:
    seen = look_at(Door.BROWSER, ("The vote is on 3 February.", "  "))
    assert seen.may_go
    assert seen.posts == ("The vote is on 3 February.",)


def test_an_empty_draft_may_not_go_and_needs_no_sentence() -> None:
    seen = look_at(Door.BROWSER, ("", " "))
    assert not seen.may_go
    assert seen.refusals == ()


@pytest.mark.parametrize(
    ("posts", "sentence"),
    [
        (("One", "Two"), "The browser takes one post at a time: copy the thread instead."),
        (("a" * 283,), "The post is 3 over the limit."),
        (("Buy $AB or $CD",), "The post has more than one cashtag, which X refuses."),
    ],
)
def test_what_would_be_refused_is_said_in_a_sentence(posts: tuple[str, ...], sentence: str) -> None:
    seen = look_at(Door.BROWSER, posts)
    assert seen.refusals == (sentence,)
    assert not seen.may_go


def test_anything_may_be_copied() -> None:
    assert look_at(Door.COPY, ("a" * 300, "Two")).may_go


def test_claims_to_confirm_are_counted_and_do_not_refuse() -> None:
    seen = look_at(Door.BROWSER, ("One",), unconfirmed=2)
    assert (seen.unconfirmed, seen.may_go) == (2, True)
