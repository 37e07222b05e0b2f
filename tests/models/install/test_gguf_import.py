"""A GGUF file becomes a model folder that the engine reads; what cannot is refused at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from models.engine.chat import Message
from models.engine.sampling import Sampling
from models.engine.session import load_graph
from models.engine.writer import ModelWriter
from models.errors import ModelError
from models.install import gguf_import, room
from models.install.gguf import FAMILIES
from models.install.gguf_import import import_gguf
from models.manifest import UNKNOWN_LICENCE, Manifest, read_manifest, verify, write_manifest
from tests.helpers.tiny_gguf import TinyGguf, sentencepiece

CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
QWEN = TinyGguf("qwen2", {"initializer_range": 0.05, "max_position_embeddings": 512})
TOLD = {"tokenizer.chat_template": CHATML}


def ignore(_step: str, _share: float) -> None:
    pass


def imported(
    folder: Path, tiny: TinyGguf = QWEN, told: dict[str, Any] = TOLD, **how: str
) -> Manifest:
    file = tiny.save(folder / "Tiny Model.gguf", tiny.torch(), told)
    (folder / "tiny").mkdir()
    return import_gguf(file, "tiny", folder / "tiny", ignore, **how)


def refusal(folder: Path, tiny: TinyGguf = QWEN, told: dict[str, Any] = TOLD, **how: str) -> str:
    """Nothing heavy has begun by then."""
    with pytest.raises(ModelError) as refused:
        imported(folder, tiny, told, **how)
    assert not list((folder / "tiny").glob("**/*.onnx*"))
    return str(refused.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder, with its manifest."""
    place = tmp_path_factory.mktemp("imported")
    write_manifest(imported(place), place / "tiny")
    return place / "tiny"


@pytest.fixture
def manifest(folder: Path) -> Manifest:
    return read_manifest(folder)


def test_the_manifest_says_what_the_file_says(manifest: Manifest) -> None:
    assert (manifest.id, manifest.name, manifest.licence) == ("tiny", "Tiny", "mit")
    assert manifest.source == "Tiny Model.gguf (GGUF), F32, Tiny"
    assert (manifest.chat_format, manifest.context_length) == ("chatml", 512)


def test_what_rounding_lost_is_recorded(manifest: Manifest) -> None:
    assert 0 < manifest.measured_loss < 0.1
    assert manifest.precision in ("4-bit, blocks of 32", "8-bit, blocks of 32")
    assert "nats a token" in manifest.tried


def test_the_folder_holds_what_the_manifest_vouches_for_and_nothing_else(folder: Path) -> None:
    names = {file.path for file in verify(folder).files} | {"model.toml"}
    assert {entry.name for entry in folder.iterdir()} == names


def test_logits_come_for_the_last_position_alone(folder: Path) -> None:
    assert load_graph(folder / "model.onnx", "cpu").shapes.last_only


def test_the_needed_memory_counts_the_weights_and_the_program(manifest: Manifest) -> None:
    assert 200 < manifest.needed_memory_mb < 210


def test_the_engine_writes_with_it(folder: Path) -> None:
    rows = ModelWriter(folder, "cpu").write(
        [Message("system", "Write.")],
        [Message("user", "The 123 and the naïve 🙂")],
        rows=2,
        enough=2,
        tokens=5,
        seed=1,
        sampling=Sampling(temperature=1.0),
        source="",
        rules=None,
        on_step=lambda _: None,
        is_cancelled=lambda: False,
    )
    assert all(row.written for row in rows)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_rounded_and_hardly_loses(family: str, tmp_path: Path) -> None:
    tiny = TinyGguf(family, {"initializer_range": 0.05, "max_position_embeddings": 256})
    assert imported(tmp_path, tiny, {}, chat_format="chatml").measured_loss < 0.01


def test_the_formats_own_end_comes_first_and_the_files_too(tmp_path: Path) -> None:
    told = TOLD | {"tokenizer.ggml.eos_token_id": 0, "tokenizer.ggml.eot_token_id": 3}
    assert imported(tmp_path, told=told).end_of_turn_ids == (2, 0, 3)


def test_the_steps_are_told_in_their_order_and_come_to_their_end(tmp_path: Path) -> None:
    steps: list[tuple[str, float]] = []
    file = QWEN.save(tmp_path / "tiny.gguf", QWEN.torch(), TOLD)
    (tmp_path / "tiny").mkdir()
    import_gguf(file, "tiny", tmp_path / "tiny", lambda step, share: steps.append((step, share)))
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    assert (steps[0][0], steps[-1][0]) == ("Reading the file", "Checking the files")
    assert 0.9 < shares[-1] < 1


def test_a_chat_format_that_is_given_is_taken(tmp_path: Path) -> None:
    assert imported(tmp_path, told={}, chat_format="chatml").chat_format == "chatml"


@pytest.mark.parametrize(
    ("given", "what"),
    [("mistral", "has no"), ("parrot", "knows no chat format parrot")],
)
def test_a_chat_format_that_cannot_be_is_refused(given: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=what):
        imported(tmp_path, chat_format=given)
    assert not list((tmp_path / "tiny").glob("**/*.onnx*"))


def test_without_a_known_chat_format_it_says_how_to_name_one(tmp_path: Path) -> None:
    assert "--chat-format" in refusal(tmp_path, TinyGguf("llama", tokenizer=sentencepiece()), {})


def test_a_file_that_says_little_is_named_by_its_own_name(tmp_path: Path) -> None:
    told = TOLD | {"general.name": None, "general.license": None}
    manifest = imported(tmp_path, told=told)
    assert (manifest.name, manifest.licence) == ("Tiny Model", UNKNOWN_LICENCE)


def test_a_name_of_many_lines_stays_on_one(tmp_path: Path) -> None:
    hostile = 'Tiny"\n[[files]]\npath = "/etc/passwd"\x00' + "x" * 1000
    manifest = imported(tmp_path, told=TOLD | {"general.name": hostile})
    write_manifest(manifest, tmp_path / "tiny")
    read = read_manifest(tmp_path / "tiny")
    assert read == manifest
    assert len(read.name) == 80


def test_the_quantization_is_the_one_that_the_file_names(tmp_path: Path) -> None:
    manifest = imported(tmp_path, told=TOLD | {"general.file_type": 15})
    assert ", Q4_K_M, " in manifest.source


def test_a_model_for_more_memory_than_there_is_is_refused_with_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "computer_memory", lambda: 0.6e9)
    assert refusal(tmp_path).startswith(
        "Importing Tiny Model.gguf takes 1.0 GB of memory, and this computer has 0.6 GB."
    )


def test_a_full_disk_is_told_before_it_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert "on the disk for a while" in refusal(tmp_path)


def test_without_the_extra_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gguf_import, "find_spec", lambda _: None)
    assert 'pip install "twite[export]"' in refusal(tmp_path)
