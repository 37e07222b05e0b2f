"""The catalog says of each model what is needed to choose, fetch and run it."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from models.catalog import CatalogModel, find, read_catalog
from models.engine.chat import FORMATS
from models.errors import ModelError
from models.library import BUILT_IN

MACHINES = ("CPU", "8 GB GPU", "24 GB GPU")


@pytest.fixture(params=read_catalog(), ids=lambda model: str(model.id))
def model(request: pytest.FixtureRequest) -> CatalogModel:
    found = request.param
    assert isinstance(found, CatalogModel)
    return found


def test_there_is_something_for_every_machine_the_smallest_first() -> None:
    machines = [MACHINES.index(model.machine) for model in read_catalog()]
    assert machines == sorted(machines)
    assert set(machines) == set(range(len(MACHINES)))


def test_no_two_models_share_an_id_and_none_is_the_built_in_ones() -> None:
    ids = [model.id for model in read_catalog()]
    assert len(ids) == len({*ids})
    assert BUILT_IN not in ids


def test_nothing_is_left_empty(model: CatalogModel) -> None:
    assert all(getattr(model, field.name) for field in fields(model))


def test_an_id_is_a_folders_name(model: CatalogModel) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", model.id)


def test_a_repository_is_an_owner_and_a_name(model: CatalogModel) -> None:
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", model.repository)


def test_a_graph_its_weights_a_tokenizer_and_settings_are_fetched(model: CatalogModel) -> None:
    names = [pattern.rpartition("/")[2] for pattern in model.files]
    assert sum(name.endswith(".onnx*") for name in names) == 1
    assert "tokenizer.json" in names
    assert "config.json" in names


def test_nothing_that_runs_is_fetched(model: CatalogModel) -> None:
    endings = re.compile(r"\.(onnx\*|json)$")
    assert all(endings.search(pattern) for pattern in model.files)


def test_a_model_for_a_machine_fits_it(model: CatalogModel) -> None:
    gigabytes = {"CPU": 8, "8 GB GPU": 8, "24 GB GPU": 24}[model.machine]
    assert model.download_mb < model.needed_memory_mb < 1000 * gigabytes


def test_its_chat_format_is_one_that_the_engine_knows(model: CatalogModel) -> None:
    assert model.chat_format in FORMATS


def test_a_model_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(ModelError, match="has no model gpt-nobody"):
        find("gpt-nobody")
