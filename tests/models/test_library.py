"""Which models count as installed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import ModelError
from models.library import BUILT_IN, BUILT_IN_BUILD, Library
from models.manifest import describe_file, read_manifest, write_manifest


@pytest.fixture
def copied(built_in: Path, tmp_path: Path) -> Path:
    """A folder that holds the built-in model's manifest alone."""
    folder = tmp_path / BUILT_IN
    folder.mkdir()
    shutil.copy(built_in / "model.toml", folder)
    return folder


def test_a_model_of_todays_recipe_is_there(copied: Path) -> None:
    assert Library(copied.parent).has(BUILT_IN)


def test_one_of_an_older_recipe_has_to_be_made_again(copied: Path) -> None:
    manifest = read_manifest(copied)
    write_manifest(replace(manifest, build=BUILT_IN_BUILD - 1), copied)
    library = Library(copied.parent)
    assert not library.has(BUILT_IN)
    with pytest.raises(ModelError, match="not on this computer"):
        library.path(BUILT_IN)


def test_a_damaged_one_is_there_so_that_loading_can_say_so(copied: Path) -> None:
    (copied / "model.toml").write_text("not a manifest", "utf-8")
    assert Library(copied.parent).has(BUILT_IN)


@pytest.fixture
def other(copied: Path) -> Path:
    """A small model beside the built-in one: a manifest and one file of ten bytes."""
    folder = copied.parent / "other"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"0123456789")
    manifest = read_manifest(copied)
    files = (describe_file(folder, "model.onnx"),)
    write_manifest(replace(manifest, id="other", files=files), folder)
    return folder


def test_a_damaged_model_is_to_be_installed_again_by_its_id(other: Path) -> None:
    library = Library(other.parent)
    assert library.verify("other").id == "other"
    (other / "model.onnx").write_bytes(b"0123456780")
    with pytest.raises(ModelError, match=r"was altered.*twite models install other"):
        library.verify("other")


def test_a_removed_model_is_gone_with_its_unfinished_download(other: Path) -> None:
    library = Library(other.parent)
    library.unfinished("other").mkdir()
    (library.unfinished("other") / "part").write_bytes(b"12345")
    of_the_manifest = (other / "model.toml").stat().st_size
    assert library.remove("other") == 15 + of_the_manifest
    assert [path.name for path in other.parent.iterdir()] == [BUILT_IN]


def test_a_damaged_model_can_be_removed(other: Path) -> None:
    (other / "model.toml").write_text("not a manifest", "utf-8")
    Library(other.parent).remove("other")
    assert not other.exists()


def test_a_link_is_removed_and_not_what_it_points_to(other: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "linked").symlink_to(other)
    Library(models).remove("linked")
    assert not (models / "linked").exists()
    assert (other / "model.onnx").exists()


@pytest.mark.parametrize("name", ["", ".", "..", "../other", "notes", "nothing", ".hidden"])
def test_what_is_no_model_here_is_not_removed(other: Path, name: str) -> None:
    (other / "notes").mkdir()
    (other / "notes" / "mine.txt").write_text("mine")
    with pytest.raises(ModelError, match="not on this computer"):
        Library(other).remove(name)
    assert (other / "notes" / "mine.txt").exists()
    assert (other / "model.onnx").exists()


def test_the_built_in_model_stays(copied: Path) -> None:
    with pytest.raises(ModelError, match="built-in model stays"):
        Library(copied.parent).remove(BUILT_IN)
    assert copied.exists()


def test_disk_use_counts_models_and_unfinished_downloads(other: Path) -> None:
    library = Library(other.parent)
    library.unfinished("third").mkdir()
    (library.unfinished("third") / "part").write_bytes(b"12345")
    use = library.disk_use()
    manifests = sum(file.stat().st_size for file in other.parent.rglob("model.toml"))
    assert (use.models, use.unfinished) == (10 + manifests, 5)
    assert use.free > 0


def test_a_models_folder_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    use = Library(tmp_path / "not" / "yet").disk_use()
    assert (use.models, use.unfinished) == (0, 0)
