"""What is swept out of the folder of Twite's own copies, and what never is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.drafts.draft import Folder
from app.drafts.extras import Extras, Medium, PostExtras
from app.drafts.lane import StoreLane
from app.drafts.store import DraftStore
from app.posting.content import Content
from app.posting.media import take
from app.posting.media_folder import sweep, tidy
from app.posting.outbox import Outbox

SECONDS = 20.0
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
LEFT = ".taking-" + "0" * 32


def gif(number: int) -> bytes:
    return b"GIF89a" + bytes([number]) + b";"


def made(file: Path, ago: timedelta) -> Path:
    moment = (NOW - ago).timestamp()
    os.utime(file, (moment, moment))
    return file


def taken(folder: Path, number: int, ago: timedelta = 2 * DAY) -> Path:
    return made(Path(take(gif(number), folder).file), ago)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[StoreLane]:
    lane = StoreLane(tmp_path / "drafts.sqlite3")
    yield lane
    assert lane.close(SECONDS)


def carrying(file: Path) -> Extras:
    return Extras((PostExtras(), PostExtras((Medium(str(file), "A bike."),))))


def tidied(lane: StoreLane, folder: Path) -> set[Path]:
    tidy(lane, folder).result(SECONDS)
    return set(folder.iterdir())


def test_what_nothing_names_goes_and_what_is_named_stays(folder: Path) -> None:
    named, unnamed = taken(folder, 1), taken(folder, 2)
    sweep(folder, {str(named)}, NOW)
    assert (named.exists(), unnamed.exists()) == (True, False)


def test_a_name_holds_wherever_the_folder_has_moved_to(folder: Path) -> None:
    named = taken(folder, 1)
    sweep(folder, {f"/home/elsewhere/{named.name}"}, NOW)
    assert named.exists()


@pytest.mark.parametrize(("ago", "stays"), [(DAY - timedelta(minutes=1), True), (DAY, False)])
def test_nothing_goes_before_it_is_a_day_old(ago: timedelta, stays: bool, folder: Path) -> None:
    file = taken(folder, 1, ago)
    sweep(folder, (), NOW)
    assert file.exists() is stays


def test_a_copy_that_is_taken_again_is_new(folder: Path) -> None:
    file = taken(folder, 1)
    take(gif(1), folder)
    sweep(folder, (), NOW)
    assert file.exists()


@pytest.mark.parametrize(("ago", "stays"), [(DAY / 2, True), (2 * DAY, False)])
def test_a_copy_that_broke_off_goes_too(ago: timedelta, stays: bool, folder: Path) -> None:
    folder.mkdir()
    file = folder / LEFT
    file.write_bytes(b"half")
    made(file, ago)
    sweep(folder, (), NOW)
    assert file.exists() is stays


def test_what_twite_has_not_put_there_stays(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    folder.mkdir()
    (folder / ("1" * 64 + ".gif")).mkdir()
    (folder / ("2" * 64 + ".gif")).symlink_to(made(outside, 2 * DAY))
    for name in ("notes.txt", "1" * 64, "1" * 63 + ".gif", ".taking-x"):
        (folder / name).write_bytes(b"mine")
        made(folder / name, 2 * DAY)
    before = set(folder.iterdir())
    sweep(folder, (), NOW)
    assert (set(folder.iterdir()), outside.exists()) == (before, True)


def test_where_there_is_no_folder_there_is_nothing_to_do(folder: Path) -> None:
    sweep(folder, (), NOW)
    assert not folder.exists()


def test_what_drafts_and_the_outbox_carry_stays(lane: StoreLane, folder: Path) -> None:
    in_draft, in_trash, sent, unnamed = (taken(folder, number) for number in range(4))

    def work(store: DraftStore) -> None:
        store.create(("", ""), extras=carrying(in_draft))
        store.move(store.create(("", ""), extras=carrying(in_trash)).id, Folder.TRASH)
        draft = store.create(("file",)).id
        content = Content("", carrying(sent).posts[1])
        Outbox(store.database).begin(draft, "7", (Content('"file"'), content))

    lane.call(work).result(SECONDS)
    assert tidied(lane, folder) == {in_draft, in_trash, sent}
    assert not unnamed.exists()


def test_what_a_draft_deleted_for_good_carried_goes(lane: StoreLane, folder: Path) -> None:
    file = taken(folder, 1)

    def work(store: DraftStore) -> None:
        id = store.create(("", ""), extras=carrying(file)).id
        store.move(id, Folder.TRASH)
        store.delete_forever(id)

    lane.call(work).result(SECONDS)
    assert tidied(lane, folder) == set()


def test_nothing_goes_while_drafts_lie_there_that_cannot_be_read(
    lane: StoreLane, folder: Path, tmp_path: Path
) -> None:
    file = taken(folder, 1)
    (tmp_path / "drafts.sqlite3").write_bytes(b"no database" * 100)
    assert tidied(lane, folder) == {file}
    later = StoreLane(tmp_path / "drafts.sqlite3")
    assert tidied(later, folder) == {file}
    assert later.close(SECONDS)
