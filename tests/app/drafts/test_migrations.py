from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.drafts.migrations import migrate, version_of
from app.drafts.schema import MIGRATIONS
from app.drafts.store import DraftStore

MORE = (*MIGRATIONS, ("ALTER TABLE draft ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",))
NOW = len(MIGRATIONS)
BROKEN = (*MIGRATIONS, ("ALTER TABLE draft ADD COLUMN pinned INTEGER", "no SQL at all"))


@pytest.fixture
def old_file(file: Path, open_store: Callable[[], DraftStore]) -> Path:
    """A drafts file of today's version with one draft in it."""
    store = open_store()
    store.create(("before the migration",))
    store.close()
    return file


@pytest.fixture
def connection(old_file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(old_file, isolation_level=None)) as connection:
        yield connection


def backup_of(file: Path, tail: str = "") -> Path:
    return file.with_name(f"{file.name}.version-{NOW}{tail}")


def texts(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [posts for (posts,) in connection.execute("SELECT posts FROM draft")]


def test_a_new_file_has_the_newest_version_and_no_backup(file: Path, store: DraftStore) -> None:
    store.close()
    with closing(sqlite3.connect(file)) as connection:
        assert version_of(connection) == len(MIGRATIONS)
    assert list(file.parent.iterdir()) == [file]


def test_a_migration_keeps_the_drafts(old_file: Path, connection: sqlite3.Connection) -> None:
    migrate(connection, old_file, MORE)
    assert version_of(connection) == NOW + 1
    assert connection.execute("SELECT posts, pinned FROM draft").fetchall() == [
        ('["before the migration"]', 0)
    ]


def test_the_backup_is_the_file_before_the_migration(
    old_file: Path, connection: sqlite3.Connection
) -> None:
    migrate(connection, old_file, MORE)
    with closing(sqlite3.connect(backup_of(old_file))) as backup:
        assert version_of(backup) == NOW
    assert texts(backup_of(old_file)) == ['["before the migration"]']


def test_the_backup_holds_what_is_still_in_the_log(
    old_file: Path, connection: sqlite3.Connection
) -> None:
    connection.execute("UPDATE draft SET posts = '[\"in the log\"]'")
    migrate(connection, old_file, MORE)
    assert texts(backup_of(old_file)) == ['["in the log"]']


def test_a_failed_migration_leaves_version_and_drafts(
    old_file: Path, connection: sqlite3.Connection
) -> None:
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, old_file, BROKEN)
    assert version_of(connection) == NOW
    assert "pinned" not in connection.execute("SELECT sql FROM sqlite_master").fetchone()[0]


def test_trying_a_migration_again_keeps_one_backup(
    old_file: Path, connection: sqlite3.Connection
) -> None:
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, old_file, BROKEN)
    assert backup_of(old_file).exists()
    assert not backup_of(old_file, "-2").exists()


def test_a_backup_never_replaces_an_earlier_one(
    old_file: Path, connection: sqlite3.Connection
) -> None:
    backup_of(old_file).write_bytes(b"someone's only copy")
    migrate(connection, old_file, MORE)
    assert backup_of(old_file).read_bytes() == b"someone's only copy"
    assert texts(backup_of(old_file, "-2")) == ['["before the migration"]']


def test_a_file_of_the_newest_version_is_not_copied(
    old_file: Path, connection: sqlite3.Connection
) -> None:
    migrate(connection, old_file, MIGRATIONS)
    assert not backup_of(old_file).exists()


def test_a_file_of_the_first_version_keeps_its_drafts_and_can_confirm_claims(file: Path) -> None:
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute(
            "INSERT INTO draft VALUES (1, 'abc', 'drafts', 0, 0, 1, 3, 0, 'old', '[\"old\"]', '')"
        )
    with closing(DraftStore(file)) as store:
        store.confirm("abc", "number: 12")
        draft = store.get("abc")
    assert (draft.posts, draft.confirmed) == (("old",), frozenset({"number: 12"}))
    assert file.with_name(f"{file.name}.version-1").exists()
