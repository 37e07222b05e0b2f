"""Exactly what goes out as one post, as it was on screen at the click."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from app.drafts.extras import Audience, Extras, PostExtras, post_extras


@dataclass(frozen=True)
class Content:
    """One post.

    Attributes:
        reply_to: the id of the post that this one follows, or "".
        edits: the id of the post that this one takes the place of, or "".
    """

    text: str
    extras: PostExtras = field(default_factory=PostExtras)
    audience: Audience = Audience.EVERYONE
    made_with_ai: bool = False
    paid_partnership: bool = False
    reply_to: str = ""
    edits: str = ""

    def behind(self, post_id: str) -> Content:
        """The same as a reply to this post."""
        return replace(self, reply_to=post_id)

    def to_json(self) -> str:
        """As a column of the outbox."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, column: str) -> Content:
        """Back from `to_json`."""
        fields: dict[str, Any] = json.loads(column)
        fields["extras"] = post_extras(**fields["extras"])
        fields["audience"] = Audience(fields["audience"])
        return cls(**fields)


def contents(posts: Sequence[str], extras: Extras) -> tuple[Content, ...]:
    """The posts of a draft that hold anything, in order."""
    return tuple(
        Content(
            text,
            extras.of(place),
            extras.audience,
            extras.made_with_ai,
            extras.paid_partnership,
        )
        for place, text in enumerate(posts)
        if text.strip() or extras.of(place) != PostExtras()
    )
