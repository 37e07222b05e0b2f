"""A checkpoint comes from the Hub whole, without what could run, and goes once it was used."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import Cancelled, ModelError
from models.install import room
from models.install.hub_checkpoint import fetched, id_here
from models.install.hub_name import Name, repository_name
from models.install.importing import Kind, kind_of
from models.install.progress import Progress
from models.library import Library
from tests.helpers.hub_here import use_hub
from tests.helpers.hub_server import Fault, HubServer

NAME = Name("someone", "Tiny-1M")
FILES = {
    "README.md": b"---\nlicense: mit\n---\n",
    "config.json": b'{"model_type": "llama"}',
    "tokenizer.json": b"{}",
    "model.safetensors": bytes(range(256)) * 40,
    "pytorch_model.bin": b"not asked for",
    "modeling_tiny.py": b"not asked for",
    "consolidated.safetensors": b"not asked for",
    "onnx/model.onnx": b"not asked for",
}
WANTED = {"README.md", "config.json", "tokenizer.json", "model.safetensors"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer(str(NAME), FILES) as server:
        use_hub(server.url, monkeypatch)
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


@pytest.mark.parametrize(
    "written",
    [
        "someone/Tiny-1M",
        " someone/Tiny-1M\n",
        "https://huggingface.co/someone/Tiny-1M",
        "https://huggingface.co/someone/Tiny-1M/tree/main",
    ],
)
def test_a_name_is_taken_from_what_a_person_may_copy(written: str) -> None:
    assert repository_name(written) == NAME


@pytest.mark.parametrize(
    "written",
    [
        *("", "Tiny-1M", "a/b/c", "someone/..", "../models", "a b/c"),
        *("https://example.com/a/b", "https://huggingface.co/datasets/b", "huggingface.co/b"),
    ],
)
def test_what_is_no_name_is_refused_with_how_it_is_written(written: str) -> None:
    with pytest.raises(ModelError, match="owner/name"):
        repository_name(written)


def test_a_checkpoint_that_cannot_be_imported_is_refused_before_its_weights_come(
    server: HubServer, tmp_path: Path
) -> None:
    server.files["config.json"] = b'{"model_type": "mamba"}'
    with (
        pytest.raises(ModelError, match="family"),
        fetched(tmp_path, NAME, silent, never),
    ):
        pytest.fail("it went on")
    assert all("safetensors" not in name for name, _ in server.sent)
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_dir()] == []


def test_a_repository_without_a_fast_tokenizer_is_refused_before_its_weights_come(
    server: HubServer, tmp_path: Path
) -> None:
    del server.files["tokenizer.json"]
    with (
        pytest.raises(ModelError, match=r"tokenizer\.json"),
        fetched(tmp_path, NAME, silent, never),
    ):
        pytest.fail("it went on")
    assert [name for name, _ in server.sent] == ["revision"]


def test_what_is_too_large_for_this_computer_is_refused_before_its_weights_come(
    server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "computer_memory", lambda: 1e9)
    with pytest.raises(ModelError, match="GB of memory"), fetched(tmp_path, NAME, silent, never):
        pytest.fail("it went on")
    assert all("safetensors" not in name for name, _ in server.sent)


def test_shards_are_fetched_where_there_is_no_whole(server: HubServer, tmp_path: Path) -> None:
    server.files["model-00001-of-00001.safetensors"] = server.files.pop("model.safetensors")
    server.files["model.safetensors.index.json"] = b"{}"
    with fetched(tmp_path, NAME, silent, never) as folder:
        assert (folder / "model-00001-of-00001.safetensors").exists()
        assert not (folder / "consolidated.safetensors").exists()


def test_two_of_the_same_short_name_lie_apart() -> None:
    assert NAME.unfinished_id != Name("else", NAME.short).unfinished_id


def test_a_name_that_the_hub_does_not_know_is_told_of(server: HubServer, tmp_path: Path) -> None:
    server.fault("revision", Fault(status=401, headers={"X-Error-Code": "RepoNotFound"}))
    with (
        pytest.raises(ModelError, match="There is no someone/Tiny-1M on the Hub"),
        fetched(tmp_path, NAME, silent, never),
    ):
        pytest.fail("it went on")


def test_a_disk_that_gives_a_file_one_name_alone_will_do(
    server: HubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with fetched(tmp_path, NAME, silent, never) as folder:
        assert {file.name for file in folder.iterdir()} == WANTED
    assert server.sent


def test_the_id_is_the_short_name_or_with_its_owner_where_that_is_taken(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert id_here(library, NAME, "") == "tiny-1m"
    (tmp_path / "tiny-1m").mkdir()
    (tmp_path / "tiny-1m" / "model.toml").touch()
    assert id_here(library, NAME, "") == "someone-tiny-1m"


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
