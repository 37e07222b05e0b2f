"""The commands as a person types them, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.paths import models_folder
from app.post_text import ends_sentence, weigh

NOTES = "Boat museum, open day on Sunday, 10 to 4, free. Bring the children, the steam engine runs."
Twite = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def twite(tmp_path: Path) -> Twite:
    environment = {
        **os.environ,
        "TWITE_MODELS_DIR": str(models_folder()),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }

    def run(
        *arguments: str, text: bytes = b"", before: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        command = [*before, sys.executable, "-m", "ui.launch", *arguments]
        return subprocess.run(
            command, input=text, capture_output=True, env=environment, timeout=120, check=False
        )

    return run


def read(done: subprocess.CompletedProcess[bytes]) -> Any:
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_draft_prints_the_documented_fields(twite: Twite) -> None:
    answer = read(twite("draft", "--notes", NOTES, "--json"))
    assert set(answer) == {"model", "device", "drafts", "timings"}
    assert set(answer["timings"]) == {"load_s", "first_text_s", "total_s"}
    assert all(set(draft) == {"text", "weighted_length"} for draft in answer["drafts"])


def test_four_drafts_fit_and_end_at_a_sentence(twite: Twite) -> None:
    texts = [draft["text"] for draft in read(twite("draft", "--notes", NOTES, "--json"))["drafts"]]
    assert len(texts) == 4
    assert all(weigh(text).weighted_length <= 280 and ends_sentence(text) for text in texts)


def test_a_seed_gives_the_same_drafts_again(twite: Twite) -> None:
    first, again = (
        read(twite("draft", "--notes", NOTES, "--seed", "5", "--json"))["drafts"] for _ in range(2)
    )
    assert first == again


def test_notes_are_read_from_standard_input(twite: Twite) -> None:
    answer = read(twite("draft", "--notes", "-", "--count", "2", "--json", text=NOTES.encode()))
    assert len(answer["drafts"]) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="unshare is Linux's")
def test_drafting_works_with_the_network_taken_away(twite: Twite) -> None:
    root = os.geteuid() == 0
    done = twite(
        "draft", "--notes", NOTES, "--json", before=("unshare", "-n" if root else "-rn", "--")
    )
    assert len(read(done)["drafts"]) == 4


def test_empty_notes_are_one_sentence(twite: Twite) -> None:
    done = twite("draft", "--notes", "")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"nothing to write from" in done.stderr


def test_notes_beyond_the_limit_are_one_sentence(twite: Twite) -> None:
    done = twite("draft", "--notes", "-", text=b"a" * 50_000)
    assert done.returncode == 1
    assert b"10,000" in done.stderr


def test_count_leaves_out_the_line_end_of_the_shell(twite: Twite) -> None:
    answer = read(twite("count", "--json", text="hello 🙂 example.com\n".encode()))
    assert answer == {"weighted_length": 32, "valid": True, "permillage": 114}


def test_count_answers_every_line_and_names_the_one_it_cannot_read(twite: Twite) -> None:
    done = twite("count", "--jsonl", text=b'{"text": "abc"}\nnonsense\n{"text": ""}\n')
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("weighted_length") for answer in answers] == [3, None, 0]
    assert "error" in answers[1]
    assert done.returncode == 1


def test_count_of_bytes_that_are_no_text_is_a_sentence(twite: Twite) -> None:
    done = twite("count", text=b"\xff\xfe\x00")
    assert done.returncode == 1
    assert b"not UTF-8" in done.stderr


def test_a_new_draft_can_be_listed_and_shown(twite: Twite) -> None:
    name = twite("drafts", "new", text="Naïve draft 🙂\n".encode()).stdout.decode().strip()
    assert [draft["id"] for draft in read(twite("drafts", "list", "--json"))] == [name]
    assert read(twite("drafts", "show", name, "--json"))["posts"] == ["Naïve draft 🙂"]


def test_an_unknown_draft_is_a_sentence(twite: Twite) -> None:
    done = twite("drafts", "show", "nothing")
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_the_built_in_model_is_listed_with_its_loss(twite: Twite) -> None:
    (model,) = read(twite("models", "list", "--json"))
    assert model["measured_loss"] <= 0.01


def test_the_version_is_the_packages(twite: Twite) -> None:
    assert twite("--version").stdout.decode().strip() == f"twite {__version__}"
