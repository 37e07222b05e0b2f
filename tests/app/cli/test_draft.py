"""`twite draft`: the real model in real processes, whole, missing, altered and offline."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.paths import models_folder
from app.post_text import ends_sentence, weigh
from models.library import BUILT_IN

NOTES = "Boat museum, open day on Sunday, 10 to 4, free. Bring the children, the steam engine runs."
LONGEST_S = 120


def run(
    home: Path,
    *arguments: str,
    text: bytes = b"",
    models: Path | None = None,
    before: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[bytes]:
    """`twite draft ARGUMENTS`, with `home` for all that it keeps."""
    environment = {
        **os.environ,
        "TWITE_MODELS_DIR": str(models or models_folder()),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "HOME": str(home),
    }
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    return subprocess.run(
        [*before, sys.executable, "-m", "ui.launch", "draft", *arguments],
        input=text,
        capture_output=True,
        env=environment,
        timeout=LONGEST_S,
        check=False,
    )


def read(done: subprocess.CompletedProcess[bytes]) -> Any:
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line with which a run ended that printed nothing else."""
    assert (done.returncode, done.stdout) == (1, b""), done.stderr.decode()
    (line,) = done.stderr.decode().splitlines()
    return line


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `--json` prints for seed 5 and nothing else asked."""
    home = tmp_path_factory.mktemp("home")
    return read(run(home, "--notes", NOTES, "--seed", "5", "--json"))


def test_json_has_exactly_the_documented_fields(answer: Any) -> None:
    assert set(answer) == {"model", "device", "drafts", "timings"}


def test_every_draft_has_exactly_its_text_length_claims_and_coverage(answer: Any) -> None:
    fields = {"text", "weighted_length", "claims", "coverage"}
    assert all(set(draft) == fields for draft in answer["drafts"])


def test_every_claim_says_where_it_stands(answer: Any) -> None:
    for draft in answer["drafts"]:
        for claim in draft["claims"]["supported"] + draft["claims"]["unsupported"]:
            assert draft["text"][claim["start"] : claim["end"]] == claim["text"]


def test_the_timings_are_exactly_the_documented_three(answer: Any) -> None:
    assert set(answer["timings"]) == {"load_s", "first_text_s", "total_s"}


def test_the_first_text_comes_before_the_end(answer: Any) -> None:
    assert 0 < answer["timings"]["first_text_s"] <= answer["timings"]["total_s"]


def test_the_built_in_model_is_named(answer: Any) -> None:
    assert answer["model"] == BUILT_IN


def test_four_drafts_are_written_by_default(answer: Any) -> None:
    assert len(answer["drafts"]) == 4


def test_no_draft_comes_twice(answer: Any) -> None:
    assert len({draft["text"] for draft in answer["drafts"]}) == len(answer["drafts"])


def test_every_draft_fits_a_post(answer: Any) -> None:
    assert all(0 < weigh(draft["text"]).weighted_length <= 280 for draft in answer["drafts"])


def test_every_printed_length_is_the_weighed_one(answer: Any) -> None:
    for draft in answer["drafts"]:
        assert draft["weighted_length"] == weigh(draft["text"]).weighted_length


def test_every_draft_ends_at_a_sentence(answer: Any) -> None:
    assert all(ends_sentence(draft["text"]) for draft in answer["drafts"])


def test_the_same_seed_gives_the_same_drafts(answer: Any, tmp_path: Path) -> None:
    again = read(run(tmp_path, "--notes", NOTES, "--seed", "5", "--json"))
    assert again["drafts"] == answer["drafts"]


def test_another_seed_gives_other_drafts(answer: Any, tmp_path: Path) -> None:
    other = read(run(tmp_path, "--notes", NOTES, "--seed", "6", "--json"))
    assert other["drafts"] != answer["drafts"]


def test_count_says_how_many(tmp_path: Path) -> None:
    drafts = read(run(tmp_path, "--notes", NOTES, "--count", "2", "--json"))["drafts"]
    assert len(drafts) == 2


def test_short_drafts_stay_within_120(tmp_path: Path) -> None:
    drafts = read(run(tmp_path, "--notes", NOTES, "--length", "short", "--json"))["drafts"]
    assert drafts
    assert all(weigh(draft["text"]).weighted_length <= 120 for draft in drafts)


def test_notes_named_by_a_dash_are_the_standard_input(answer: Any, tmp_path: Path) -> None:
    read_in = run(tmp_path, "--notes", "-", "--seed", "5", "--json", text=NOTES.encode() + b"\n")
    assert read(read_in)["drafts"] == answer["drafts"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="unshare is Linux's")
def test_drafting_works_without_any_network(tmp_path: Path) -> None:
    alone = ("unshare", "-n" if os.geteuid() == 0 else "-rn", "--")
    allowed = subprocess.run([*alone, "true"], capture_output=True, text=True, check=False)
    assert allowed.returncode == 0, (
        f"This machine does not let {' '.join(alone[:2])} take the network away, "
        f"so nothing shows that drafting works offline: {allowed.stderr}"
    )
    drafts = read(run(tmp_path, "--notes", NOTES, "--json", before=alone))["drafts"]
    assert len(drafts) == 4


def test_the_models_runtime_keeps_no_record_for_its_maker(tmp_path: Path) -> None:
    """onnxruntime would make a file with an id of this computer, and send reports with it."""
    read(run(tmp_path, "--notes", NOTES, "--json"))
    assert [file for file in tmp_path.rglob("*") if "onnxruntime" in file.name] == []


@pytest.mark.parametrize("notes", ["", " \n\t "], ids=["empty", "blank"])
def test_empty_notes_are_one_sentence(tmp_path: Path, notes: str) -> None:
    assert sentence(run(tmp_path, "--notes", notes)).startswith("There is nothing to write from")


def test_notes_beyond_the_limit_are_refused_before_a_model_is_looked_for(tmp_path: Path) -> None:
    none = tmp_path / "models"
    none.mkdir()
    said = sentence(run(tmp_path, "--notes", "-", text=b"a" * 50_000, models=none))
    assert said.startswith("The notes are 50,000 characters long; the most")


def test_a_model_that_is_not_installed_is_a_sentence(tmp_path: Path) -> None:
    """The rest of what it says is as for the built-in one."""
    assert "gemma" in sentence(run(tmp_path, "--notes", NOTES, "--model", "gemma"))


def test_a_missing_model_is_answered_with_the_command_that_makes_it(tmp_path: Path) -> None:
    none = tmp_path / "models"
    none.mkdir()
    assert "models prepare" in sentence(run(tmp_path, "--notes", NOTES, models=none))


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    """`tokenizer.json` in a models folder of its own; the weights are linked, not copied."""
    folder = tmp_path / "models" / BUILT_IN
    folder.mkdir(parents=True)
    for file in (models_folder() / BUILT_IN).iterdir():
        same_disk = file.stat().st_dev == folder.stat().st_dev
        if file.name == "model.onnx.data" and same_disk:
            (folder / file.name).hardlink_to(file)
        else:
            shutil.copy(file, folder)
    return folder / "tokenizer.json"


def refused(tmp_path: Path) -> str:
    return sentence(run(tmp_path, "--notes", NOTES, models=tmp_path / "models"))


def test_a_model_with_one_altered_byte_is_refused_by_file_name(
    tokenizer: Path, tmp_path: Path
) -> None:
    content = bytearray(tokenizer.read_bytes())
    content[len(content) // 2] ^= 1
    tokenizer.write_bytes(content)
    wanted = f"tokenizer.json of the model {BUILT_IN} was altered. Prepare it again"
    assert refused(tmp_path).startswith(wanted)


def test_a_model_with_a_cut_file_is_refused_by_file_name(tokenizer: Path, tmp_path: Path) -> None:
    os.truncate(tokenizer, 1000)
    wanted = f"tokenizer.json of the model {BUILT_IN} is cut off. Prepare it again"
    assert refused(tmp_path).startswith(wanted)


def test_a_model_with_a_missing_file_is_refused_by_file_name(
    tokenizer: Path, tmp_path: Path
) -> None:
    tokenizer.unlink()
    wanted = f"tokenizer.json is missing from the model {BUILT_IN}. Prepare it again"
    assert refused(tmp_path).startswith(wanted)


def test_cuda_that_is_not_there_is_explained_and_the_cpu_writes(tmp_path: Path) -> None:
    done = run(tmp_path, "--notes", NOTES, "--count", "1", "--device", "cuda", "--json")
    if read(done)["device"] == "CUDA":
        pytest.skip("this machine has CUDA")
    assert done.stderr.decode().startswith("Not on CUDA: ")


@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_nothing_is_explained_where_cuda_was_not_asked_for(device: str, tmp_path: Path) -> None:
    done = run(tmp_path, "--notes", NOTES, "--count", "1", "--device", device, "--json")
    assert read(done)["device"] in ("CPU", "CUDA")
    assert done.stderr == b""
