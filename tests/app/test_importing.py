"""Importing a model that a person has, in a process of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from queue import SimpleQueue

import pytest

from app.compose.events import Event, Failed, Prepared, Preparing, Stopped
from app.importing import Importer
from models.library import Library
from tests.helpers.hub_model import write_repository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ONNX model as a person may have it."""
    source = tmp_path_factory.mktemp("models") / "Tiny Writer"
    (source / "onnx").mkdir(parents=True)
    for name, content in write_repository(tmp_path_factory.mktemp("repository")).items():
        (source / name).write_bytes(content)
    return source


def imported(source: Path, models: Path, model_id: str = "", chat_format: str = "") -> list[Event]:
    """Every event of an import, in order."""
    inbox: SimpleQueue[Event] = SimpleQueue()
    importer = Importer(models, inbox.put)
    importer.start(source, model_id, chat_format)
    importer.wait()
    return [inbox.get_nowait() for _ in range(inbox.qsize())]


def sentence(event: Event) -> str:
    assert isinstance(event, Failed)
    return event.error.what_happened


def test_an_onnx_model_is_imported_under_the_name_of_its_folder(
    repository: Path, tmp_path: Path
) -> None:
    *steps, end = imported(repository, tmp_path)
    assert end == Prepared("tiny-writer")
    assert Library(tmp_path).verify("tiny-writer").name == "Tiny Writer"
    shares = [step.fraction for step in steps if isinstance(step, Preparing)]
    assert len(shares) == len(steps)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_an_id_of_ones_own_is_kept(repository: Path, tmp_path: Path) -> None:
    assert imported(repository, tmp_path, model_id="mine")[-1] == Prepared("mine")


def test_an_import_under_an_id_in_use_is_refused_and_changes_nothing(
    repository: Path, tmp_path: Path
) -> None:
    imported(repository, tmp_path, model_id="mine")
    before = (tmp_path / "mine" / "model.toml").read_bytes()
    assert "already" in sentence(imported(repository, tmp_path, model_id="mine")[-1])
    assert (tmp_path / "mine" / "model.toml").read_bytes() == before


def test_a_chat_format_that_twite_does_not_know_is_refused_by_name(
    repository: Path, tmp_path: Path
) -> None:
    assert "vicuna" in sentence(imported(repository, tmp_path, chat_format="vicuna")[-1])


def test_a_refused_import_leaves_nothing_behind(tmp_path: Path) -> None:
    models = tmp_path / "models"
    (tmp_path / "notes.txt").write_text("no model")
    assert "notes.txt" in sentence(imported(tmp_path / "notes.txt", models)[-1])
    assert not models.exists() or not list(models.iterdir())


def test_a_cancelled_import_ends_as_stopped_and_leaves_nothing_behind(
    repository: Path, tmp_path: Path
) -> None:
    inbox: SimpleQueue[Event] = SimpleQueue()
    importer = Importer(tmp_path, inbox.put)
    importer.start(repository)
    assert isinstance(inbox.get(timeout=60), Preparing)
    importer.cancel()
    importer.wait()
    last = [inbox.get_nowait() for _ in range(inbox.qsize())][-1]
    assert last == Stopped(0)
    assert not list(tmp_path.iterdir())


def test_a_process_that_dies_without_a_word_is_told_of_in_a_sentence(
    repository: Path, tmp_path: Path
) -> None:
    inbox: SimpleQueue[Event] = SimpleQueue()
    importer = Importer(tmp_path, inbox.put)
    importer.start(repository)
    inbox.get(timeout=60)
    assert importer.process_id is not None
    os.kill(importer.process_id, signal.SIGKILL)
    importer.wait()
    last = [inbox.get_nowait() for _ in range(inbox.qsize())][-1]
    assert "stopped unexpectedly" in sentence(last)
    assert not list(tmp_path.iterdir())
