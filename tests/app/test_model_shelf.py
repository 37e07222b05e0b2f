"""The models as a person chooses among them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app import model_shelf
from app.model_shelf import Shelf, can_convert, chat_formats, read_shelf
from app.model_speed import MeasuredSpeed, SpeedRecord
from app.paths import models_folder
from models.catalog import read_catalog
from models.library import BUILT_IN, Library
from models.manifest import Manifest, read_manifest, write_manifest

SPEED = MeasuredSpeed(682.4, 0.041, "CPU")
MODEL = read_catalog()[0]


@pytest.fixture
def manifest() -> Manifest:
    return read_manifest(models_folder() / BUILT_IN)


@pytest.fixture
def folder(tmp_path: Path, manifest: Manifest) -> Path:
    """The built-in model's manifest, and one of a model that comes before it by its id."""
    for model_id in (BUILT_IN, "another"):
        (tmp_path / "models" / model_id).mkdir(parents=True)
        write_manifest(replace(manifest, id=model_id), tmp_path / "models" / model_id)
    return tmp_path / "models"


def read(folder: Path) -> Shelf:
    return read_shelf(folder, SpeedRecord(folder.parent / "speeds.json"))


def test_the_built_in_model_comes_first(folder: Path) -> None:
    here = read(folder).here
    assert [model.id for model in here] == [BUILT_IN, "another"]
    assert [model.is_built_in for model in here] == [True, False]


def test_a_model_says_what_its_manifest_says(folder: Path, manifest: Manifest) -> None:
    model = read(folder).here[0]
    assert (model.name, model.licence, model.precision) == (
        manifest.name,
        manifest.licence,
        manifest.precision,
    )
    assert model.size == sum(file.size for file in manifest.files)
    assert (model.loss, model.is_taught) == (manifest.measured_loss, True)


def test_a_loss_that_was_not_measured_is_none(folder: Path, manifest: Manifest) -> None:
    write_manifest(replace(manifest, measured_loss=float("nan")), folder / BUILT_IN)
    assert read(folder).here[0].loss is None


def test_a_speed_that_was_measured_here_is_told(folder: Path, manifest: Manifest) -> None:
    SpeedRecord(folder.parent / "speeds.json").keep(manifest, SPEED)
    assert [model.speed for model in read(folder).here] == [SPEED, None]


def test_what_is_here_is_not_offered(folder: Path, manifest: Manifest) -> None:
    (folder / MODEL.id).mkdir()
    write_manifest(replace(manifest, id=MODEL.id), folder / MODEL.id)
    offered = [one.model for one in read(folder).offered]
    assert offered == [model for model in read_catalog() if model.id != MODEL.id]


def test_what_has_come_of_a_download_is_told(folder: Path) -> None:
    unfinished = Library(folder).unfinished(MODEL.id)
    unfinished.mkdir()
    (unfinished / "part").write_bytes(b"12345")
    shelf = read(folder)
    assert [one.arrived for one in shelf.offered if one.arrived] == [5]
    assert shelf.disk.unfinished == 5


def test_a_models_folder_that_is_not_there_yet_offers_the_catalog(tmp_path: Path) -> None:
    shelf = read(tmp_path / "models")
    assert shelf.here == ()
    assert len(shelf.offered) == len(read_catalog())


@pytest.mark.parametrize(("names", "can"), [(("json",), True), (("json", "no_such_module"), False)])
def test_without_one_of_the_converters_nothing_is_converted(
    names: tuple[str, ...], can: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_shelf, "_CONVERTERS", names)
    assert can_convert() is can


def test_every_chat_format_of_the_catalog_can_be_chosen() -> None:
    assert {model.chat_format for model in read_catalog()} <= {*chat_formats()}
