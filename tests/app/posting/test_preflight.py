"""What is told before the click."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.drafts.extras import Extras, Medium, Poll, PostExtras
from app.posting.accounts import LONG_LIMIT, Account, Way
from app.posting.preflight import Door, look_at

ACCOUNT = Account("7", "mill", "Mill", Way.OAUTH2, "app")
PREMIUM = Account("8", "road", "Road", Way.OAUTH2, "app", writes_long=True)


def test_one_post_that_fits_may_go_through_the_browser() -> None:
    seen = look_at(Door.BROWSER, ("The vote is on 3 February.", "  "))
    assert seen.may_go
    assert [content.text for content in seen.contents] == ["The vote is on 3 February."]


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


@pytest.mark.parametrize(("weight", "may_go"), [(LONG_LIMIT, True), (LONG_LIMIT + 1, False)])
def test_a_paying_account_may_write_long_posts(weight: int, may_go: bool) -> None:
    assert look_at(Door.API, ("a" * weight,), account=PREMIUM).may_go is may_go


def test_what_this_account_posted_lately_is_refused_as_a_duplicate() -> None:
    seen = look_at(Door.API, ("One ",), account=ACCOUNT, recent={"One"})
    assert "same text already" in seen.refusals[0]


def test_a_thread_that_says_the_same_twice_is_refused() -> None:
    assert "say the same" in look_at(Door.API, ("One", "One"), account=ACCOUNT).refusals[0]


def test_the_price_is_told_before_the_click() -> None:
    posts = ("One", "Read example.org.")
    assert str(look_at(Door.API, posts, account=ACCOUNT).price) == "0.215"
    assert not look_at(Door.BROWSER, posts[:1]).price


def test_the_browser_takes_no_poll() -> None:
    extras = Extras((PostExtras(poll=Poll(("Yes", "No"))),))
    assert "do not go through the browser" in look_at(Door.BROWSER, ("One",), extras).refusals[0]


def test_a_poll_with_one_answer_is_refused() -> None:
    extras = Extras((PostExtras(poll=Poll(("Yes",))),))
    assert not look_at(Door.API, ("One",), extras, ACCOUNT).may_go


def test_images_without_a_description_are_counted_and_do_not_refuse(tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    media = (Medium(str(image)), Medium(str(image), "A bike."), Medium(str(image), " \n"))
    seen = look_at(Door.API, ("",), Extras((PostExtras(media),)), ACCOUNT)
    assert (seen.undescribed, seen.may_go) == (2, True)
