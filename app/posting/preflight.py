"""What will happen to a draft behind a door, told before the click."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from app.drafts.extras import Extras, Medium, PostExtras
from app.post_text import LIMIT, EntityKind, find, weigh
from app.posting.accounts import Account
from app.posting.content import Content, contents
from app.posting.media import refusals as media_refusals
from app.posting.price import price_of

_FILMS = (".mp4", ".mov")
_CASHTAGS = 1
"""X takes at most one cashtag a post."""


class Door(StrEnum):
    """A way out of Twite."""

    API = "api"
    BROWSER = "browser"
    COPY = "copy"


@dataclass(frozen=True)
class Preflight:
    """What is known of a thread before it goes out.

    Attributes:
        contents: the posts that hold anything, in order.
        refusals: sentences on what X, or the door, would refuse; empty where nothing is in the way.
        unconfirmed: claims that neither the notes nor the person stand for.
        undescribed: images without alt text.
        price: in US dollars.
    """

    contents: tuple[Content, ...]
    refusals: tuple[str, ...] = ()
    unconfirmed: int = 0
    undescribed: int = 0
    price: Decimal = field(default_factory=Decimal)

    @property
    def may_go(self) -> bool:
        """Whether there is something to send and nothing in the way."""
        return bool(self.contents) and not self.refusals


def look_at(
    door: Door,
    posts: Sequence[str],
    extras: Extras | None = None,
    account: Account | None = None,
    *,
    unconfirmed: int = 0,
    recent: Collection[str] = (),
) -> Preflight:
    """Look at a thread as X and the door will.

    Without an account, the API is taken to have the limits that hold for everybody. `recent` are
    the texts that this account has posted lately: X takes none of them again.
    """
    kept = contents(posts, extras or Extras())
    refusals: list[str] = []
    if door is Door.BROWSER:
        refusals += _beyond_browser(kept)
    if door is not Door.COPY:
        refusals += _over(kept, account.limit if account and door is Door.API else LIMIT)
    if door is Door.API:
        refusals += _repeated(kept, recent)
    return Preflight(
        kept,
        tuple(refusals),
        unconfirmed,
        sum(map(_is_undescribed, (m for content in kept for m in content.extras.media))),
        price_of(kept) if door is Door.API else Decimal(0),
    )


def browser_takes(kept: Sequence[Content]) -> bool:
    """Whether X's own page would have nothing against these posts."""
    return not _beyond_browser(kept) and not _over(kept, LIMIT)


def _beyond_browser(kept: Sequence[Content]) -> list[str]:
    found = []
    if len(kept) > 1:
        found.append("The browser takes one post at a time: copy the thread instead.")
    if any(content.extras != PostExtras() for content in kept):
        found.append("Images and polls do not go through the browser: add them on X's page.")
    return found


def _over(kept: Sequence[Content], limit: int) -> list[str]:
    """What X would refuse of each post."""
    return [
        sentence
        for number, content in enumerate(kept, 1)
        for sentence in _refused("The post" if len(kept) == 1 else f"Post {number}", content, limit)
    ]


def _is_undescribed(medium: Medium) -> bool:
    """X takes alt text for images and GIFs."""
    return not medium.alt_text.strip() and Path(medium.file).suffix not in _FILMS


def _refused(which: str, content: Content, limit: int) -> list[str]:
    weighed = weigh(content.text, limit)
    found = []
    if weighed.weighted_length > limit:
        found.append(f"{which} is {weighed.weighted_length - limit} over the limit.")
    if sum(entity.kind is EntityKind.CASHTAG for entity in find(content.text)) > _CASHTAGS:
        found.append(f"{which} has more than one cashtag, which X refuses.")
    return found + [f"{which}: {sentence}" for sentence in media_refusals(content.extras)]


def _repeated(kept: Sequence[Content], recent: Collection[str]) -> list[str]:
    texts = [content.text.strip() for content in kept if content.text.strip()]
    if len(set(texts)) < len(texts):
        return ["Two posts of this thread say the same, which X refuses as a duplicate."]
    if set(texts) & {text.strip() for text in recent}:
        return ["This account has posted the same text already, which X refuses as a duplicate."]
    return []
