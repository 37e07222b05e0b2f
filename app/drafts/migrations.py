"""Bring a drafts file to the newest version, one step and one transaction at a time."""

from __future__ import annotations

import filecmp
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from app.drafts.schema import Migration
from app.errors import StoreError


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is kept together or not at all. Takes the write lock at once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """The file's `user_version`: how many migrations it has been through."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def refuse_newer(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Raise `StoreError` where a newer Twite wrote the file; reads, and writes nothing."""
    if version_of(connection) > len(migrations):
        raise StoreError(
            "These drafts were last opened by a newer Twite, and this one cannot read them.",
            "They are untouched: install the newest Twite to go on.",
        )


def migrate(connection: sqlite3.Connection, file: Path, migrations: Sequence[Migration]) -> None:
    """Run the steps that `file` has not been through, with a copy of the file before each.

    The version is read again under the write lock: another Twite may have come first.
    A new file has nothing to copy.
    """
    begun = version_of(connection)
    for old in range(begun, len(migrations)):
        with transaction(connection):
            if version_of(connection) == old:
                if begun > 0:
                    _keep_version(file, old)
                for statement in migrations[old]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {old + 1}")


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Write all of `source` to the new file `target`, which is whole or not there at all."""
    try:
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _keep_version(file: Path, version: int) -> None:
    """Copy the file to `<name>.version-<version>` beside it; a copy already there is kept.

    Uses a connection of its own: SQLite refuses to copy from one that holds the write lock.
    A step that fails is tried again later, so a copy that equals an earlier one is dropped.
    """
    names = (file.with_name(f"{file.name}.version-{version}{tail}") for tail in _tails())
    earlier: list[Path] = []
    for target in names:
        if not target.exists():
            break
        earlier.append(target)
    with closing(sqlite3.connect(file)) as source:
        copy_database(source, target)
    if any(filecmp.cmp(target, kept, shallow=False) for kept in earlier):
        target.unlink()


def _tails() -> Iterator[str]:
    yield ""
    for number in count(2):
        yield f"-{number}"
