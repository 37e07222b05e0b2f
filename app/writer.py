"""Writing drafts: from a brief to ranked variants, through the writer's process."""

from __future__ import annotations

import logging
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import perf_counter

from app.compose import events
from app.compose.brief import Brief
from app.compose.prompt import Prompt, Style, style_of, write_prompt
from app.compose.ranking import rank
from app.errors import CardFull, ModelError, UserError
from models.engine.sampling import Sampling
from models.library import BUILT_IN, Library
from models.manifest import read_manifest
from models.worker import messages
from models.worker.client import WorkerClient

_ROUNDS = 3
"""How often rows are drawn anew where too few of them end at a sentence."""
_ENOUGH = 0.8
"""The share of rows that have to be finished; one long row would hold up all."""
_TOKENS = 96
"""The most tokens a row may have; a post of 280 characters has some 60."""
_ROOM = 512
"""Tokens of notes and draft for which buffers are made ahead of the first run."""

_SAMPLING = {Style.EXAMPLES: Sampling(), Style.TAUGHT: Sampling(temperature=0.5)}
"""A taught model has many ways to begin and few true ways to go on; see docs/quality.md."""

OnEvent = Callable[[events.Event], None]
_log = logging.getLogger(__name__)


@dataclass
class _Pending:
    """A run under way: what was asked, and the finished texts so far, each with its likelihood.

    `as_written` are those of rows that read the notes in the order in which they were written.
    """

    run: int
    brief: Brief
    prompt: Prompt
    seed: int
    began: float
    round: int = 0
    first_text_s: float | None = None
    texts: dict[str, float] = field(default_factory=dict)
    as_written: set[str] = field(default_factory=set)

    def keep(self, row: messages.RowDone) -> None:
        """Take a finished text."""
        self.texts[row.text] = row.likelihood
        if not self.prompt.is_turned(row.row):
            self.as_written.add(row.text)


