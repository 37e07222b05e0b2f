"""The writer's process (`python -m app.writer_process`): a model, and X's rules for its texts."""

from __future__ import annotations

import io
import os
import sys

from app.compose.grounding import Unfinished
from app.post_text import ends_sentence, weigh
from models.engine.limits import TextRules
from models.worker.process import serve

_NICENESS = 5
"""The window's keystrokes come before the model's next token."""


def rules_for(limit: int, source: str) -> TextRules:
    """X's rules for a post that may weigh `limit` and keeps to the facts of `source`."""
    unfinished = Unfinished(source)
    return TextRules(
        limit=limit,
        weigh=lambda text: weigh(text, limit).weighted_length,
        ends_sentence=lambda text: ends_sentence(text) and unfinished.is_carried(text),
        may_stand=unfinished.may_stand,
    )


def main() -> None:
    """Serve until standard input ends. Whatever a library prints goes to standard error."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    answers = io.TextIOWrapper(os.fdopen(os.dup(1), "wb"), encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    commands = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
    serve(commands, answers, rules_for)


if __name__ == "__main__":
    main()
