"""What an engine is asked to do, and what it answers: JSON through the streams of a child process.

Read by the Python of the peers' environment too, so it imports nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Timing:
    """One batch: the tokens of all its rows, and seconds to the first of them and to the last."""

    rows: int
    tokens: int
    first_s: float
    total_s: float

    @property
    def rate(self) -> float:
        """Tokens a second, the time for the prompt included."""
        return self.tokens / self.total_s

    @property
    def decode_rate(self) -> float:
        """Tokens a second behind the first, of a single row."""
        return (self.tokens - 1) / (self.total_s - self.first_s)


@dataclass(frozen=True)
class Task:
    """Rows that run all their tokens, and drafts that end by themselves.

    Attributes:
        model: the file or folder that this engine loads.
        prompt, batches, tokens: for each number in `batches`, that many rows of `tokens` each.
        source: the text that the prompt is made of, for an engine that keeps to it.
        briefs: prompts; each is drafted `drafts` times, until a token of `ends` or `longest`.
    """

    model: str
    prompt: tuple[int, ...]
    batches: tuple[int, ...]
    tokens: int
    threads: int
    seed: int
    source: str
    briefs: tuple[tuple[int, ...], ...]
    drafts: int
    ends: tuple[int, ...]
    longest: int

    @property
    def room(self) -> int:
        """Tokens of the largest batch, its prompt counted once."""
        rows = len(self.prompt) + max(self.batches) * self.tokens
        return max([rows, *(len(brief) + self.drafts * self.longest for brief in self.briefs)])


@dataclass(frozen=True)
class Answer:
    """What one engine did in one round.

    Attributes:
        load_s: from the file to an engine ready to run, without the import of its libraries.
        peak_memory_mb: the most that its process held for the rows of `batches`.
        briefs_s: seconds to all drafts of each brief.
    """

    version: str
    load_s: float
    timings: tuple[Timing, ...]
    peak_memory_mb: float
    briefs_s: tuple[float, ...]


class Engine(Protocol):
    """A model that is loaded."""

    @property
    def version(self) -> str:
        """The library and its version."""

    def draw(self, prompt: Sequence[int], rows: int, tokens: int, ends: Sequence[int]) -> Timing:
        """Read a prompt anew and write rows, each until a token of `ends` or `tokens` of them."""


def ask(python: Path | str, module: str, task: Task) -> Answer:
    """Have `bench.peers.MODULE` do a task; what it prints shows only if it fails."""
    command = [str(python), "-m", f"bench.peers.{module}"]
    done = subprocess.run(
        command, input=json.dumps(asdict(task)), capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stderr[-2000:]}")
    answer = json.loads(done.stdout)
    answer["timings"] = tuple(Timing(**timing) for timing in answer["timings"])
    answer["briefs_s"] = tuple(answer["briefs_s"])
    return Answer(**answer)


def serve(load: Callable[[Task], Engine]) -> None:
    """Do the one task on standard input. Whatever a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    task = Task(**json.load(sys.stdin))
    start = perf_counter()
    engine = load(task)
    load_s = perf_counter() - start
    # Untimed: the first run touches the weights and makes the buffers.
    engine.draw(task.prompt, max(task.batches), task.tokens, ())
    timings = tuple(engine.draw(task.prompt, rows, task.tokens, ()) for rows in task.batches)
    memory = _peak_memory_mb()
    briefs = tuple(
        engine.draw(brief, task.drafts, task.longest, task.ends).total_s for brief in task.briefs
    )
    json.dump(asdict(Answer(engine.version, load_s, timings, memory, briefs)), answers)
    answers.close()


def _peak_memory_mb() -> float:
    """The most resident memory that this process has held, files mapped into it included.

    `models.engine.measure` has the same for every system, but brings onnxruntime into the process.
    """
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6
