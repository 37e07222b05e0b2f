"""What X charges for posting through its API, in US dollars.

https://docs.x.com/x-api/getting-started/pricing (read in August 2026; failed requests are free)
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.post_text import EntityKind, find
from app.posting.content import Content

POST = Decimal("0.015")
POST_WITH_LINK = Decimal("0.20")
ALT_TEXT = Decimal("0.005")


def price_of(contents: Iterable[Content]) -> Decimal:
    """For all of a thread."""
    return sum(map(_price, contents), Decimal(0))


def in_words(price: Decimal) -> str:
    """As "$0.015" or "$0.20": at least whole cents."""
    cents = price.quantize(Decimal("0.01"))
    return f"${cents if cents == price else price.normalize()}"


def _price(content: Content) -> Decimal:
    has_link = any(entity.kind is EntityKind.URL for entity in find(content.text))
    described = sum(bool(medium.alt_text.strip()) for medium in content.extras.media)
    return (POST_WITH_LINK if has_link else POST) + described * ALT_TEXT
