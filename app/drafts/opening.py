"""Open the drafts file: check that it is whole, set it up, migrate it, or put it aside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from app.drafts.failures import is_damage
from app.drafts.migrations import migrate, refuse_newer
from app.drafts.schema import MIGRATIONS

_BESIDE = ("-wal", "-shm", "-journal", "")
"""What SQLite keeps in files beside the database, then the database itself.

The log moves first: a database that appears where a log still lies would throw that log away.
"""


class Opened(NamedTuple):
    """A connection ready for use, and a sentence for the person, or ""."""

    connection: sqlite3.Connection
    notice: str


class _DamagedError(Exception):
    """The file is no database, or its pages do not hold together."""


def open_database(file: Path, busy_seconds: float) -> Opened:
    """Open `file`, creating it and its folder where needed.

    A damaged file is renamed, never deleted, and a new one started. Raises `sqlite3.Error` or
    `OSError` where the disk or a lock is in the way (also where another program has the damaged
    file open), `StoreError` where a newer Twite wrote the file.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return Opened(_connect(file, busy_seconds), "")
    except _DamagedError:
        _check_unused(file)
        kept = put_aside(file)
    return Opened(
        _connect(file, busy_seconds),
        f"Your drafts file was damaged and could not be read. It is kept as {kept}, "
        "and Twite has started a new one.",
    )


def _connect(file: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=busy_seconds, isolation_level=None)
    try:
        _prepare(connection, file)
    except sqlite3.Error as error:
        connection.close()
        if is_damage(error):
            raise _DamagedError from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    """Read before writing: a newer or damaged file is left as it was found.

    With `synchronous=FULL` a save is on the disk when it returns
    (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """
    refuse_newer(connection, MIGRATIONS)
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise _DamagedError
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection, file, MIGRATIONS)


def _check_unused(file: Path) -> None:
    """Raise SQLITE_BUSY where another program has the file open: it may still be writing to it.

    In exclusive locking mode the first read asks for the file alone
    (https://www.sqlite.org/pragma.html#pragma_locking_mode).
    """
    with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise


def put_aside(file: Path) -> Path:
    """Rename the file, and what lies beside it, to a name with the moment in it."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    kept = file.with_name(f"{file.stem}.damaged-{moment}{file.suffix}")
    for tail in _BESIDE:
        beside = file.with_name(file.name + tail)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + tail))
    return kept
