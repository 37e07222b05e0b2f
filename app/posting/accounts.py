"""Whom Twite may post as. What it may do so with lies in the keyring (`tokens`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from app.drafts import rows
from app.drafts.database import Database
from app.errors import UserError
from app.post_text import LIMIT

LONG_LIMIT = 25_000
"""The weight that a post of a paying account may have."""


class Way(StrEnum):
    """How an account signed in."""

    OAUTH1 = "oauth1"
    OAUTH2 = "oauth2"


@dataclass(frozen=True)
class Account:
    """A person's account at X.

    Attributes:
        id: X's number for it, which stays when the handle changes.
        handle: without the @.
        client_id: the app at X that the person made.
        writes_long: whether it may write long posts and edit them (Premium).
    """

    id: str
    handle: str
    name: str
    way: Way
    client_id: str
    writes_long: bool = False

    @property
    def limit(self) -> int:
        """The most that a post may weigh."""
        return LONG_LIMIT if self.writes_long else LIMIT


class NoAccountError(UserError):
    """Nobody of that name is signed in; signing in would help."""


class Accounts:
    """The list of accounts, in the drafts file. Belongs to the store's thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Account, ...]:
        """In the order in which they were added."""
        with self._database.reading() as sql:
            found = sql.execute(
                "SELECT id, handle, name, way, client_id, writes_long FROM account"
                " ORDER BY added, id"
            )
            return tuple(
                Account(id, handle, name, Way(way), client_id, bool(long))
                for id, handle, name, way, client_id, long in found
            )

    def find(self, name: str = "") -> Account:
        """The account of this handle, with or without @, or of this id; the only one for "".

        Raises `NoAccountError` where there is none, `UserError` where there is more than one to
        choose from.
        """
        accounts = self.all()
        wanted = name.removeprefix("@").casefold()
        found = [one for one in accounts if not wanted or wanted in (one.handle.casefold(), one.id)]
        if len(found) == 1:
            return found[0]
        if not accounts:
            raise NoAccountError("No account is signed in.", "Add one with: twite accounts add")
        handles = ", ".join(f"@{one.handle}" for one in accounts)
        if not found:
            raise NoAccountError(
                f"There is no account @{wanted} here.", f"Choose one of: {handles}."
            )
        raise UserError("There is more than one account.", f"Choose one of: {handles}.")

    def keep(self, account: Account) -> None:
        """Add an account, or replace what is known of it."""
        with self._database.writing() as sql:
            sql.execute(
                "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " handle = excluded.handle, name = excluded.name, way = excluded.way,"
                " client_id = excluded.client_id, writes_long = excluded.writes_long",
                (
                    account.id,
                    rows.storable(account.handle),
                    rows.storable(account.name),
                    account.way,
                    account.client_id,
                    account.writes_long,
                    rows.to_microseconds(datetime.now(UTC)),
                ),
            )

    def forget(self, id: str) -> None:
        """Take an account off the list."""
        with self._database.writing() as sql:
            sql.execute("DELETE FROM account WHERE id = ?", (id,))
