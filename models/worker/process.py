"""The writer's process: commands in on standard input, answers out on standard output.

It holds the model, and nothing else: no drafts, no tokens, no network. When its input ends, because
the window closed or died, it ends too.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TextIO

from models.engine.decode import Ending, Row
from models.engine.device_full import OutOfMemory
from models.engine.limits import TextRules
from models.engine.streaming import showable
from models.engine.writer import ModelWriter
from models.errors import Cancelled, ModelError
from models.worker.messages import (
    Answer,
    Cancel,
    Command,
    Done,
    Draft,
    Failed,
    Load,
    Loaded,
    RowDone,
    Texts,
    WarmUp,
    WasCancelled,
    from_line,
    to_line,
)

MakeRules = Callable[[int, str], TextRules]
"""From the most a text may weigh, and the text it has to keep to, to the rules that hold for it."""


def serve(commands: TextIO, answers: TextIO, make_rules: MakeRules) -> None:
    """Work through the commands until they end."""
    inbox = _Inbox(commands)
    worker = _Worker(answers, make_rules, inbox)
    while (command := inbox.next()) is not None:
        worker.do(command)


class _Inbox:
    """Reads commands on a thread of its own, so that a cancel is seen while a run goes on."""

    def __init__(self, commands: TextIO) -> None:
        self._commands = commands
        self._news = threading.Condition()
        self._waiting: deque[Command] = deque()
        self._cancelled_up_to = 0
        self._closed = False
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def next(self) -> Command | None:
        """The next command, waiting for it; None once there will be no more."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._closed)
            return self._waiting.popleft() if self._waiting else None

    def is_cancelled(self, run: int) -> bool:
        """Run numbers grow, so cancelling one cancels all before it."""
        return self._closed or run <= self._cancelled_up_to

    def is_overtaken(self) -> bool:
        """Whether nobody waits for a warm-up any more: something else is to be read already, or the
        person has given up the run behind it.
        """
        with self._news:
            return self._closed or any(map(self._overtakes, self._waiting))

    def _overtakes(self, command: Command) -> bool:
        if isinstance(command, Draft):
            return self.is_cancelled(command.run)
        return isinstance(command, Load | WarmUp)

    def _read(self) -> None:
        for line in self._commands:
            command = from_line(line)
            with self._news:
                if isinstance(command, Cancel):
                    self._cancelled_up_to = max(self._cancelled_up_to, command.run)
                elif isinstance(command, Load | Draft | WarmUp):
                    self._waiting.append(command)
                    self._news.notify()
        with self._news:
            self._closed = True
            self._news.notify()


class _Worker:
    """Does one command after the other with the model loaded last."""

    def __init__(self, answers: TextIO, make_rules: MakeRules, inbox: _Inbox) -> None:
        self._answers = answers
        self._make_rules = make_rules
        self._inbox = inbox
        self._writer: ModelWriter | None = None

    def do(self, command: Command) -> None:
        run = command.run if isinstance(command, Draft) else None
        try:
            match command:
                case Load():
                    self._load(command)
                case WarmUp():
                    self._warm_up(command)
                case Draft():
                    self._draft(command)
        except Cancelled:
            self._say(WasCancelled(run or 0))
        except ModelError as error:
            is_full = isinstance(error, OutOfMemory) and error.of_card
            self._say(Failed(run, error.what_happened, error.what_to_do, is_full))

    def _load(self, command: Load) -> None:
        start = perf_counter()
        self._writer = None
        self._writer = writer = ModelWriter(Path(command.folder), command.device)
        self._warm_up(command.warm_up)
        self._say(
            Loaded(
                writer.manifest.id,
                writer.manifest.name,
                writer.device,
                writer.device_note,
                perf_counter() - start,
            )
        )

    def _warm_up(self, command: WarmUp) -> None:
        with suppress(Cancelled):
            self._loaded().warm_up(
                command.prefix, command.rows, command.room, self._inbox.is_overtaken
            )

    def _draft(self, command: Draft) -> None:
        rows = self._loaded().write(
            command.prefix,
            command.prompt,
            command.others,
            rows=command.rows,
            tokens=command.tokens,
            enough=command.enough,
            seed=command.seed,
            source=command.source,
            sampling=command.sampling,
            rules=self._make_rules(command.limit, command.source),
            on_step=lambda rows: self._show(command.run, rows),
            is_cancelled=lambda: self._inbox.is_cancelled(command.run),
        )
        for row in rows:
            text = row.written.decode("utf-8", "ignore").strip()
            complete = row.ending is Ending.SENTENCE
            self._say(RowDone(command.run, row.number, text, row.tokens, complete, row.likelihood))
        self._say(Done(command.run))

    def _show(self, run: int, rows: Sequence[Row]) -> None:
        numbers = tuple(row.number for row in rows)
        self._say(Texts(run, numbers, tuple(showable(row.written) for row in rows)))

    def _loaded(self) -> ModelWriter:
        if self._writer is None:
            raise ModelError("No model is loaded.", "Choose a model first; your drafts are safe.")
        return self._writer

    def _say(self, answer: Answer) -> None:
        self._answers.write(to_line(answer))
        self._answers.flush()
