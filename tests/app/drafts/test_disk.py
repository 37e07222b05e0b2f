from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.drafts.draft import Folder
from app.drafts.store import DraftStore
from app.errors import StoreError

Start = Callable[[str], "subprocess.Popen[str]"]

SAVE_FOR_EVER = """
import sys
from itertools import count
from pathlib import Path
from app.drafts.store import DraftStore

store = DraftStore(Path(sys.argv[1]))
for number in count():
    draft = store.create()
    store.save(draft.id, (f"text {number}",), "")
    print(draft.id, f"text {number}", flush=True)
"""

FILL_THE_DISK = """
import json, resource, sys
from pathlib import Path
from app.drafts.store import DraftStore
from app.errors import StoreError

file = Path(sys.argv[1])
store = DraftStore(file)
draft = store.create(("before",))
log = file.with_name(file.name + "-wal")
report = {"before": [], "sentences": []}
for room in range(0, 40_000, 1_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + room, resource.RLIM_INFINITY))
    try:
        store.save(draft.id, ("x" * 40_000,), "")
    except StoreError as error:
        report["sentences"].append(str(error))
        report["before"].append(store.get(draft.id) == draft)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
saved = store.save(draft.id, ("after",), "")
report["after"] = store.get(draft.id).posts
store.close()
print(json.dumps(report))
"""

HOLD_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
connection.close()
"""

READ_ONLY = """
import os, sys
from pathlib import Path
from app.drafts.store import DraftStore
from app.errors import StoreError

file = Path(sys.argv[1])
file.chmod(0o444)
file.parent.chmod(0o555)
if os.getuid() == 0:
    os.setuid(65534)
try:
    DraftStore(file)
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("saves", [1, 40, 200])
def test_every_acknowledged_save_outlives_a_kill(
    start: Start, open_store: Callable[[], DraftStore], saves: int
) -> None:
    child = start(SAVE_FOR_EVER)
    assert child.stdout is not None
    acknowledged = [child.stdout.readline() for _ in range(saves)]
    child.send_signal(signal.SIGKILL)
    acknowledged += [line for line in child.stdout if line.endswith("\n")]
    store = open_store()
    for line in acknowledged:
        id, text = line.rstrip("\n").split(" ", 1)
        assert store.get(id).posts == (text,)


@pytest.fixture
def full_disk(start: Start, open_store: Callable[[], DraftStore]) -> dict[str, list[str]]:
    """What a process saw whose files could not grow, with more and more room."""
    open_store().close()
    output, _ = start(FILL_THE_DISK).communicate()
    report: dict[str, list[str]] = json.loads(output)
    return report


def test_a_full_disk_is_told_in_a_sentence_that_the_text_is_safe(
    full_disk: dict[str, list[str]],
) -> None:
    assert len(full_disk["sentences"]) > 10
    assert all("text on screen is safe: copy it" in each for each in full_disk["sentences"])


def test_a_full_disk_leaves_what_was_saved_before(full_disk: dict[str, list[str]]) -> None:
    assert all(full_disk["before"])


def test_the_same_store_saves_again_once_the_disk_has_room(
    full_disk: dict[str, list[str]],
) -> None:
    assert full_disk["after"] == ["after"]


@pytest.fixture
def small_disk(file: Path) -> Path:
    """The drafts' folder on a disk of one megabyte."""
    file.parent.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(file.parent)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a disk takes root on Linux")
    return file.parent


def fill(ballast: Path) -> None:
    """Take all the space that is left on the file's disk."""
    with ballast.open("wb", buffering=0) as writing, contextlib.suppress(OSError):
        while True:
            writing.write(bytes(4096))


def test_a_disk_without_space_is_called_full_until_space_is_made(
    small_disk: Path, file: Path
) -> None:
    store = DraftStore(file)
    try:
        draft = store.create(("before",))
        ballast = small_disk / "ballast"
        fill(ballast)
        with pytest.raises(StoreError, match="disk is full"):
            store.save(draft.id, ("x" * 100_000,), "")
        assert store.get(draft.id) == draft
        ballast.unlink()
        assert store.save(draft.id, ("after",), "") == store.get(draft.id)
    finally:
        store.close()
        subprocess.run(["umount", str(small_disk)], check=True)


def test_a_lock_of_another_process_is_told_in_a_sentence(start: Start, store: DraftStore) -> None:
    draft = store.create(("before",))
    child = start(HOLD_THE_LOCK)
    assert child.stdout is not None
    assert child.stdout.readline() == "locked\n"
    with pytest.raises(StoreError, match="Another program"):
        store.save(draft.id, ("after",), "")
    assert store.get(draft.id) == draft
    child.communicate()
    assert store.save(draft.id, ("after",), "").posts == ("after",)


def test_a_disk_that_may_only_be_read_is_told_in_a_sentence(
    start: Start, open_store: Callable[[], DraftStore], file: Path
) -> None:
    open_store().close()
    output, _ = start(READ_ONLY).communicate()
    file.parent.chmod(0o755)
    assert "text on screen is safe" in output


def test_a_vanished_folder_is_told_in_a_sentence(store: DraftStore, file: Path) -> None:
    draft = store.create(("before",))
    shutil.rmtree(file.parent)
    with pytest.raises(StoreError, match=r"no longer there.*text on screen is safe"):
        store.save(draft.id, ("after",), "")


def test_saving_goes_on_once_the_folder_is_back(store: DraftStore, file: Path) -> None:
    draft = store.create(("before",))
    away = file.parent.rename(file.parent.with_name("away"))
    with pytest.raises(StoreError):
        store.save(draft.id, ("after",), "")
    away.rename(file.parent)
    assert store.save(draft.id, ("after",), "") == store.get(draft.id)


def test_a_folder_made_anew_gets_every_draft_again(
    store: DraftStore, open_store: Callable[[], DraftStore], file: Path
) -> None:
    draft, other = store.create(("before",)), store.create(("other",))
    shutil.rmtree(file.parent)
    file.parent.mkdir()
    saved = store.save(draft.id, ("after",), "")
    store.close()
    again = open_store()
    assert (again.get(saved.id), again.get(other.id)) == (saved, other)


def test_a_file_put_in_the_place_is_used_from_then_on(
    store: DraftStore, open_store: Callable[[], DraftStore], file: Path
) -> None:
    store.create(("old",))
    file.parent.rename(file.parent.with_name("away"))
    put_back = open_store()
    put_back.create(("put back",))
    store.create(("new",))
    assert [row.first_line for row in store.summaries(Folder.DRAFTS)] == ["new", "put back"]
    assert len(put_back.summaries(Folder.DRAFTS)) == 2
