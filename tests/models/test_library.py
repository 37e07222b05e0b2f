"""Which models count as installed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import ModelError
from models.library import BUILT_IN, BUILT_IN_BUILD, Library
from models.manifest import read_manifest, write_manifest


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
