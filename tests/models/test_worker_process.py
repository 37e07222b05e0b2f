"""What the writer's process says of trouble, on the commands that it reads."""

from __future__ import annotations

from io import StringIO

import pytest

from app.writer_process import rules_for
from models.engine.device_full import OutOfMemory
from models.worker import messages, process
from models.worker.messages import from_line, to_line

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
