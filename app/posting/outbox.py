"""The outbox: every post that a person has sent off, and what became of it.

A row is written before its post's first byte goes out, and there is never a second live row for
the same post of a draft, which the file's own index sees to. So a post that nobody can account for
is seen, asked about, and never sent again by itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.drafts import rows
from app.drafts.database import Database
from app.drafts.draft import Folder
from app.errors import UserError
from app.posting.content import Content

_COLUMNS = (
    "outbox.id, draft.id, place, places, account, content, state, post, kind, reason,"
    " outbox.created"
)
_FROM = "FROM outbox JOIN draft ON draft.number = outbox.draft"

_UNSETTLED = "('waiting', 'sending', 'unknown')"
_LIVE = "('waiting', 'sending', 'unknown', 'posted')"
_DAY = timedelta(days=1)


class State(StrEnum):
    """What is known of a post.

    WAITING: its turn in the thread has not come. SENDING: bytes may be out. UNKNOWN: it may be on
    X or not. WITHDRAWN: it was not sent, or is held for not sent by its writer. DELETED, REPLACED:
    it was on X, until it was taken down or changed there.
    """

    WAITING = "waiting"
    SENDING = "sending"
    POSTED = "posted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Entry:
    """One row.

    Attributes:
        place: where the post stands among the `places` of its thread, from 0.
        post_id: X's id, once it is known; "" for a post that its writer saw on X.
        kind, reason: of a rejection: `Refusal`, and the sentence for the person.
    """

    id: int
    draft: str
    place: int
    places: int
    account: str
    content: Content
    state: State
    post_id: str
    kind: str
    reason: str
    created: datetime


class Outbox:
    """Reads and writes the rows. Belongs to the store's thread; each change is on the disk when
    the call returns.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, draft: str, account: str, contents: Sequence[Content]
    ) -> tuple[str, tuple[Entry, ...]]:
        """Take a thread, which the person has just sent off as it is on screen.

        Posts of it that are on X already keep their place, and the new rows go on behind them: the
        answer is the id of the post to go on from, or "", and the rows. Raises `UserError` where
        some post of the draft is under way or not accounted for, or where all of it is on X.
        """
        with self._database.writing() as sql:
            live = self._of_draft(sql, draft, f"AND state IN {_LIVE}")
            posted = _refuse_live(live, account, contents)
            first = len(posted)
            now = rows.to_microseconds(datetime.now(UTC))
            number = rows.number_of(sql, draft)
            for place, content in enumerate(contents[first:], first):
                sql.execute(
                    "INSERT INTO outbox (draft, place, places, account, content, state, created,"
                    " changed) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?)",
                    (
                        number,
                        place,
                        len(contents),
                        account,
                        rows.storable(content.to_json()),
                        now,
                        now,
                    ),
                )
            waiting = self._of_draft(sql, draft, "AND state = 'waiting'")
        return (posted[-1].post_id if posted else "", waiting)

    def begin_edit(self, id: int, text: str) -> Entry:
        """Take a post's new text; the post stays as it is until X has taken the other in its place.

        Raises `UserError` where the post is not on X, or is being changed already.
        """
        now = rows.to_microseconds(datetime.now(UTC))
        with self._database.writing() as sql:
            old = self._read(sql, id)
            live = self._of_draft(sql, old.draft, f"AND state IN {_UNSETTLED}")
            if old.state is not State.POSTED or not old.post_id or live:
                raise UserError("This post cannot be changed on X now.", "It is as it was.")
            content = replace(old.content, text=text, edits=old.post_id)
            new = sql.execute(
                "INSERT INTO outbox (draft, place, places, account, content, state, edits,"
                " created, changed) SELECT draft, place, places, account, ?, 'waiting', post, ?, ?"
                " FROM outbox WHERE id = ?",
                (rows.storable(content.to_json()), now, now, id),
            ).lastrowid
            assert new is not None
            return self._read(sql, new)

    def send(self, id: int, reply_to: str) -> Entry:
        """The post's first byte is about to go out."""
        with self._database.writing() as sql:
            entry = self._read(sql, id)
            if entry.state is not State.WAITING:
                raise ValueError(f"a post that is {entry.state} cannot be sent")
            content = entry.content if entry.content.edits else entry.content.behind(reply_to)
            self._set(sql, id, State.SENDING, content=rows.storable(content.to_json()))
            return self._read(sql, id)

    def posted(self, id: int, post_id: str) -> None:
        """It is on X. With the last post of its thread, the draft moves to the posted ones.

        A post that it took the place of is replaced.
        """
        with self._database.writing() as sql:
            entry = self._read(sql, id)
            if entry.content.edits:
                sql.execute(
                    "UPDATE outbox SET state = 'replaced' WHERE state = 'posted' AND post = ?",
                    (entry.content.edits,),
                )
            self._set(sql, id, State.POSTED, post=post_id)
            (posted,) = sql.execute(
                "SELECT count(*) FROM outbox WHERE state = 'posted' AND draft ="
                " (SELECT draft FROM outbox WHERE id = ?)",
                (id,),
            ).fetchone()
            if posted >= entry.places:
                sql.execute(
                    "UPDATE draft SET folder = ? WHERE id = ?", (Folder.POSTED, entry.draft)
                )

    def rejected(self, id: int, kind: str, reason: str) -> None:
        """It is not on X, for this reason."""
        with self._database.writing() as sql:
            self._set(sql, id, State.REJECTED, kind=kind, reason=rows.storable(reason))

    def unknown(self, id: int) -> None:
        """Nobody can tell."""
        with self._database.writing() as sql:
            self._set(sql, id, State.UNKNOWN)

    def withdraw(self, id: int) -> None:
        """It was never sent, or its writer knows that it is not on X."""
        with self._database.writing() as sql:
            self._set(sql, id, State.WITHDRAWN)

    def deleted(self, id: int) -> None:
        """It was on X and has been taken down; the draft can be posted again."""
        with self._database.writing() as sql:
            entry = self._read(sql, id)
            self._set(sql, id, State.DELETED)
            sql.execute("UPDATE draft SET folder = ? WHERE id = ?", (Folder.DRAFTS, entry.draft))

    def withdraw_waiting(self, draft: str) -> None:
        """The rest of a thread is not sent after all."""
        with self._database.writing() as sql:
            for entry in self._of_draft(sql, draft, "AND state = 'waiting'"):
                self._set(sql, entry.id, State.WITHDRAWN)

    def recover(self) -> None:
        """What a process that ended left behind: only for who holds the sending lock.

        A post that was being sent may be on X; one that was waiting was not sent, and is not sent
        later without a click.
        """
        now = rows.to_microseconds(datetime.now(UTC))
        with self._database.writing() as sql:
            for before, after in (("sending", State.UNKNOWN), ("waiting", State.WITHDRAWN)):
                sql.execute(
                    "UPDATE outbox SET state = ?, changed = ? WHERE state = ?", (after, now, before)
                )

    def has_leftovers(self) -> bool:
        """Whether anything is under way, or was when a process ended."""
        with self._database.reading() as sql:
            return bool(
                sql.execute(
                    "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') LIMIT 1"
                ).fetchone()
            )

    def entry(self, id: int) -> Entry:
        """One row; `UserError` where there is none."""
        with self._database.reading() as sql:
            return self._read(sql, id)

    def of_draft(self, draft: str) -> tuple[Entry, ...]:
        """What became of each post of a draft: the newest row of every place, in order.

        The thread is as long as it was when it was last sent off. An edit that came to nothing
        leaves the post that it was of.
        """
        with self._database.reading() as sql:
            found = self._of_draft(
                sql, draft, "AND NOT (edits != '' AND state IN ('rejected', 'withdrawn'))"
            )
        newest = {entry.place: entry for entry in found}
        return tuple(newest[place] for place in sorted(newest) if place < found[-1].places)

    def unknowns(self) -> tuple[Entry, ...]:
        """The posts that nobody can account for, the oldest first."""
        with self._database.reading() as sql:
            found = sql.execute(f"SELECT {_COLUMNS} {_FROM} WHERE state = 'unknown' ORDER BY 1")
            return tuple(map(_entry, found))

    def first_attempt(self, entry: Entry) -> datetime:
        """When this post of the draft was sent for the first time, of what may have reached X."""
        with self._database.reading() as sql:
            found = self._of_draft(
                sql, entry.draft, "AND state IN ('sending', 'unknown', 'withdrawn')"
            )
        at_this_place = (other.created for other in found if other.place == entry.place)
        return min((entry.created, *at_this_place))

    def known_ids(self) -> frozenset[str]:
        """X's ids of every post that has a row."""
        with self._database.reading() as sql:
            return frozenset(
                id for (id,) in sql.execute("SELECT post FROM outbox WHERE post != ''")
            )

    def recent_texts(self, account: str, besides: str) -> frozenset[str]:
        """What an account has posted from here in the last day, the draft `besides` left out."""
        day_ago = rows.to_microseconds(datetime.now(UTC) - _DAY)
        with self._database.reading() as sql:
            found = sql.execute(
                f"SELECT {_COLUMNS} {_FROM} WHERE state = 'posted' AND account = ?"
                " AND draft.id != ? AND outbox.changed > ?",
                (account, besides, day_ago),
            )
            return frozenset(_entry(row).content.text for row in found)

    def media_files(self) -> frozenset[str]:
        """The paths of all files that any row carries."""
        with self._database.reading() as sql:
            found = sql.execute("SELECT content FROM outbox WHERE content LIKE '%\"file\"%'")
            contents = [Content.from_json(column) for (column,) in found]
        return frozenset(one.file for content in contents for one in content.extras.media)

    @staticmethod
    def _of_draft(sql: sqlite3.Connection, draft: str, also: str = "") -> tuple[Entry, ...]:
        found = sql.execute(
            f"SELECT {_COLUMNS} {_FROM} WHERE draft.id = ? {also} ORDER BY outbox.id",
            (rows.storable(draft),),
        )
        return tuple(map(_entry, found))

    @staticmethod
    def _read(sql: sqlite3.Connection, id: int) -> Entry:
        row = sql.execute(f"SELECT {_COLUMNS} {_FROM} WHERE outbox.id = ?", (id,)).fetchone()
        if row is None:
            raise UserError(
                "There is no such post in the outbox.", "List them with: twite outbox list"
            )
        return _entry(row)

    @staticmethod
    def _set(sql: sqlite3.Connection, id: int, state: State, **columns: str) -> None:
        values = {"state": state, "changed": rows.to_microseconds(datetime.now(UTC)), **columns}
        names = ", ".join(f"{name} = ?" for name in values)
        sql.execute(f"UPDATE outbox SET {names} WHERE id = ?", (*values.values(), id))


