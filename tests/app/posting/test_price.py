"""What posting costs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.drafts.extras import Medium, PostExtras
from app.posting.content import Content
from app.posting.price import in_words, price_of


@pytest.mark.parametrize(
    ("contents", "price"),
    [
        ((), "0"),
        ((Content("One."),), "0.015"),
        ((Content("Read example.org."),), "0.20"),
        ((Content("One."), Content("Read example.org.")), "0.215"),
        ((Content("", PostExtras((Medium("a"), Medium("b", "A bike.")))),), "0.020"),
        ((Content("", PostExtras((Medium("a", " \n"),))),), "0.015"),
    ],
)
def test_posts_links_and_alt_texts_are_added_up(contents: tuple[Content, ...], price: str) -> None:
    assert price_of(contents) == Decimal(price)


@pytest.mark.parametrize(
    ("price", "words"), [("0.015", "$0.015"), ("0.2", "$0.20"), ("0.030", "$0.03"), ("0", "$0.00")]
)
def test_a_price_has_whole_cents_at_least(price: str, words: str) -> None:
    assert in_words(Decimal(price)) == words
