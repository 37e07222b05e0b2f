"""A checkpoint comes from the Hub whole, without what could run, and goes once it was used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from models.errors import Cancelled, ModelError
from models.install import hub_refusals
from models.install.hub_checkpoint import fetched
from models.install.importing import Kind, kind_of
from models.install.progress import Progress
from tests.helpers.hub_server import Fault, HubServer

NAME = "someone/Tiny-1M"
FILES = {
    "README.md": b"---\nlicense: mit\n---\n",
    "config.json": b'{"model_type": "llama"}',
    "tokenizer.json": b"{}",
    "model.safetensors": bytes(range(256)) * 40,
    "pytorch_model.bin": b"not asked for",
    "modeling_tiny.py": b"not asked for",
    "onnx/model.onnx": b"not asked for",
}
WANTED = {"README.md", "config.json", "tokenizer.json", "model.safetensors"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer(NAME, FILES) as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.url)
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_TOKEN_PATH", os.devnull)
        monkeypatch.setattr(hub_refusals, "PAUSE_S", 0.001)
        yield server


def silent(_progress: Progress) -> None:
    """Whoever asks for no progress."""


def never() -> bool:
    return False


@pytest.mark.usefixtures("server")
def test_only_settings_tokenizer_and_safetensors_are_fetched(tmp_path: Path) -> None:
    with fetched(tmp_path, NAME, silent, never) as folder:
        assert {file.name for file in folder.iterdir()} == WANTED
        assert all((folder / name).read_bytes() == FILES[name] for name in WANTED)


@pytest.mark.usefixtures("server")
def test_the_folder_is_a_checkpoint_with_the_models_own_name(tmp_path: Path) -> None:
    with fetched(tmp_path, NAME, silent, never) as folder:
        assert kind_of(folder) is Kind.CHECKPOINT
        assert folder.name == "Tiny-1M"


@pytest.mark.usefixtures("server")
def test_nothing_is_left_once_it_was_used(tmp_path: Path) -> None:
    with fetched(tmp_path, NAME, silent, never):
        pass
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == []


def test_what_was_fetched_is_not_fetched_again_where_the_rest_failed(
    server: HubServer, tmp_path: Path
) -> None:
    with (
        pytest.raises(ModelError, match="no room"),
        fetched(tmp_path, NAME, silent, never),
    ):
        raise ModelError("There is no room.", "Make some.")
    first = len(server.sent)
    with fetched(tmp_path, NAME, silent, never) as folder:
        assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert {name for name, _ in server.sent[first:]} == {"revision"}


def test_a_wrong_byte_is_fetched_again(server: HubServer, tmp_path: Path) -> None:
    server.fault("model.safetensors", Fault(wrong=5))
    with fetched(tmp_path, NAME, silent, never) as folder:
        assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]


@pytest.mark.usefixtures("server")
def test_a_cancel_ends_it(tmp_path: Path) -> None:
    with pytest.raises(Cancelled), fetched(tmp_path, NAME, silent, lambda: True):
        pytest.fail("it went on")


def test_a_repository_without_safetensors_is_refused(server: HubServer, tmp_path: Path) -> None:
    del server.files["model.safetensors"]
    with (
        pytest.raises(ModelError, match="no checkpoint"),
        fetched(tmp_path, NAME, silent, never),
    ):
        pytest.fail("it went on")
    assert all("pytorch_model.bin" not in name for name, _ in server.sent)
