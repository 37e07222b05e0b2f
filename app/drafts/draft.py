"""What a draft is: one or more posts, and the versions they went through."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.drafts.extras import Extras, PostExtras


class Folder(StrEnum):
    """Where a draft lies in the sidebar."""

    DRAFTS = "drafts"
    POSTED = "posted"
    TRASH = "trash"


@dataclass(frozen=True)
class Draft:
    """A thread being written: its posts' texts in order, and the notes it was written from.

    A draft always has at least one post; a new one has a single empty text. `confirmed` holds the
    claims beyond the notes that its writer stands for, as `Claim.key` gives them. `extras` are the
    media, polls and choices that go out with the posts.
    """

    id: str
    posts: tuple[str, ...]
    notes: str
    folder: Folder
    created: datetime
    changed: datetime
    confirmed: frozenset[str] = frozenset()
    extras: Extras = field(default_factory=Extras)

    @property
    def is_blank(self) -> bool:
        """Nothing a person would miss: no text, no notes, no image and no poll."""
        written = self.notes.strip() or any(post.strip() for post in self.posts)
        return not written and all(post == PostExtras() for post in self.extras.posts)


@dataclass(frozen=True)
class DraftSummary:
    """One row of the sidebar's list."""

    id: str
    first_line: str
    post_count: int
    weighted_length: int
    link_count: int
    changed: datetime


@dataclass(frozen=True)
class Version:
    """What a draft's posts held before something replaced them."""

    id: int
    posts: tuple[str, ...]
    reason: str
    created: datetime
