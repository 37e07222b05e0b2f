"""What the doctor finds in real places, and that looking leaves them as they were."""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import keyring.backends.null
import pytest

from app.doctor import Finding, display, examine, versions
from app.drafts.migrations import migrate, version_of
from app.drafts.schema import MIGRATIONS
from app.drafts.store import DraftStore
from app.errors import UserError
from app.paths import models_folder
from app.places import Places
from models.library import BUILT_IN

ROOT = Path(__file__).parents[2]

SAVE_AND_WAIT = """
import sys
from pathlib import Path
from app.drafts.store import DraftStore
store = DraftStore(Path(sys.argv[1]))
store.create(("One.",))
store.create(("Two.",))
print("saved", flush=True)
sys.stdin.read()
"""

EXAMINE = """
import sys
from pathlib import Path
from app.doctor import examine
from app.places import Places

found = {one.name: one.ok for one in examine(Places(*map(Path, sys.argv[1:])))}
print(found["execution provider"], "onnxruntime" in sys.modules)
"""

CHECKS = (
    "drafts file, disk space, settings file, log folder, keyring, built-in model, "
    "execution provider, versions, display"
)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A home in which nothing is yet."""
    return Places(
        drafts_file=tmp_path / "data" / "drafts.sqlite3",
        settings_file=tmp_path / "config" / "settings.json",
        models_folder=tmp_path / "models",
        log_folder=tmp_path / "state",
    )


@pytest.fixture
def killed(places: Places) -> None:
    """A drafts file whose two drafts lie in SQLite's log, because the program was killed."""
    with saving(places.drafts_file) as child:
        child.send_signal(signal.SIGKILL)


@pytest.fixture
def running(places: Places) -> Iterator[None]:
    """Another program that has the drafts file open, with two drafts in it."""
    with saving(places.drafts_file) as child:
        yield
        child.kill()