class Writer:
    """Loads a model in a child process and has it write. One run at a time.

    `on_event` is called on a thread of the writer's own, one event after the other. Every run ends
    in exactly one of `Finished`, `Stopped`, `Failed` and `Died`.
    """

    def __init__(
        self,
        models_folder: Path,
        on_event: OnEvent,
        model_id: str = BUILT_IN,
        device: str = "auto",
    ) -> None:
        self._library = Library(models_folder)
        self._on_event = on_event
        self._model_id = model_id
        self._device = device
        self._lock = threading.RLock()
        self._runs = count(1)
        self._client: WorkerClient | None = None
        self._pending: _Pending | None = None
        self._like = Brief(notes="")
        self._load_s = 0.0
        self._style = Style.EXAMPLES

    @property
    def process_id(self) -> int | None:
        """The child's process id while there is one."""
        return self._client.process_id if self._client else None

    def start(self) -> None:
        """Start the process and load the model; `Ready`, `Failed` or `Died` follows."""
        self.close()
        try:
            folder = self._library.path(self._model_id)
            self._style = style_of(read_manifest(folder).prompt)
        except ModelError as error:
            self._on_event(events.Failed(None, error))
            return
        with self._lock:
            self._client = WorkerClient(
                [sys.executable, "-m", "app.writer_process"], self._answered, self._exited
            )
            self._client.send(messages.Load(str(folder), self._device, self._warm_up()))

    def warm_up(self, like: Brief) -> None:
        """Have the model read what stands before the notes, so that the next run starts sooner.

        Before `start` this is kept for the loading.
        """
        with self._lock:
            self._like = like
            if self._client:
                self._client.send(self._warm_up())

    def write(self, brief: Brief) -> int:
        """Begin a run and return its number; raises `NotesError` before anything runs.

        A run that is still under way is stopped first.
        """
        brief.check()
        self.stop()
        with self._lock:
            seed = secrets.randbits(32) if brief.seed is None else brief.seed
            prompt = write_prompt(brief, self._style)
            pending = _Pending(next(self._runs), brief, prompt, seed, perf_counter())
            self._pending = pending
            self._ask(pending)
        return pending.run

    def stop(self) -> None:
        """Stop the run under way, if there is one; `Stopped` follows within a step."""
        with self._lock:
            if self._pending and self._client:
                self._client.send(messages.Cancel(self._number(self._pending)))

    def close(self) -> None:
        """End the process. What was under way is dropped without an event."""
        with self._lock:
            client, self._client, self._pending = self._client, None, None
        if client:
            client.close()

    def _ask(self, pending: _Pending) -> None:
        if self._client is None:
            return
        prompt = pending.prompt
        self._client.send(
            messages.Draft(
                run=self._number(pending),
                prefix=prompt.prefix,
                prompt=prompt.turns,
                others=prompt.others,
                rows=prompt.rows,
                enough=round(_ENOUGH * prompt.rows),
                tokens=_TOKENS,
                limit=pending.brief.length.weighted_limit,
                source=pending.brief.notes,
                seed=pending.seed + pending.round,
                sampling=_SAMPLING[self._style],
            )
        )

    def _warm_up(self) -> messages.WarmUp:
        prompt = write_prompt(self._like, self._style)
        return messages.WarmUp(prompt.prefix, prompt.most_rows, _ROOM)

    @staticmethod
    def _number(pending: _Pending) -> int:
        """The process counts every round as a run of its own."""
        return pending.run * _ROUNDS + pending.round

    def _answered(self, answer: messages.Answer) -> None:
        match answer:
            case messages.Loaded():
                self._load_s = answer.load_s
                self._on_event(
                    events.Ready(
                        answer.model_id,
                        answer.model_name,
                        answer.device,
                        answer.device_note,
                        answer.load_s,
                    )
                )
            case messages.Failed(run=None):
                self._on_event(events.Failed(None, _sentence(answer)))
            case _:
                self._answered_run(answer)

    def _answered_run(self, answer: messages.Answer) -> None:
        pending = self._pending
        if pending is None or getattr(answer, "run", None) != self._number(pending):
            if isinstance(answer, messages.WasCancelled):
                self._on_event(events.Stopped(answer.run // _ROUNDS))
            return
        match answer:
            case messages.Texts():
                if pending.first_text_s is None:
                    pending.first_text_s = perf_counter() - pending.began
                for row, text in zip(answer.rows, answer.texts, strict=True):
                    self._on_event(events.Preview(pending.run, row, text))
            case messages.RowDone(complete=True):
                pending.keep(answer)
            case messages.Done():
                self._round_done(pending)
            case messages.WasCancelled():
                self._end(events.Stopped(pending.run))
            case messages.Failed():
                self._end(events.Failed(pending.run, _sentence(answer)))

    def _round_done(self, pending: _Pending) -> None:
        """Show the best texts, or draw again where too few of them can be shown."""
        variants = rank(pending.brief, pending.texts, self._style, pending.as_written)
        if len(variants) < pending.brief.count and pending.round + 1 < _ROUNDS:
            with self._lock:
                pending.round += 1
                self._ask(pending)
            return
        total_s = perf_counter() - pending.began
        timings = events.Timings(self._load_s, pending.first_text_s or total_s, total_s)
        self._end(events.Finished(pending.run, variants, timings))

    def _end(self, event: events.Event) -> None:
        with self._lock:
            self._pending = None
        self._on_event(event)

    def _exited(self, last_words: str) -> None:
        _log.error("the writer's process ended by itself: %s", last_words)
        with self._lock:
            self._client, self._pending = None, None
        self._on_event(
            events.Died(
                UserError(
                    "The writer stopped unexpectedly; your notes and drafts are all here.",
                    "Start it again.",
                )
            )
        )


def _sentence(answer: messages.Failed) -> UserError:
    kind = CardFull if answer.card_is_full else UserError
    return kind(answer.what_happened, answer.what_to_do)