def _refuse_live(
    live: Sequence[Entry], account: str, contents: Sequence[Content]
) -> Sequence[Entry]:
    """The posts that are up, which are those that the thread begins with; else `UserError`."""
    states = {entry.state for entry in live}
    if states & {State.WAITING, State.SENDING}:
        raise UserError("This draft is being posted at the moment.", "Wait for it to end.")
    if State.UNKNOWN in states:
        raise UserError(
            "X has not confirmed a post of this draft, so it may be up already.",
            "Your text is safe: check it first.",
        )
    posted = sorted(live, key=lambda entry: entry.place)
    if len(posted) >= len(contents):
        raise UserError("This draft is on X already.", "Nothing was sent a second time.")
    if any(entry.account != account for entry in posted):
        raise UserError(
            "The first posts of this thread went out from another account.",
            "Nothing was sent: choose that account to go on.",
        )
    up = [(entry.place, entry.content.text.strip()) for entry in posted]
    if up != [(place, content.text.strip()) for place, content in enumerate(contents[: len(up)])]:
        raise UserError(
            "The posts of this thread that are on X are not the first ones of this draft.",
            "Nothing was sent: put them back as they were, or put the rest into a new draft.",
        )
    return posted


def _entry(row: tuple[Any, ...]) -> Entry:
    id, draft, place, places, account, content, state, post, kind, reason, created = row
    return Entry(
        id,
        draft,
        place,
        places,
        account,
        Content.from_json(content),
        State(state),
        post,
        kind,
        reason,
        rows.from_microseconds(created),
    )