def saving(file: Path) -> subprocess.Popen[str]:
    """A process that has kept two drafts in the file and holds it open."""
    child = subprocess.Popen(
        [sys.executable, "-c", SAVE_AND_WAIT, str(file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "saved\n"
    return child


def found(places: Places, name: str) -> Finding:
    """What the check of this name found."""
    (finding,) = (finding for finding in examine(places) if finding.name == name)
    return finding


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its bytes and the time of its last change."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def test_every_check_is_there_once(places: Places) -> None:
    assert ", ".join(finding.name for finding in examine(places)) == CHECKS


def test_an_empty_home_stays_empty(places: Places, tmp_path: Path) -> None:
    examine(places)
    assert list(tmp_path.iterdir()) == []


def test_the_drafts_of_every_folder_are_counted(places: Places) -> None:
    with closing(DraftStore(places.drafts_file)) as store:
        store.create(("One.",))
        store.create(("Two.",))
    finding = found(places, "drafts file")
    assert finding.ok
    assert finding.sentence.endswith("is whole and holds 2 drafts.")


def test_looking_at_drafts_changes_nothing_beside_them(places: Places, tmp_path: Path) -> None:
    DraftStore(places.drafts_file).close()
    before = contents(tmp_path)
    examine(places)
    assert contents(tmp_path) == before


@pytest.mark.usefixtures("killed")
def test_drafts_in_the_log_of_a_killed_program_are_counted(places: Places) -> None:
    assert found(places, "drafts file").sentence.endswith("holds 2 drafts.")


@pytest.mark.usefixtures("killed")
def test_the_log_of_a_killed_program_is_left_for_the_store_to_bring_in(places: Places) -> None:
    kept = [places.drafts_file, places.drafts_file.with_name("drafts.sqlite3-wal")]
    before = [file.read_bytes() for file in kept]
    examine(places)
    assert [file.read_bytes() for file in kept] == before


@pytest.mark.usefixtures("running")
def test_drafts_that_another_program_has_open_are_counted(places: Places) -> None:
    assert found(places, "drafts file").sentence.endswith("holds 2 drafts.")


def test_an_older_drafts_file_is_not_migrated(places: Places) -> None:
    places.drafts_file.parent.mkdir()
    with closing(sqlite3.connect(places.drafts_file, isolation_level=None)) as connection:
        migrate(connection, places.drafts_file, MIGRATIONS[:1])
    assert found(places, "drafts file").ok
    with closing(sqlite3.connect(places.drafts_file)) as connection:
        assert version_of(connection) == 1


def test_a_newer_drafts_file_is_told(places: Places) -> None:
    DraftStore(places.drafts_file).close()
    with closing(sqlite3.connect(places.drafts_file)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    finding = found(places, "drafts file")
    assert not finding.ok
    assert "newer Twite" in finding.sentence


@pytest.mark.parametrize("place", [0, 4_096], ids=["header", "page"])
def test_a_damaged_drafts_file_is_told_and_left_in_its_place(places: Places, place: int) -> None:
    DraftStore(places.drafts_file).close()
    content = bytearray(places.drafts_file.read_bytes())
    content[place : place + 3_000] = b"\xff" * 3_000
    places.drafts_file.write_bytes(content)
    finding = found(places, "drafts file")
    assert not finding.ok
    assert "damaged" in finding.sentence
    assert [file.name for file in places.drafts_file.parent.iterdir()] == ["drafts.sqlite3"]
    assert places.drafts_file.read_bytes() == content


def test_a_database_of_another_program_is_told(places: Places) -> None:
    places.drafts_file.parent.mkdir()
    with closing(sqlite3.connect(places.drafts_file)) as connection:
        connection.execute("CREATE TABLE other (word TEXT)")
        connection.execute("PRAGMA user_version = 1")
    finding = found(places, "drafts file")
    assert not finding.ok
    assert "no such table" in finding.sentence


def test_a_full_disk_is_told(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.doctor._LEAST_FREE", 1 << 62)
    finding = found(places, "disk space")
    assert not finding.ok
    assert "MB are free" in finding.sentence


def test_settings_that_can_be_read_are_well(places: Places) -> None:
    places.settings_file.parent.mkdir()
    places.settings_file.write_text('{"theme": "dark"}', "utf-8")
    assert found(places, "settings file").ok


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"\xff", b"[" * 100_000], ids=["cut", "list", "no UTF-8", "deep"]
)
def test_broken_settings_are_told_and_left_in_their_place(places: Places, content: bytes) -> None:
    places.settings_file.parent.mkdir()
    places.settings_file.write_bytes(content)
    assert not found(places, "settings file").ok
    assert [file.read_bytes() for file in places.settings_file.parent.iterdir()] == [content]


def test_a_log_folder_that_cannot_be_made_is_told(places: Places, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finding = found(replace(places, log_folder=tmp_path / "file" / "state"), "log folder")
    assert not finding.ok
    assert "cannot be written" in finding.sentence


def test_a_keyring_that_is_not_trusted_counts_as_none(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: type = keyring.backends.null.Keyring
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: [backend()])
    finding = found(places, "keyring")
    assert not finding.ok
    assert "for one session only" in finding.sentence


def test_a_whole_model_is_well(places: Places) -> None:
    assert found(replace(places, models_folder=models_folder()), "built-in model").ok


def test_a_missing_model_is_told_with_the_command_that_makes_it(places: Places) -> None:
    finding = found(places, "built-in model")
    assert not finding.ok
    assert "twite models prepare" in finding.sentence


def test_a_model_that_is_not_whole_is_told_by_file_name(places: Places) -> None:
    folder = places.models_folder / BUILT_IN
    folder.mkdir(parents=True)
    shutil.copy(models_folder() / BUILT_IN / "model.toml", folder)
    finding = found(places, "built-in model")
    assert not finding.ok
    assert "model.onnx is missing" in finding.sentence


def test_the_execution_provider_is_the_one_the_model_was_loaded_with(places: Places) -> None:
    finding = found(replace(places, models_folder=models_folder()), "execution provider")
    assert finding.ok
    assert re.match("The model loads, and runs on (CPU|CUDA)", finding.sentence)


def test_without_a_model_the_runtime_is_still_tried(places: Places) -> None:
    finding = found(places, "execution provider")
    assert finding.ok
    assert "runtime starts" in finding.sentence


def test_a_writer_that_does_not_start_is_told(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    finding = found(places, "execution provider")
    assert not finding.ok
    assert "does not work" in finding.sentence


def test_every_library_has_a_version() -> None:
    assert all(number[0].isdigit() for name, number in versions() if name != "System")


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_a_display_is_named(name: str) -> None:
    assert name in display("linux", {name: "value"})


def test_no_display_is_told() -> None:
    with pytest.raises(UserError, match="no window can open"):
        display("linux", {"DISPLAY": ""})


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_always_have_a_display(system: str) -> None:
    assert "can open" in display(system, {})


def test_looking_loads_onnxruntime_in_no_process_but_the_writers(places: Places) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EXAMINE, *map(str, vars(places).values())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "True False\n"
