"""`twite models`: listing, installing from the Hub, checking and removing; and the version."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import __version__
from app.paths import models_folder
from models.catalog import find
from models.library import BUILT_IN, Library
from tests.helpers.command_line import TWITE
from tests.helpers.hub_model import write_repository
from tests.helpers.hub_server import COMMIT, Fault, HubServer
from tests.helpers.tiny_checkpoint import checkpoint_files

Twite = Callable[..., "subprocess.CompletedProcess[bytes]"]
MODEL = find("qwen2.5-0.5b-instruct")
WEIGHTS = "model_q4.onnx_data"


def test_the_built_in_model_is_listed_with_a_small_measured_loss(twite: Twite) -> None:
    listed = {model["id"]: model for model in json.loads(twite("models", "list", "--json").stdout)}
    assert 0 < listed[BUILT_IN]["measured_loss"] <= 0.01


def test_its_listed_folder_is_where_it_lies(twite: Twite) -> None:
    listed = {model["id"]: model for model in json.loads(twite("models", "list", "--json").stdout)}
    assert Path(listed[BUILT_IN]["folder"]) == models_folder() / BUILT_IN


def test_the_version_is_the_packages(twite: Twite) -> None:
    assert twite("--version").stdout.decode().strip() == f"twite {__version__}"


def test_models_of_the_catalog_are_listed_as_not_installed(twite: Twite) -> None:
    listed = {model["id"]: model for model in json.loads(twite("models", "list", "--json").stdout)}
    assert listed[BUILT_IN]["installed"]
    assert not listed[MODEL.id]["installed"]
    assert MODEL.id in twite("models", "list").stdout.decode()


def test_the_built_in_model_is_whole_and_says_so(twite: Twite) -> None:
    found = json.loads(twite("models", "verify", BUILT_IN, "--json").stdout)
    assert (found["id"], found["files"]) == (BUILT_IN, 3)


def test_the_built_in_model_is_neither_removed_nor_downloaded(twite: Twite) -> None:
    removed, installed = twite("models", "remove", BUILT_IN), twite("models", "install", BUILT_IN)
    assert (removed.returncode, installed.returncode) == (1, 1)
    assert b"stays" in removed.stderr
    assert b"twite models prepare" in installed.stderr
    assert twite("models", "verify", BUILT_IN).returncode == 0


class AtHub:
    """`twite models` with a models folder of its own and the Hub on loopback."""

    def __init__(self, server: HubServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
            "TWITE_MODELS_DIR": str(folder),
            "HF_ENDPOINT": server.url,
            "HF_HOME": str(folder.parent / "hf"),
            "XDG_DATA_HOME": str(folder.parent / "data"),
        }

    def start(self, *arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", TWITE, "models", *arguments]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=stderr, env=self.environment
        )

    def start_and_hold(self, after: int) -> subprocess.Popen[bytes]:
        """An installation that waits for the Hub with so many bytes of the weights on the disk."""
        self.server.fault(WEIGHTS, Fault(cut=after, hold=True))
        process = self.start("install", MODEL.id)
        assert self.server.held.wait(60)
        parts = Library(self.folder).unfinished(MODEL.id)
        while after not in [part.stat().st_size for part in parts.iterdir()]:
            assert process.poll() is None
        return process

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, and what came out."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=300)
        return process.returncode, output.decode(), errors.decode()


@pytest.fixture
def at_hub(tmp_path: Path) -> Iterator[AtHub]:
    with HubServer(MODEL.repository, write_repository(tmp_path)) as server:
        yield AtHub(server, tmp_path / "models")


def test_a_model_is_installed_verified_listed_and_removed(at_hub: AtHub) -> None:
    status, output, errors = at_hub.run("install", MODEL.id, "--json")
    installed = json.loads(output)
    assert (status, errors) == (0, "")
    assert COMMIT in installed["source"]
    assert installed["measured_loss"] is None
    assert Path(installed["folder"]) == at_hub.folder / MODEL.id
    assert "is whole: 5 files" in at_hub.run("verify", MODEL.id)[1]
    assert json.loads(at_hub.run("list", "--json")[1])[0]["id"] == MODEL.id
    assert json.loads(at_hub.run("remove", MODEL.id, "--json")[1])["freed_bytes"] > 36_000
    assert at_hub.run("verify", MODEL.id)[0] == 1


def test_a_checkpoint_is_fetched_by_its_name_and_made_into_a_model(tmp_path: Path) -> None:
    with HubServer("someone/Tiny-1M", checkpoint_files(tmp_path / "checkpoint")) as server:
        at_hub = AtHub(server, tmp_path / "models")
        status, output, errors = at_hub.run("export", "someone/Tiny-1M", "--json")
    assert status == 0, errors
    assert json.loads(output)["id"] == "tiny-1m"
    assert (at_hub.folder / "tiny-1m" / "model.toml").is_file()


def test_what_is_whole_is_not_fetched_again_and_what_is_not_is(at_hub: AtHub) -> None:
    at_hub.run("install", MODEL.id)
    at_hub.server.sent.clear()
    assert "lies ready" in at_hub.run("install", MODEL.id)[1]
    assert at_hub.server.sent == []
    (at_hub.folder / MODEL.id / "tokenizer.json").write_text("{}")
    status, _, said = at_hub.run("verify", MODEL.id)
    assert status == 1
    assert f"twite models install {MODEL.id}" in said
    assert at_hub.run("install", MODEL.id)[0] == 0
    assert at_hub.run("verify", MODEL.id)[0] == 0


def test_a_pipe_gets_no_progress(at_hub: AtHub) -> None:
    status, output, errors = at_hub.run("install", MODEL.id)
    assert (status, errors) == (0, "")
    assert output.startswith("Qwen2.5 0.5B lies ready: ")
    assert output.count("\n") == 1


def test_a_terminal_gets_a_line_with_bytes(at_hub: AtHub) -> None:
    ours, theirs = pty.openpty()
    process = at_hub.start("install", MODEL.id, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:
        pass  # Linux says so where the other end of a terminal was closed
    process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0
    assert b"Qwen2.5 0.5B: downloading, " in shown
    assert b" MB" in shown


def test_ctrl_c_stops_it_and_the_next_goes_on(at_hub: AtHub) -> None:
    process = at_hub.start_and_hold(4000)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"Stopped.\n")
    assert not (at_hub.folder / MODEL.id).exists()
    assert at_hub.run("install", MODEL.id)[0] == 0
    assert at_hub.server.sent[-1] == (WEIGHTS, "bytes=4000-")


def test_a_killed_download_goes_on_too(at_hub: AtHub) -> None:
    process = at_hub.start_and_hold(4000)
    process.kill()
    process.communicate(timeout=60)
    assert at_hub.run("install", MODEL.id)[0] == 0
    assert at_hub.server.sent[-1] == (WEIGHTS, "bytes=4000-")


def test_a_refusal_is_one_line_and_status_one(at_hub: AtHub) -> None:
    at_hub.server.fault("revision", Fault(status=401, headers={"X-Error-Code": "GatedRepo"}))
    status, output, errors = at_hub.run("install", MODEL.id, "--json")
    assert (status, output) == (1, "")
    assert errors.count("\n") == 1
    assert "hf auth login" in errors


def test_a_model_of_no_catalog_is_a_sentence(at_hub: AtHub) -> None:
    status, _, errors = at_hub.run("install", "gpt-nobody")
    assert (status, at_hub.server.asked) == (1, [])
    assert "twite models list" in errors
