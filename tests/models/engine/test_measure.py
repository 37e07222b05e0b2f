"""Measuring does exactly the work asked for, whatever the model would rather do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from tokenizers import AddedToken, decoders, models, pre_tokenizers
from tokenizers import Tokenizer as HuggingFaceTokenizer

from app.writer_process import rules_for
from models.engine.limits import Limits, Vocabulary
from models.engine.measure import NOTES, ROUNDS, Unending, Work, measure, peak_memory_mb
from models.engine.sampling import Sampling
from models.engine.step import Step
from models.engine.untold import Untold
from models.errors import ModelError
from models.manifest import Manifest, describe_file, write_manifest
from tests.helpers.tiny_graph import TinyGraph

END = 257
CONTEXT = 512
WORK = Work(rows=3, prompt_tokens=10, tokens=7)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A random model over single bytes: it repeats itself, and writes what no limit allows."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = HuggingFaceTokenizer(
        models.BPE({letter: i for i, letter in enumerate(letters)}, [])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken(f"<|im_{part}|>", special=True) for part in ("start", "end")])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    TinyGraph(vocabulary=258).save(tmp_path)
    files = tuple(describe_file(tmp_path, name) for name in ("model.onnx", "tokenizer.json"))
    facts = ("tiny", "Tiny", "Apache-2.0", "the test", "chatml", (END,), CONTEXT, "fp32", 0.0, 1)
    write_manifest(Manifest(*facts, files), tmp_path)
    return tmp_path


@dataclass
class Watched:
    """How many tokens each step read, in rows and in columns."""

    steps: list[tuple[int, int]] = field(default_factory=list)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    seen, run = Watched(), Step.run

    def watch(step: Step, tokens: list[int], length: int) -> np.ndarray:
        seen.steps.append((step._ids.shape[0], step._ids.shape[1]))
        return run(step, tokens, length)

    monkeypatch.setattr(Step, "run", watch)
    return seen


def test_a_round_is_one_prompt_and_every_row_to_its_last_token(
    folder: Path, watched: Watched
) -> None:
    measure(folder, "cpu", WORK, rules_for)
    one_round = [(1, WORK.prompt_tokens), *[(WORK.rows, 1)] * (WORK.tokens - 1)]
    assert watched.steps == one_round * (1 + ROUNDS)


@pytest.mark.parametrize("tokens", [1, 2, 60, 400])
def test_the_prompt_has_exactly_as_many_tokens_as_asked(
    tokens: int, folder: Path, watched: Watched
) -> None:
    measure(folder, "cpu", Work(1, tokens, 1), rules_for)
    assert set(watched.steps) == {(1, tokens)}


def test_the_speed_is_that_of_the_whole(folder: Path) -> None:
    speed = measure(folder, "cpu", WORK, rules_for)
    assert 0 < speed.first_text_s < speed.total_s
    assert speed.tokens_per_s == pytest.approx(WORK.rows * WORK.tokens / speed.total_s)
    assert (speed.model, speed.device, speed.device_note) == ("tiny", "CPU", "")


def test_more_than_the_model_can_read_is_refused_with_its_number(folder: Path) -> None:
    with pytest.raises(ModelError, match="Tiny reads at most 512 tokens at once"):
        measure(folder, "cpu", Work(1, 500, 13), rules_for)


def test_an_altered_model_is_not_measured(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="cut off"):
        measure(folder, "cpu", WORK, rules_for)


WORDS = Vocabulary([b"", b" boat", b".", b" 8", b"#"], [0])


@pytest.mark.parametrize(
    ("written", "wants"),
    [
        (b"The museum is open.", "to end"),
        (b"Open all day. Open all day.", "nothing: it repeats itself"),
        (b"The harbour museum is open", "what no limit allows"),
    ],
)
def test_a_row_goes_on_where_a_draft_would_end_or_be_given_up(written: bytes, wants: str) -> None:
    untold = Untold("", lambda _: [])
    rules = rules_for(20 if wants == "to end" else 280, NOTES)
    logits = np.array([30.0, 0.0, 0.0, 9.0, 9.0], np.float32)
    if wants != "to end":
        logits[1:3] = -90.0
    kept = [limit(rules, WORDS, untold, 0.0) for limit in (Limits, Unending)]
    may_end = kept[0].may_end(written)
    draft, measured = (
        limits.candidates(logits.copy(), written, may_end, Sampling()) for limits in kept
    )
    assert draft is None or draft.ids.tolist() == [0]
    assert measured is not None
    assert len(measured.ids)
    assert 0 not in measured.ids


def test_the_peak_is_this_process_s_and_stays_when_memory_is_given_back() -> None:
    before = peak_memory_mb()
    held = np.ones(int(2 * before * 1e6 / 8), np.float64)
    assert peak_memory_mb() > 1.5 * before
    del held
    assert peak_memory_mb() > 1.5 * before
