"""What `bench.speed` measured, kept as JSON, and what can be read from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.peers.task import ROOT, Answer, Timing

FILE = ROOT / "build" / "speed.json"
BATCHES = (1, 4, 8)
QUIET = 0.7
"""The load average at which a run may begin; above it something else was at work."""


@dataclass(frozen=True)
class Round:
    """One engine's turn.

    Attributes:
        answer: of its child process; for Twite `briefs_s` are those of its writer.
        first_texts_s: of Twite's writer alone: from a click to the first text of each brief.
    """

    answer: Answer
    first_texts_s: tuple[float, ...] = ()


Figure = Callable[[Round], float]


def first_s(one: Round) -> float:
    """To the first token, the prompt read anew."""
    return one.answer.timings[0].first_s


def one_row_rate(one: Round) -> float:
    """Tokens a second of a single row, behind its first."""
    return one.answer.timings[0].decode_rate


def rate(place: int) -> Figure:
    """Tokens a second of the batch in this place of `BATCHES`, the prompt included."""
    return lambda one: one.answer.timings[place].rate


def drafts_s(one: Round) -> float:
    """To the last of four finished drafts of a brief."""
    return median(one.answer.briefs_s)


def memory_mb(one: Round) -> float:
    """The most resident memory."""
    return one.answer.peak_memory_mb


@dataclass(frozen=True)
class Measured:
    """An engine, how it works here, the size of its weights, and its rounds."""

    name: str
    how: str
    weights_mb: float
    rounds: tuple[Round, ...]

    def middle(self, figure: Figure) -> float:
        """The median over the rounds."""
        return median(figure(one) for one in self.rounds)

    def times(self, other: Measured, figure: Figure) -> float:
        """The median of the rounds' own ratios, so that load from elsewhere weighs on both."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return median(figure(mine) / figure(its) for mine, its in pairs)

    @property
    def version(self) -> str:
        return self.rounds[0].answer.version


@dataclass(frozen=True)
class Results:
    """A whole run.

    Attributes:
        engines: Twite first, then llama.cpp batched, llama.cpp in turns, each at 4 and 8 bits, then
            the others.
        load_before, load_after: the load average over a minute.
        bandwidth: bytes a second that the threads read from memory together.
        step_bytes: what Twite's graph reads of its weights in each step.
    """

    date: str
    machine: str
    threads: int
    load_before: float
    load_after: float
    prompt_tokens: int
    tokens: int
    bandwidth: float
    step_bytes: int
    engines: tuple[Measured, ...]

    @property
    def twite(self) -> Measured:
        return self.engines[0]

    @property
    def batched(self) -> Measured:
        """llama.cpp's best mode, at the width at which it is faster."""
        return max(self.engines[1:3], key=lambda one: one.middle(rate(-1)))

    @property
    def in_turns(self) -> Measured:
        """llama.cpp's usual mode, at the width at which it is faster."""
        return max(self.engines[3:5], key=lambda one: one.middle(rate(-1)))

    @property
    def share_of_bandwidth(self) -> float:
        """How much of what memory gives a single row's decoding takes."""
        return self.twite.middle(one_row_rate) * self.step_bytes / self.bandwidth

    @property
    def first_text_s(self) -> float:
        """From a click on *Write* to the first text, the turns before the notes being kept."""
        return self.twite.middle(lambda one: median(one.first_texts_s))


def write_results(results: Results, file: Path = FILE) -> None:
    """Write the JSON file."""
    file.write_text(json.dumps(asdict(results), indent=1) + "\n", "utf-8")


def read_results(file: Path = FILE) -> Results:
    """Read what `write_results` wrote."""
    told = json.loads(file.read_text("utf-8"))
    told["engines"] = tuple(
        Measured(**engine | {"rounds": tuple(map(_round, engine["rounds"]))})
        for engine in told["engines"]
    )
    return Results(**told)


def _round(told: dict[str, object]) -> Round:
    answer, first_texts = told["answer"], told["first_texts_s"]
    assert isinstance(answer, dict)
    assert isinstance(first_texts, Sequence)
    answer["timings"] = tuple(Timing(**timing) for timing in answer["timings"])
    answer["briefs_s"] = tuple(answer["briefs_s"])
    return Round(Answer(**answer), tuple(first_texts))
