"""Many drafts from one prompt: prefill once, copy the cache to N rows, decode them as a batch.

A step of a small model is bound by reading its weights from memory, so eight rows cost little more
than two. Rows that have ended leave the batch at once.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from time import perf_counter
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from models.engine import sampling
from models.engine.cache import Cache, cache_for
from models.engine.device_full import OutOfMemory
from models.engine.device_memory import HOST
from models.engine.kept_prefixes import KeptPrefixes
from models.engine.sampling import Candidates, Logits, Sampling
from models.engine.session import Graph
from models.engine.step import Step
from models.errors import Cancelled

Result = TypeVar("Result")
_CAPACITY_STEP = 256
"""Buffers grow by this many tokens, so that slightly longer notes need no new ones."""
_UNLIKELIEST = -2.0
"""The least log chance that a token counts with in a row's likelihood, in nats: an end that the
limits asked for, or a name that only the notes know, says little of the rest.
"""


class Ending(StrEnum):
    """Why a row stopped: at a sentence end, with no allowed token left, out of tokens, or spared,
    because enough others had ended.
    """

    SENTENCE = "sentence"
    STUCK = "stuck"
    TOKENS = "tokens"
    SPARED = "spared"


class Constraint(Protocol):
    """What a row may write; `models.engine.limits.Limits` is the one that drafts are held to."""

    def may_end(self, written: bytes) -> bool:
        """Whether what a row has written is a finished text."""

    def candidates(
        self, logits: Logits, written: bytes, may_end: bool, sampling: Sampling
    ) -> Candidates | None:
        """What may follow, or None where nothing may; `logits` may be changed in place."""


@dataclass(frozen=True)
class Run:
    """One prompt in two parts, and how its rows are drawn.

    Attributes:
        prefix: token ids that stay the same from run to run; prefilled once and kept.
        prompt: token ids after the prefix; at least one.
        rows: drafts drawn side by side.
        enough: how many of them have to end at a sentence; then the others are given up, since one
            long row would hold up all.
        tokens: the most tokens a row may have.
        limits: what may be generated; None lets the model write as it likes.
        others: the same asked in other ways, such as the notes in another order: the last rows read
            one each. A graph that joins its cache (plain attention) reads the prompt alone.
    """

    prefix: tuple[int, ...]
    prompt: tuple[int, ...]
    rows: int
    enough: int
    tokens: int
    seed: int
    sampling: Sampling
    limits: Constraint | None = None
    others: tuple[tuple[int, ...], ...] = ()

    def way_of(self, row: int) -> int:
        """Which of the prompt (0) and the others the row of this number reads."""
        return max(0, 1 + row - (self.rows - len(self.others)))


@dataclass
class Row:
    """A row: the bytes and tokens written so far, and, once it has stopped, why.

    `length` counts its tokens in the cache, prefix and prompt included. `finished` is how many of
    its bytes are a finished text: up to its last sentence, or none. `log_chances` are what the
    model by itself, without limits, thinks of its tokens, the end included: at temperature 1, in
    nats.
    """

    number: int
    generator: np.random.Generator
    written: bytes = b""
    length: int = 0
    finished: int = 0
    last_token: int = -1
    tokens: int = 0
    log_chances: list[float] = field(default_factory=list)
    ending: Ending | None = None

    @property
    def likelihood(self) -> float:
        """The log chance of all, its end included, for each token written, in nats."""
        chances = (max(chance, _UNLIKELIEST) for chance in self.log_chances)
        return sum(chances) / max(1, self.tokens)


OnStep = Callable[[Sequence[Row]], None]
"""Called after every step with the rows that were given a token in it."""
IsCancelled = Callable[[], bool]
"""Whether the person does not want it any more; asked before every step."""


@dataclass
class _Drawing:
    """A run under way, and whom to ask and to tell."""

    run: Run
    on_step: OnStep
    is_cancelled: IsCancelled
    rows: list[Row] = field(default_factory=list)

    def begin(self) -> list[Row]:
        """New rows, all of them."""
        seed, count = self.run.seed, self.run.rows
        self.rows = [Row(number, np.random.default_rng([seed, number])) for number in range(count)]
        self.check()
        return self.rows

    def check(self) -> None:
        """Raises `Cancelled` where the person stopped the run."""
        _check(self.is_cancelled)

    def is_enough(self) -> bool:
        """Whether so many rows have ended that the others may be given up."""
        return sum(row.ending is Ending.SENTENCE for row in self.rows) >= self.run.enough


class Decoder:
    """Runs prompts on one graph; keeps its buffers and the prefilled prefix between runs.

    `kept` holds prefixes from one start to the next, on the CPU: a graphics card reads them anew in
    no time.
    """

    def __init__(
        self,
        graph: Graph,
        pieces: Sequence[bytes],
        end_ids: Sequence[int],
        kept: KeptPrefixes | None = None,
    ) -> None:
        self._graph = graph
        self._kept = kept if graph.memory.device == HOST.device else None
        self._pieces = pieces
        self._end_ids = frozenset(end_ids)
        self._most_rows = sys.maxsize
        self._prompt_cache, self._row_cache = self._cache(1, 0), self._cache(0, 0)
        self._prefix: tuple[int, ...] = ()
        self._rows_with_prefix = 0

    def warm_up(
        self, prefix: tuple[int, ...], rows: int, room: int, is_cancelled: IsCancelled
    ) -> None:
        """Prefill a prefix ahead of the first run, in buffers with room for `room` tokens more.

        Raises `Cancelled` and `OutOfMemory` as `run` does.
        """

        def prefill(side_by_side: int) -> None:
            self._reserve(len(prefix) + room, side_by_side)
            self._keep_prefix(prefix, is_cancelled)

        self._as_memory_allows(rows, prefill)

    def run(self, run: Run, on_step: OnStep, is_cancelled: IsCancelled) -> list[Row]:
        """Draw every row of a run to its end, in order of their numbers.

        Where memory runs out, the run begins again with half as many rows side by side. Raises
        `OutOfMemory` where not even one row fits, and `Cancelled` within one step, or one piece of
        the prompt, of `is_cancelled()` turning true.
        """
        if not self._graph.shapes.in_place:
            run = replace(run, others=())
        drawing = _Drawing(run, on_step, is_cancelled)
        return self._as_memory_allows(run.rows, lambda most: self._draw(most, drawing))

    def _as_memory_allows(self, rows: int, work: Callable[[int], Result]) -> Result:
        """Do the work with up to `rows` rows side by side: no more than there was memory for."""
        while True:
            side_by_side = min(rows, self._most_rows)
            try:
                return work(side_by_side)
            except OutOfMemory:
                self._let_go()
                self._most_rows = side_by_side // 2 or sys.maxsize
                if side_by_side == 1:
                    raise

    def _draw(self, side_by_side: int, drawing: _Drawing) -> list[Row]:
        """All rows, so many at a time."""
        run = drawing.run
        longest = max(map(len, (run.prompt, *run.others)))
        self._reserve(len(run.prefix) + longest + run.tokens, side_by_side)
        self._keep_prefix(run.prefix, drawing.is_cancelled)
        rows = drawing.begin()
        for first in range(0, run.rows, side_by_side):
            batch = rows[first : first + side_by_side]
            self._extend(batch, self._read_prompts(batch, drawing), run)
            drawing.on_step(batch)
            self._draw_on(self._close_ranks(batch), drawing)
            if drawing.is_enough():
                break
        for row in rows:
            if row.ending is None:
                self._end(row, Ending.SPARED)
        return rows

    def _read_prompts(self, batch: Sequence[Row], drawing: _Drawing) -> npt.NDArray[np.float32]:
        """Prefill the prompt of each row; returns the logits after it, `[rows, vocabulary]`.

        Rows of one prompt stand together, so that it is copied to them at once.
        """
        run = drawing.run
        ways = (run.prompt, *run.others)
        after = []
        place = 0
        for way, group in groupby(batch, key=lambda row: run.way_of(row.number)):
            prompt, rows = ways[way], list(group)
            length = len(run.prefix) + len(prompt)
            logits = self._prefill(prompt, len(run.prefix), drawing.is_cancelled)
            after += [logits.copy()] * len(rows)
            self._spread_prompt(place, place + len(rows), len(run.prefix), length)
            for row in rows:
                row.length = length
            place += len(rows)
        self._rows_with_prefix = max(place, self._rows_with_prefix)
        return np.concatenate(after)

    def _draw_on(self, living: list[Row], drawing: _Drawing) -> None:
        """Step by step, until enough of all have ended."""
        step = None
        while living and not drawing.is_enough():
            drawing.check()
            for row in living:
                row.length += 1
            if step is None:
                step = Step(self._graph, self._row_cache, len(living))
            lengths = [row.length for row in living]
            self._row_cache.lengthen(1, lengths)
            self._extend(living, step.run([row.last_token for row in living], lengths), drawing.run)
            drawing.on_step(living)
            still = self._close_ranks(living)
            step = step if len(still) == len(living) else None
            living = still

    def _extend(self, rows: Sequence[Row], logits: npt.NDArray[np.float32], run: Run) -> None:
        """Give each row its next token, or its ending.

        Rows that have read and written the same so far are drawn apart: each token that one of them
        takes is less likely for the next, so that few rows turn out alike.
        """
        taken: defaultdict[tuple[int, bytes], Counter[int]] = defaultdict(Counter)
        for row, values in zip(rows, logits, strict=True):
            twins = taken[run.way_of(row.number), row.written]
            by_itself, total = values.copy(), sampling.log_total(values)
            for twin, times in twins.items():
                values[twin] -= min(times * run.sampling.apart, run.sampling.most_apart)
            if run.limits is None:
                options = sampling.candidates(values, run.sampling)
            else:
                may_end = run.limits.may_end(row.written)
                row.finished = len(row.written) if may_end else row.finished
                allowed = run.limits.candidates(values, row.written, may_end, run.sampling)
                if allowed is None:
                    self._end(row, Ending.STUCK)
                    continue
                options = allowed
            token = sampling.choose(options, row.generator)
            twins[token] += 1
            row.log_chances.append(float(by_itself[token]) - total)
            if token in self._end_ids:
                row.ending = Ending.SENTENCE
                continue
            row.last_token = token
            row.tokens += 1
            row.written += self._pieces[token]
            if row.tokens == run.tokens:
                self._end(row, Ending.TOKENS)

    @staticmethod
    def _end(row: Row, ending: Ending) -> None:
        """A row that cannot go on ends with the last sentence that it finished, if there is one."""
        row.ending = Ending.SENTENCE if row.finished else ending
        row.written = row.written[: row.finished] or row.written

    def _close_ranks(self, rows: Sequence[Row]) -> list[Row]:
        """Let ended rows go: in the cache, the last living row takes the place of each."""
        living = list(rows)
        place = 0
        while place < len(living):
            if living[place].ending is None:
                place += 1
                continue
            last = living.pop()
            if place < len(living):
                self._row_cache.move_row(len(living), place, len(self._prefix), last.length)
                living[place] = last
        return living

    def _reserve(self, tokens: int, rows: int) -> None:
        """Make the buffers hold this many tokens and rows; growing empties them."""
        capacity, most = self._prompt_cache.capacity, self._row_cache.rows
        if tokens <= capacity and rows <= most:
            return
        capacity = -(-max(tokens, capacity) // _CAPACITY_STEP) * _CAPACITY_STEP
        self._let_go()  # so that the new buffers need not stand beside the old
        self._prompt_cache = self._cache(1, capacity)
        self._row_cache = self._cache(max(rows, most), capacity)

    def _let_go(self) -> None:
        """Give the memory of the buffers back."""
        self._prompt_cache, self._row_cache = self._cache(1, 0), self._cache(0, 0)
        self._forget_prefix()

    def _cache(self, rows: int, capacity: int) -> Cache:
        return cache_for(self._graph.shapes, rows, capacity, self._graph.memory)

    def _keep_prefix(self, prefix: tuple[int, ...], is_cancelled: IsCancelled) -> None:
        """The prefix is always prefilled on its own, so that a seed gives the same drafts again."""
        if prefix == self._prefix:
            return
        self._forget_prefix()
        if prefix and not self._has_put(prefix):
            began = perf_counter()
            self._prefill(prefix, 0, is_cancelled)
            if self._kept:
                took_s = perf_counter() - began
                self._kept.keep(prefix, self._prompt_cache.tokens(len(prefix)), took_s)
        self._prefix = prefix

    def _has_put(self, prefix: tuple[int, ...]) -> bool:
        """Whether the prefix was kept, and stands in the prompt's cache now."""
        tokens = self._kept.find(prefix) if self._kept else None
        if tokens is None:
            return False
        self._prompt_cache.put(tokens)
        return True

    def _forget_prefix(self) -> None:
        self._prefix = ()
        self._rows_with_prefix = 0

    def _spread_prompt(self, first: int, end: int, prefix: int, stop: int) -> None:
        """Copy the prompt to these rows; those that hold the prefix already get the rest alone."""
        start = prefix if end <= self._rows_with_prefix else 0
        self._row_cache.fill_from(self._prompt_cache, start, stop, end - first, first)

    def _prefill(
        self, tokens: Sequence[int], past: int, is_cancelled: IsCancelled
    ) -> npt.NDArray[np.float32]:
        """Read tokens behind `past` cached ones, piece by piece; returns the logits `[1,
        vocabulary]` after the last.
        """
        for start in range(0, len(tokens), self._graph.at_once):
            _check(is_cancelled)
            piece = tokens[start : start + self._graph.at_once]
            length = past + start + len(piece)
            step = Step(self._graph, self._prompt_cache, rows=1, width=len(piece))
            self._prompt_cache.lengthen(len(piece), [length])
            logits = step.run(piece, [length])
        return logits


def _check(is_cancelled: IsCancelled) -> None:
    if is_cancelled():
        raise Cancelled
