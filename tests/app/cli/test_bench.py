"""`twite bench`: the real model in a real child process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.paths import models_folder
from models.library import BUILT_IN

LITTLE = ("--rows", "2", "--prompt-tokens", "12", "--tokens", "5")
LONGEST_S = 120


def run(
    home: Path, *arguments: str, models: Path | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "TWITE_MODELS_DIR": str(models or models_folder()),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "HOME": str(home),
    }
    return subprocess.run(
        [sys.executable, "-m", "ui.launch", "bench", *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=LONGEST_S,
        check=False,
    )


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    done = run(tmp_path_factory.mktemp("home"), *LITTLE, "--device", "cpu", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_json_has_exactly_the_documented_fields(answer: Any) -> None:
    fields = "model device first_text_s total_s tokens_per_s peak_memory_mb"
    assert list(answer) == fields.split()


def test_the_model_and_the_device_are_named(answer: Any) -> None:
    assert (answer["model"], answer["device"]) == (BUILT_IN, "CPU")


def test_the_speed_counts_every_token_of_every_row_and_the_prompt(answer: Any) -> None:
    assert 0 < answer["first_text_s"] < answer["total_s"]
    assert answer["tokens_per_s"] == pytest.approx(2 * 5 / answer["total_s"], rel=0.05)


def test_the_memory_holds_at_least_the_weights(answer: Any) -> None:
    weights = (models_folder() / BUILT_IN / "model.onnx.data").stat().st_size
    assert weights / 1e6 < answer["peak_memory_mb"] < 4000


def test_cuda_that_is_not_there_is_explained_and_the_cpu_measured(tmp_path: Path) -> None:
    done = run(tmp_path, *LITTLE, "--device", "cuda", "--json")
    device = json.loads(done.stdout)["device"]
    if device == "CUDA":
        pytest.skip("this machine has CUDA")
    assert device == "CPU"
    assert done.stderr.startswith("Not on CUDA: ")
    assert len(done.stderr.splitlines()) == 1


def test_for_people_it_says_the_same_in_words(tmp_path: Path) -> None:
    done = run(tmp_path, *LITTLE, "--device", "cpu")
    assert done.stdout.splitlines()[:2] == [
        f"{BUILT_IN} on CPU",
        "    2 rows of 5 tokens after 12",
    ]


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5", "²", "99999999"])
@pytest.mark.parametrize("option", ["--rows", "--prompt-tokens", "--tokens"])
def test_only_whole_numbers_within_reason_are_counts(
    option: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bench", f"{option}={wrong}"])
    assert "a whole number from 1 to" in capsys.readouterr().err


def test_more_than_the_model_reads_is_refused_with_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, "--prompt-tokens", "9000", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("SmolLM2 135M reads at most 8192 tokens at once. ")


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "--model", "llama", models=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "The model llama is not on this computer." in done.stderr


def test_a_cut_model_is_refused_with_a_sentence(tmp_path: Path) -> None:
    shutil.copytree(
        models_folder() / BUILT_IN,
        tmp_path / BUILT_IN,
        ignore=shutil.ignore_patterns("model.onnx.data"),
    )
    done = run(tmp_path, *LITTLE, models=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "model.onnx.data is missing" in done.stderr
