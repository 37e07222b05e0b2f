from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.drafts.draft import Folder
from app.drafts.opening import put_aside
from app.drafts.schema import MIGRATIONS
from app.drafts.store import DraftStore
from app.errors import StoreError

OpenStore = Callable[[], DraftStore]
PAGE = 4096


def damage(file: Path) -> bytes:
    """Overwrite every page but the first; returns what the file then holds."""
    whole = file.read_bytes()
    damaged = whole[:PAGE] + b"\xa5" * (len(whole) - PAGE)
    file.write_bytes(damaged)
    return damaged


def kept_files(file: Path) -> list[Path]:
    return sorted(file.parent.glob("drafts.damaged-*.sqlite3"))


@pytest.fixture
def filled(file: Path, open_store: OpenStore) -> Path:
    store = open_store()
    for number in range(50):
        store.create((f"draft {number}",))
    store.close()
    return file


def test_the_folder_is_made_on_the_first_run(file: Path, open_store: OpenStore) -> None:
    assert not file.parent.exists()
    assert open_store().notice == ""


def test_every_save_is_synchronous_and_logged_ahead(file: Path, open_store: OpenStore) -> None:
    store = open_store()
    store.create()
    assert file.with_name(file.name + "-wal").exists()
    with store.database.reading() as sql:
        assert sql.execute("PRAGMA synchronous").fetchone() == (2,)
        assert sql.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_file_of_a_newer_twite_is_refused_untouched(filled: Path, open_store: OpenStore) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = filled.read_bytes()
    with pytest.raises(StoreError, match="newer Twite"):
        open_store()
    assert filled.read_bytes() == before
    assert list(filled.parent.iterdir()) == [filled]


@pytest.mark.parametrize("content", [b"not a database", b"\xff" * 20_000])
def test_a_file_that_is_no_database_is_kept_under_another_name(
    file: Path, open_store: OpenStore, content: bytes
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    store = open_store()
    (kept,) = kept_files(file)
    assert kept.read_bytes() == content
    assert str(kept) in store.notice


def test_a_damaged_database_is_kept_under_another_name(filled: Path, open_store: OpenStore) -> None:
    damaged = damage(filled)
    store = open_store()
    (kept,) = kept_files(filled)
    assert kept.read_bytes() == damaged
    assert str(kept) in store.notice


def test_drafts_can_be_written_after_a_damaged_file(filled: Path, open_store: OpenStore) -> None:
    damage(filled)
    store = open_store()
    draft = store.create(("new",))
    assert store.get(draft.id) == draft
    assert len(store.summaries(Folder.DRAFTS)) == 1


def test_a_second_damaged_file_does_not_replace_the_first(
    filled: Path, open_store: OpenStore
) -> None:
    damage(filled)
    open_store().close()
    filled.write_bytes(b"not a database")
    open_store()
    assert len(kept_files(filled)) == 2


@pytest.mark.parametrize("first_damaged_byte", [0, PAGE])
def test_what_only_the_log_held_is_kept_with_the_damaged_file(
    filled: Path, open_store: OpenStore, tmp_path: Path, first_damaged_byte: int
) -> None:
    store = open_store()
    store.create(("only in the log",))
    log = filled.with_name(filled.name + "-wal")
    shutil.copy(log, tmp_path / "log")
    whole = filled.read_bytes()
    store.close()
    size = len(whole) - first_damaged_byte
    filled.write_bytes(whole[:first_damaged_byte] + b"\xa5" * size)
    shutil.copy(tmp_path / "log", log)
    assert open_store().notice != ""
    kept = b"".join(each.read_bytes() for each in filled.parent.glob("drafts.damaged-*"))
    assert b"only in the log" in kept


def test_a_log_that_lies_beside_the_file_moves_with_it(filled: Path) -> None:
    filled.with_name(filled.name + "-wal").write_bytes(b"what the log held")
    kept = put_aside(filled)
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"what the log held"
    assert sorted(filled.parent.iterdir()) == [kept, kept.with_name(kept.name + "-wal")]


def test_a_damaged_file_that_another_program_uses_stays_in_its_place(
    filled: Path, open_store: OpenStore
) -> None:
    with closing(sqlite3.connect(filled)) as other:
        other.execute("SELECT count(*) FROM draft").fetchone()
        damaged = damage(filled)
        with pytest.raises(StoreError, match="Another program"):
            open_store()
        assert filled.read_bytes() == damaged
        assert kept_files(filled) == []


def test_a_folder_in_the_files_place_is_told_in_a_sentence(
    file: Path, open_store: OpenStore
) -> None:
    file.mkdir(parents=True)
    with pytest.raises(StoreError, match="could not be opened"):
        open_store()
