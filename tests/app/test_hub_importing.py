"""A checkpoint on the Hub becomes a model here, in one go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from app.compose.events import Event, Failed, Fetching, Prepared, Preparing, Stopped
from app.hub_importing import HubImporter
from models.library import Library
from tests.helpers.hub_here import use_hub
from tests.helpers.hub_server import Fault, HubServer
from tests.helpers.tiny_checkpoint import checkpoint_files

NAME = "someone/Tiny-1M"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return checkpoint_files(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def server(checkpoint: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer(NAME, checkpoint) as server:
        use_hub(server.url, monkeypatch)
        yield server


def imported(models: Path, model_id: str = "") -> list[Event]:
    """Every event until the end, in order."""
    inbox: SimpleQueue[Event] = SimpleQueue()
    importer = HubImporter(models, inbox.put)
    importer.start(NAME, model_id)
    importer.wait()
    return [inbox.get_nowait() for _ in range(inbox.qsize())]


def sentence(event: Event) -> str:
    assert isinstance(event, Failed)
    return event.error.what_happened


@pytest.mark.usefixtures("server")
def test_it_is_fetched_and_then_imported_under_its_name(tmp_path: Path) -> None:
    *steps, end = imported(tmp_path)
    assert end == Prepared("tiny-1m")
    assert Library(tmp_path).verify("tiny-1m").name == "Tiny-1M"
    kinds = [type(step) for step in steps]
    assert kinds == sorted(kinds, key=(Fetching, Preparing).index)
    assert set(kinds) == {Fetching, Preparing}


@pytest.mark.usefixtures("server")
def test_nothing_but_the_model_is_left(tmp_path: Path) -> None:
    imported(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == ["tiny-1m"]


def test_the_next_may_begin_as_soon_as_the_end_is_heard_of(tmp_path: Path) -> None:
    heard: SimpleQueue[Event] = SimpleQueue()
    names = ["second"]

    def hear(event: Event) -> None:
        heard.put(event)
        if names:
            importer.start(names.pop())

    importer = HubImporter(tmp_path, hear)
    importer.start("first")
    assert [sentence(heard.get(timeout=60)).split()[0] for _ in range(2)] == ["first", "second"]


def test_an_id_that_is_taken_is_told_of_before_anything_is_fetched(
    server: HubServer, tmp_path: Path
) -> None:
    imported(tmp_path, "mine")
    server.asked.clear()
    assert "already" in sentence(imported(tmp_path, "mine")[-1])
    assert server.asked == []


def test_what_came_is_kept_where_the_import_fails(server: HubServer, tmp_path: Path) -> None:
    tokenizer, server.files["tokenizer.json"] = server.files["tokenizer.json"], b"{}"
    assert isinstance(imported(tmp_path)[-1], Failed)
    server.files["tokenizer.json"] = tokenizer
    server.sent.clear()
    assert imported(tmp_path)[-1] == Prepared("tiny-1m")
    assert "model.safetensors" not in {name for name, _ in server.sent}


def test_a_hub_that_refuses_is_told_of_in_a_sentence(server: HubServer, tmp_path: Path) -> None:
    server.fault("revision", Fault(status=404))
    assert NAME in sentence(imported(tmp_path)[-1])


def test_a_cancel_while_bytes_arrive_ends_as_stopped(server: HubServer, tmp_path: Path) -> None:
    server.fault("model.safetensors", Fault(cut=100, hold=True))
    inbox: SimpleQueue[Event] = SimpleQueue()
    importer = HubImporter(tmp_path, inbox.put)
    importer.start(NAME)
    assert server.held.wait(60)
    importer.close()
    assert [inbox.get_nowait() for _ in range(inbox.qsize())][-1] == Stopped(0)
    assert not Library(tmp_path).has("tiny-1m")


@pytest.mark.usefixtures("server")
def test_a_cancel_while_it_is_imported_ends_as_stopped(tmp_path: Path) -> None:
    inbox: SimpleQueue[Event] = SimpleQueue()
    importer = HubImporter(tmp_path, inbox.put)
    importer.start(NAME)
    while not isinstance(inbox.get(timeout=60), Preparing):
        pass
    importer.close()
    assert [inbox.get_nowait() for _ in range(inbox.qsize())][-1] == Stopped(0)
    assert not Library(tmp_path).has("tiny-1m")
