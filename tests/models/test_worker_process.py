"""What the writer's process says of trouble, on the commands that it reads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from types import SimpleNamespace
from typing import TextIO

import pytest

from app.writer_process import rules_for
from models.engine.chat import Message
from models.engine.decode import IsCancelled
from models.engine.device_full import OutOfMemory
from models.engine.sampling import Sampling
from models.errors import Cancelled
from models.worker import messages, process
from models.worker.messages import from_line, to_line

DRAFT = messages.Draft(3, (), (), (), 1, 1, 1, 280, "notes", 1, Sampling())
LOAD = messages.Load("folder", "auto", messages.WarmUp((), 1, 1))


@pytest.mark.parametrize(("device", "is_card"), [("cuda", True), ("cpu", False)])
def test_a_full_card_is_told_from_a_full_computer(
    monkeypatch: pytest.MonkeyPatch, device: str, is_card: bool
) -> None:
    def fills(*_arguments: object) -> None:
        raise OutOfMemory(device)

    monkeypatch.setattr(process, "ModelWriter", fills)
    answers = StringIO()
    process.serve(StringIO(to_line(LOAD)), answers, rules_for)
    failed = from_line(answers.getvalue())
    assert isinstance(failed, messages.Failed)
    assert failed.card_is_full is is_card


class SlowWriter:
    """Stands for a model so large that it reads its prefix until that is given up."""

    manifest = SimpleNamespace(id="slow", name="Slow")
    device = device_note = ""
    reading = threading.Semaphore(0)

    def __init__(self, *_arguments: object) -> None:
        pass

    def warm_up(
        self, _prefix: Sequence[Message], _rows: int, _room: int, is_cancelled: IsCancelled
    ) -> None:
        self.reading.release()
        while not is_cancelled():
            pass
        raise Cancelled

    def write(self, *_arguments: object, is_cancelled: IsCancelled, **_options: object) -> None:
        if is_cancelled():
            raise Cancelled


class Answers(StringIO):
    """Counts the answers as they are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = threading.Semaphore(0)

    def flush(self) -> None:
        self.sent.release()


@contextmanager
def serving(answers: TextIO) -> Iterator[TextIO]:
    """A worker at work, and where to send it commands; it has ended when this is left."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as commands, os.fdopen(writing, "w", buffering=1) as sending:
        worker = threading.Thread(target=process.serve, args=(commands, answers, rules_for))
        worker.start()
        yield sending
        sending.close()
        worker.join(10)
    assert not worker.is_alive()


def test_a_warm_up_is_given_up_once_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "ModelWriter", SlowWriter)
    answers = Answers()
    with serving(answers) as commands:
        # Another prefix is wanted before the first is read, and then the draft is not.
        for command in (LOAD, LOAD.warm_up):
            commands.write(to_line(command))
            assert SlowWriter.reading.acquire(timeout=10)
        assert answers.sent.acquire(timeout=10)
        commands.write(to_line(DRAFT))
        commands.write(to_line(messages.Cancel(DRAFT.run)))
        assert answers.sent.acquire(timeout=10)
    said = [from_line(line) for line in answers.getvalue().splitlines()]
    assert [type(answer) for answer in said] == [messages.Loaded, messages.WasCancelled]
