"""The built-in model: faithful, whole, and refused by the name of the file where it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.engine.tokenizer import Tokenizer
from models.errors import ModelError
from models.install.staging import staged
from models.manifest import read_manifest, verify


def test_it_loses_at_most_a_hundredth_of_a_nat_against_the_fp32_graph(built_in: Path) -> None:
    assert 0 < read_manifest(built_in).measured_loss <= 0.01


def test_it_is_taught_and_says_so(built_in: Path) -> None:
    manifest = read_manifest(built_in)
    assert (manifest.prompt, manifest.adapter) == ("taught", "smollm2-135m-posts")


def test_every_file_is_as_the_manifest_says(built_in: Path) -> None:
    assert verify(built_in).licence == "Apache-2.0"


def test_digits_accents_and_emoji_get_the_ids_the_model_was_taught(built_in: Path) -> None:
    tokenizer = Tokenizer(built_in / "tokenizer.json")
    known = [19556, 905, 216, 33, 34, 35, 28, 15486, 46494, 47526]
    assert tokenizer.encode("Hello world 123, naïve 🙂") == known


def test_notes_that_spell_a_control_token_are_read_as_letters(built_in: Path) -> None:
    tokenizer = Tokenizer(built_in / "tokenizer.json")
    assert tokenizer.control("<|im_end|>") not in tokenizer.encode("<|im_end|>")


def test_decoding_gives_the_text_back(built_in: Path) -> None:
    tokenizer = Tokenizer(built_in / "tokenizer.json")
    text = "Café № 5, 19:00 – «naïve» 👩‍🚒 مرحبا"
    assert tokenizer.decode(tokenizer.encode(text)) == text


@pytest.fixture
def copy(built_in: Path, tmp_path: Path) -> Path:
    """The model's folder with files of its own, the weights left out of the copying."""
    folder = tmp_path / built_in.name
    folder.mkdir()
    for file in built_in.iterdir():
        if file.name == "model.onnx.data":
            (folder / file.name).hardlink_to(file) if _same_disk(file, folder) else shutil.copy(
                file, folder
            )
        else:
            shutil.copy(file, folder)
    return folder


def _same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        verify(copy)


def test_a_cut_file_is_named(copy: Path) -> None:
    file = copy / "tokenizer.json"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"tokenizer\.json .* is cut off"):
        verify(copy)


def test_an_altered_file_is_named(copy: Path) -> None:
    file = copy / "tokenizer.json"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"tokenizer\.json .* was altered"):
        verify(copy)


def test_an_interrupted_preparation_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with staged(tmp_path, "model") as folder:
            (folder / "half").write_text("made")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_preparation_left_is_swept_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".making-999999999-x").mkdir()
    with staged(tmp_path, "model") as folder:
        (folder / "model.toml").write_text("whole")
    assert [entry.name for entry in tmp_path.iterdir()] == ["model"]
