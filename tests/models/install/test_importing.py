"""What a person's file or folder is, and what the model made of it will be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ModelError
from models.install.importing import Kind, free_id, id_for, kind_of
from models.library import BUILT_IN, Library


def _file(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_gguf_file_is_known_by_its_first_bytes_whatever_it_is_called(tmp_path: Path) -> None:
    assert kind_of(_file(tmp_path / "sha256-0a1b", b"GGUF\x03\x00\x00\x00")) is Kind.GGUF


def test_a_file_that_is_only_called_gguf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model that Twite can read"):
        kind_of(_file(tmp_path / "model.gguf", b"PK\x03\x04"))


def test_a_folder_with_config_and_safetensors_is_a_checkpoint(tmp_path: Path) -> None:
    _file(tmp_path / "config.json")
    _file(tmp_path / "model-00001-of-00002.safetensors")
    assert kind_of(tmp_path) is Kind.CHECKPOINT


@pytest.mark.parametrize("graph", ["model.onnx", "onnx/model_q4.onnx"])
def test_a_folder_with_a_graph_in_it_is_an_onnx_model(tmp_path: Path, graph: str) -> None:
    _file(tmp_path / graph)
    _file(tmp_path / "config.json")
    assert kind_of(tmp_path) is Kind.ONNX


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.pkl"])
def test_pickled_weights_are_refused_because_reading_them_can_run_programs(
    tmp_path: Path, name: str
) -> None:
    weights = _file(tmp_path / "checkpoint" / name)
    for source in (weights, weights.parent):
        with pytest.raises(ModelError, match="can run programs"):
            kind_of(source)


def test_weights_without_their_folder_are_told_which_folder_is_meant(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        kind_of(_file(tmp_path / "model.safetensors"))


def test_a_path_that_leads_nowhere_is_said_to(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no"):
        kind_of(tmp_path / "missing.gguf")


@pytest.mark.parametrize(
    ("path", "model_id"),
    [
        ("Qwen2.5-0.5B-Instruct-Q4_K_M.gguf", "qwen2.5-0.5b-instruct-q4_k_m"),
        ("sha256-0a1b", "sha256-0a1b"),
        ("My Model/model.onnx", "my-model"),
        ("Qwen2.5-0.5B/onnx/model_q4.onnx", "qwen2.5-0.5b"),
        ("Ünïcode (2).gguf", "n-code-2"),
        ("日本.gguf", "model"),
    ],
)
def test_an_id_comes_from_the_name_that_tells_most(
    tmp_path: Path, path: str, model_id: str
) -> None:
    assert id_for(_file(tmp_path / path)) == model_id


def test_a_folder_gives_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "SmolLM2-360M.v1"
    folder.mkdir()
    assert id_for(folder) == "smollm2-360m.v1"


@pytest.mark.parametrize("model_id", ["", "../up", "a/b", ".hidden", "x" * 65])
def test_an_id_never_leads_out_of_the_models_folder(tmp_path: Path, model_id: str) -> None:
    with pytest.raises(ModelError, match="cannot be the id"):
        free_id(Library(tmp_path), model_id)


def test_the_built_in_models_id_is_taken_even_where_that_is_not_made_yet(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="already"):
        free_id(Library(tmp_path), BUILT_IN)


def test_an_id_in_use_is_taken(tmp_path: Path) -> None:
    _file(tmp_path / "mine" / "model.toml")
    with pytest.raises(ModelError, match="already"):
        free_id(Library(tmp_path), "mine")
