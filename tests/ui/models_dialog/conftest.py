"""A real window with two small models that really load, and the Hub on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.places import Places
from models.catalog import find
from models.library import BUILT_IN
from tests.helpers.hub_here import use_hub
from tests.helpers.hub_model import write_repository
from tests.helpers.hub_server import HubServer
from tests.helpers.installed_model import put_model
from tests.ui.models_dialog.parts import OTHER, open_dialog
from ui.application import Twite
from ui.models_dialog.dialog import ModelsDialog

MODEL = find("qwen2.5-0.5b-instruct")


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a small model."""
    return write_repository(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def places(places: Places, repository: dict[str, bytes]) -> Places:
    """With a built-in model, and one beside it."""
    put_model(places.models_folder, repository, BUILT_IN, "Small")
    put_model(places.models_folder, repository, OTHER, "Other")
    return places


@pytest.fixture
def dialog(twite: Twite, qtbot: QtBot) -> ModelsDialog:
    return open_dialog(twite, qtbot)


@pytest.fixture
def hub(repository: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    """The Hub, as this process finds it; tries follow one another at once."""
    with HubServer(MODEL.repository, repository) as server:
        use_hub(server.url, monkeypatch)
        yield server
