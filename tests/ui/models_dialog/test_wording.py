"""What is said of models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import ModelError
from app.model_shelf import ShelvedModel
from app.model_speed import MeasuredSpeed
from models.catalog import find
from models.install.progress import Progress
from ui.models_dialog import wording

MODEL = ShelvedModel(
    "tiny", "Tiny", "MIT", "a test", 189_000_000, 700, "8-bit", 0.005, "", False, None
)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (900, "1 kB"),
        (4_000, "4 kB"),
        (189_000_000, "189 MB"),
        (999_400_000, "999 MB"),
        (999_600_000, "1.0 GB"),
        (2_147_000_000, "2.1 GB"),
    ],
)
def test_sizes_have_the_unit_that_suits_them(count: int, words: str) -> None:
    assert wording.size(count) == words


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (0.0, "next to nothing (0.000"),
        (0.01, "next to nothing (0.010"),
        (0.043, "a little (0.043"),
        (0.1, "some of its skill (0.100"),
        (0.32, "much of its skill (0.320"),
        (None, "not measured"),
    ],
)
def test_a_loss_is_said_in_words(loss: float | None, words: str) -> None:
    assert words in wording.precision(replace(MODEL, loss=loss))


@pytest.mark.parametrize(
    ("model_id", "always", "current", "words"),
    [
        ("a", "a", "a", "Writes your drafts"),
        ("a", "b", "a", "Writes this draft"),
        ("a", "a", "b", "Writes your other drafts"),
        ("a", "b", "b", ""),
    ],
)
def test_what_a_model_was_chosen_for(model_id: str, always: str, current: str, words: str) -> None:
    assert wording.role(model_id, always, current) == words


@pytest.mark.parametrize(("device", "place"), [("CPU", "on the CPU"), ("CUDA", "on CUDA")])
def test_a_speed_names_the_device(device: str, place: str) -> None:
    words = wording.speed(MeasuredSpeed(1682.4, 0.041, device))
    assert words == f"1,682 tokens a second on this computer, {place}"


@pytest.mark.parametrize(
    ("model_id", "machine"),
    [("qwen3-0.6b", "For a CPU"), ("phi-4-gpu", "For a GPU with 24 GB")],
)
def test_a_model_says_which_machine_it_wants(model_id: str, machine: str) -> None:
    assert wording.offer(find(model_id)).startswith(f"{machine} · ")


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("Asking the Hub", 0, 0, 0.0, None), "Asking the Hub"),
        (Progress("Checking", 5, 10**7, 2e6, 9.0), "Checking: 0 kB of 10 MB"),
        (
            Progress("Downloading", 312 * 10**6, 795 * 10**6, 11.2e6, 43.0),
            "Downloading: 312 MB of 795 MB · 11.2 MB/s · about 45 seconds left",
        ),
    ],
)
def test_a_download_is_told_in_bytes_speed_and_time(progress: Progress, words: str) -> None:
    assert wording.download(progress) == words


def test_only_a_chat_format_that_is_missing_is_asked_for() -> None:
    missing = ModelError("It does not say.", "Name it with --chat-format NAME.")
    other = ModelError("It is cut off.", "Get it again.")
    assert wording.needs_chat_format(missing)
    assert not wording.needs_chat_format(other)
    assert wording.sentence(other) == "It is cut off. Get it again."
    assert "--chat-format" not in wording.sentence(missing)
