"""A draft as the columns of a row, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from app.drafts.draft import Draft, DraftSummary, Folder, Version
from app.drafts.extras import Extras, from_json, to_json
from app.drafts.failures import missing_draft
from app.post_text import EntityKind, find, weigh

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

DRAFT = "id, posts, notes, folder, created, changed, extras"
SUMMARY = "id, first_line, post_count, weighted_length, link_count, changed"
VERSION = "id, posts, reason, created"


class Content(NamedTuple):
    """The columns that a save writes: the texts, and what the list shows of them."""

    posts: str
    notes: str
    first_line: str
    post_count: int
    weighted_length: int
    link_count: int
    extras: str


def content(posts: Sequence[str], notes: str, carried: Extras) -> Content:
    return Content(
        posts=posts_to_json(posts),
        notes=notes,
        first_line=_first_line((*posts, notes)),
        post_count=len(posts),
        weighted_length=sum(weigh(post).weighted_length for post in posts),
        link_count=sum(_links(post) for post in posts),
        extras=storable(to_json(carried)),
    )


def draft(row: tuple[Any, ...]) -> Draft:
    """From the columns `DRAFT`."""
    id, posts, notes, folder, created, changed, carried = row
    return Draft(
        id,
        _posts(posts),
        notes,
        Folder(folder),
        from_microseconds(created),
        from_microseconds(changed),
        extras=from_json(carried),
    )


def summary(row: tuple[Any, ...]) -> DraftSummary:
    """From the columns `SUMMARY`."""
    id, first_line, post_count, weighted_length, link_count, changed = row
    return DraftSummary(
        id, first_line, post_count, weighted_length, link_count, from_microseconds(changed)
    )


def version(row: tuple[Any, ...]) -> Version:
    """From the columns `VERSION`."""
    id, posts, reason, created = row
    return Version(id, _posts(posts), reason, from_microseconds(created))


def posts_to_json(posts: Sequence[str]) -> str:
    return json.dumps(list(posts), ensure_ascii=False)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970, UTC: all that a `datetime` can hold."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Exact for this century: a double holds its seconds to a quarter of a microsecond."""
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def number_of(sql: sqlite3.Connection, id: str) -> int:
    """The draft's key inside the file. Raises `StoreError` for an unknown id."""
    row = sql.execute("SELECT number FROM draft WHERE id = ?", (storable(id),)).fetchone()
    if row is None:
        raise missing_draft()
    return int(row[0])


def storable(text: str) -> str:
    """The text as UTF-8 can carry it: surrogate pairs joined, half a pair becomes U+FFFD.

    An input method or a terminal may hand over halves; a save must not fail for them.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _posts(column: str) -> tuple[str, ...]:
    return tuple(json.loads(column))


def _first_line(texts: Sequence[str]) -> str:
    lines = (line.strip() for text in texts for line in text.splitlines())
    return next((line for line in lines if line), "")


def _links(post: str) -> int:
    return sum(entity.kind is EntityKind.URL for entity in find(post))
