"""What a draft carries beside its texts: media, polls, and who may reply."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Audience(StrEnum):
    """Who may reply, in X's own words (`reply_settings`); EVERYONE is said by leaving it out."""

    EVERYONE = "everyone"
    FOLLOWING = "following"
    MENTIONED = "mentionedUsers"
    SUBSCRIBERS = "subscribers"
    VERIFIED = "verified"


@dataclass(frozen=True)
class Medium:
    """An image, GIF or video of a post.

    Attributes:
        file: the path of Twite's own copy.
        alt_text: what it shows, in words; "" where nobody has said.
    """

    file: str
    alt_text: str = ""


@dataclass(frozen=True)
class Poll:
    """A question's answers, and how long it is open."""

    options: tuple[str, ...]
    minutes: int = 1440


@dataclass(frozen=True)
class PostExtras:
    """What one post carries. X takes media or a poll, not both."""

    media: tuple[Medium, ...] = ()
    poll: Poll | None = None


@dataclass(frozen=True)
class Extras:
    """What a draft carries: one entry for each post, and what holds for the whole thread.

    A post beyond the end of `posts` carries nothing.
    """

    posts: tuple[PostExtras, ...] = ()
    audience: Audience = Audience.EVERYONE
    made_with_ai: bool = False
    paid_partnership: bool = False

    def of(self, place: int) -> PostExtras:
        """What the post at this place carries; places start at 0."""
        return self.posts[place] if place < len(self.posts) else PostExtras()


def to_json(extras: Extras) -> str:
    """As a column of the store; "" where there is nothing to keep."""
    return "" if extras == Extras() else json.dumps(asdict(extras), ensure_ascii=False)


def from_json(column: str) -> Extras:
    """Back from `to_json`."""
    if not column:
        return Extras()
    fields: dict[str, Any] = json.loads(column)
    return Extras(
        tuple(post_extras(**post) for post in fields["posts"]),
        Audience(fields["audience"]),
        fields["made_with_ai"],
        fields["paid_partnership"],
    )


def post_extras(media: list[dict[str, str]], poll: dict[str, Any] | None) -> PostExtras:
    """From the values that JSON gives."""
    return PostExtras(
        tuple(Medium(**medium) for medium in media),
        Poll(tuple(poll["options"]), poll["minutes"]) if poll else None,
    )
