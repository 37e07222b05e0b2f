"""What will happen to a draft behind a door, told before the click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.post_text import LIMIT, EntityKind, find, weigh

_CASHTAGS = 1
"""X takes at most one cashtag a post."""


class Door(StrEnum):
    """A way out of Twite."""

    BROWSER = "browser"
    COPY = "copy"


@dataclass(frozen=True)
class Preflight:
    """What is known of a thread before it goes out.

    Attributes:
        posts: the posts that hold any text, in order.
        refusals: sentences on what X, or the door, would refuse; empty where nothing is in the way.
        unconfirmed: claims that neither the notes nor the person stand for.
    """

    posts: tuple[str, ...]
    refusals: tuple[str, ...]
    unconfirmed: int

    @property
    def may_go(self) -> bool:
        """Whether there is something to send and nothing in the way."""
        return bool(self.posts) and not self.refusals


def look_at(door: Door, posts: Sequence[str], unconfirmed: int = 0) -> Preflight:
    """Look at a thread as X and the door will."""
    kept = tuple(post for post in posts if post.strip())
    refusals: list[str] = []
    if door is Door.BROWSER and len(kept) > 1:
        refusals.append("The browser takes one post at a time: copy the thread instead.")
    if door is not Door.COPY:
        refusals += [
            sentence
            for number, post in enumerate(kept, 1)
            for sentence in _refused(post, number, len(kept))
        ]
    return Preflight(kept, tuple(refusals), unconfirmed)


def _refused(post: str, number: int, of: int) -> list[str]:
    which = "The post" if of == 1 else f"Post {number}"
    weighed = weigh(post)
    found = []
    if weighed.weighted_length > LIMIT:
        found.append(f"{which} is {weighed.weighted_length - LIMIT} over the limit.")
    if sum(entity.kind is EntityKind.CASHTAG for entity in find(post)) > _CASHTAGS:
        found.append(f"{which} has more than one cashtag, which X refuses.")
    return found
