"""Every draft, its versions and its folder, in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.drafts import rows, search
from app.drafts.database import Database
from app.drafts.draft import Draft, DraftSummary, Folder, Version
from app.drafts.extras import Extras, from_json
from app.drafts.ids import next_id
from app.drafts.provenance import Generation, Provenance
from app.errors import StoreError

BUSY_SECONDS = 5.0
"""How long another program may hold the file before a call gives up."""


@dataclass(frozen=True)
class Counts:
    """How many drafts lie in each folder."""

    drafts: int
    posted: int
    trash: int


class DraftStore:
    """Keeps drafts. Each change is one transaction, on the disk when the call returns.

    Belongs to the thread that made it (see `StoreLane`). Every method raises `StoreError` where
    the disk or the file is at fault, and can be called again once that is put right.

    Attributes:
        database: the connection, for what else lies in the file (`posting.outbox`).
        notice: a sentence for the person about what opening found, or "".
    """

    def __init__(self, file: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.database = Database(file, busy_seconds)

    @property
    def notice(self) -> str:
        return self.database.notice

    def create(
        self, posts: Sequence[str] = ("",), notes: str = "", extras: Extras | None = None
    ) -> Draft:
        posts, notes, extras = _checked(posts), rows.storable(notes), extras or Extras()
        now = datetime.now(UTC)
        with self.database.writing() as sql:
            (newest,) = sql.execute("SELECT max(id) FROM draft").fetchone()
            id = next_id(int(now.timestamp() * 1000), newest)
            draft = Draft(id, posts, notes, Folder.DRAFTS, now, now, extras=extras)
            moment = rows.to_microseconds(now)
            number = sql.execute(
                "INSERT INTO draft (id, folder, created, changed, posts, notes, first_line,"
                " post_count, weighted_length, link_count, extras)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (id, draft.folder, moment, moment, *rows.content(posts, notes, extras)),
            ).lastrowid
            sql.execute(
                "INSERT INTO draft_words (rowid, text) VALUES (?, ?)",
                (number, _searched(posts, notes)),
            )
        return draft

    def save(
        self, id: str, posts: Sequence[str], notes: str, extras: Extras | None = None
    ) -> Draft:
        """Replace the draft's texts, and its extras where they are given.

        An identical state keeps its `changed`.
        """
        posts, notes = _checked(posts), rows.storable(notes)
        with self.database.writing() as sql:
            draft = _read(sql, id)
            extras = draft.extras if extras is None else extras
            if (draft.posts, draft.notes, draft.extras) == (posts, notes, extras):
                return draft
            now = datetime.now(UTC)
            draft = replace(draft, posts=posts, notes=notes, extras=extras, changed=now)
            number = rows.number_of(sql, id)
            sql.execute(
                "UPDATE draft SET changed = ?, posts = ?, notes = ?, first_line = ?,"
                " post_count = ?, weighted_length = ?, link_count = ?, extras = ?"
                " WHERE number = ?",
                (rows.to_microseconds(now), *rows.content(posts, notes, extras), number),
            )
            sql.execute(
                "UPDATE draft_words SET text = ? WHERE rowid = ?",
                (_searched(posts, notes), number),
            )
        return draft

    def get(self, id: str) -> Draft:
        with self.database.reading() as sql:
            return _read(sql, id)

    def summaries(self, folder: Folder, words: str = "") -> tuple[DraftSummary, ...]:
        """The drafts of a folder that hold every one of `words`, the newest change first."""
        holding = search.condition(rows.storable(words))
        with self.database.reading() as sql:
            found = sql.execute(
                f"SELECT {rows.SUMMARY} FROM draft WHERE folder = ? AND"
                f" {holding.sql} ORDER BY changed DESC, number DESC",
                (folder, *holding.parameters),
            )
            return tuple(map(rows.summary, found))

    def latest(self, folder: Folder) -> Draft | None:
        """The draft of the folder that was changed last."""
        with self.database.reading() as sql:
            row = sql.execute(
                "SELECT id FROM draft WHERE folder = ? ORDER BY changed DESC, number DESC LIMIT 1",
                (folder,),
            ).fetchone()
            return _read(sql, row[0]) if row else None

    def counts(self) -> Counts:
        with self.database.reading() as sql:
            found = dict(sql.execute("SELECT folder, count(*) FROM draft GROUP BY folder"))
        return Counts(**{folder.value: found.get(folder, 0) for folder in Folder})

    def move(self, id: str, folder: Folder) -> None:
        """Put the draft into another folder; its texts did not change, nor does `changed`."""
        with self.database.writing() as sql:
            number = rows.number_of(sql, id)
            sql.execute("UPDATE draft SET folder = ? WHERE number = ?", (folder, number))

    def delete_forever(self, id: str) -> None:
        """Remove a draft and its versions; `StoreError` unless it lies in the trash."""
        with self.database.writing() as sql:
            if _read(sql, id).folder is not Folder.TRASH:
                raise StoreError(
                    "Only a draft in the trash can be deleted for good.",
                    "The draft is untouched: move it to the trash first.",
                )
            number = rows.number_of(sql, id)
            sql.execute("DELETE FROM draft_words WHERE rowid = ?", (number,))
            sql.execute("DELETE FROM draft WHERE number = ?", (number,))

    def remember_version(self, id: str, posts: Sequence[str], reason: str) -> Version:
        """Keep `posts`, which something is about to replace, with a word on what does."""
        posts, reason = _checked(posts), rows.storable(reason)
        now = datetime.now(UTC)
        with self.database.writing() as sql:
            number = sql.execute(
                "INSERT INTO version (draft, created, reason, posts) VALUES (?, ?, ?, ?)",
                (
                    rows.number_of(sql, id),
                    rows.to_microseconds(now),
                    reason,
                    rows.posts_to_json(posts),
                ),
            ).lastrowid
        assert number is not None
        return Version(number, posts, reason, now)

    def versions(self, id: str) -> tuple[Version, ...]:
        """What the draft's posts held before, the newest first."""
        with self.database.reading() as sql:
            found = sql.execute(
                f"SELECT {rows.VERSION} FROM version WHERE draft = ? ORDER BY id DESC",
                (rows.number_of(sql, id),),
            )
            return tuple(map(rows.version, found))

    def record_generation(self, id: str, generation: Generation) -> None:
        """Keep what a model wrote and the person put into the draft."""
        texts = (generation.model, generation.notes, generation.text)
        with self.database.writing() as sql:
            sql.execute(
                "INSERT INTO generation (draft, created, model, notes, text)"
                " VALUES (?, ?, ?, ?, ?)",
                (rows.number_of(sql, id), _now(), *map(rows.storable, texts)),
            )

    def confirm(self, id: str, claim: str) -> None:
        """Keep that the person stands for a claim; once is enough."""
        with self.database.writing() as sql:
            sql.execute(
                "INSERT OR IGNORE INTO confirmation (draft, claim, created) VALUES (?, ?, ?)",
                (rows.number_of(sql, id), rows.storable(claim), _now()),
            )

    def withdraw(self, id: str, claim: str) -> None:
        """Forget that the person stood for a claim."""
        with self.database.writing() as sql:
            sql.execute(
                "DELETE FROM confirmation WHERE draft = ? AND claim = ?",
                (rows.number_of(sql, id), rows.storable(claim)),
            )

    def provenance(self, id: str) -> Provenance:
        """Where the draft's words come from."""
        with self.database.reading() as sql:
            number = rows.number_of(sql, id)
            generations = sql.execute(
                "SELECT created, model, notes, text FROM generation WHERE draft = ? ORDER BY id",
                (number,),
            ).fetchall()
            confirmations = sql.execute(
                "SELECT created, claim FROM confirmation WHERE draft = ? ORDER BY created, claim",
                (number,),
            ).fetchall()
            return Provenance(
                _read(sql, id),
                tuple(
                    (rows.from_microseconds(created), Generation(*texts))
                    for created, *texts in generations
                ),
                tuple((rows.from_microseconds(created), claim) for created, claim in confirmations),
            )

    def media_files(self) -> frozenset[str]:
        """The paths of all files that any draft carries."""
        with self.database.reading() as sql:
            found = sql.execute("SELECT extras FROM draft WHERE extras != ''")
            posts = [post for (column,) in found for post in from_json(column).posts]
        return frozenset(medium.file for post in posts for medium in post.media)

    def close(self) -> None:
        self.database.close()


def _checked(posts: Sequence[str]) -> tuple[str, ...]:
    if not posts:
        raise ValueError("a draft has at least one post")
    return tuple(map(rows.storable, posts))


def _searched(posts: Sequence[str], notes: str) -> str:
    return search.fold("\n".join((*posts, notes)))


def _read(sql: sqlite3.Connection, id: str) -> Draft:
    number = rows.number_of(sql, id)
    row = sql.execute(f"SELECT {rows.DRAFT} FROM draft WHERE number = ?", (number,)).fetchone()
    claims = sql.execute("SELECT claim FROM confirmation WHERE draft = ?", (number,))
    return replace(rows.draft(row), confirmed=frozenset(claim for (claim,) in claims))


def _now() -> int:
    return rows.to_microseconds(datetime.now(UTC))
