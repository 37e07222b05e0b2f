"""From a brief to the conversation that the model reads.

The turns that stay the same for a tone and a length come first, so that the model reads them once
and keeps them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from app.compose.brief import Brief, Length, Tone
from app.compose.orders import MOST_ORDERS, orders
from app.compose.words import stems
from app.errors import ModelError
from models.engine.chat import Message

_EXAMPLES = 3
_ROWS_PER_DRAFT = 2
"""Rows written for each draft shown: choosing among more is what makes a small model useful."""
_SPARE_ROWS = 2
_MOST_ROWS = 16
_LIKE = 3
"""Content words that notes and an example may not share: the model would mix the two up."""


@dataclass(frozen=True)
class Prompt:
    """A conversation.

    Attributes:
        prefix: turns that are the same for nearly every brief of this tone and length.
        turns: the turns behind them, ending with the person's.
        others: the same with the notes in another order, for one row each.
        rows: how many are to be written, those included.
        most_rows: how many a brief with as many drafts may want, whatever its notes.
    """

    prefix: tuple[Message, ...]
    turns: tuple[Message, ...]
    others: tuple[tuple[Message, ...], ...]
    rows: int
    most_rows: int

    def is_turned(self, row: int) -> bool:
        """Whether this row, one of the last, reads the notes in another order."""
        return row >= self.rows - len(self.others)


class Style(StrEnum):
    """What a model has to be shown; its manifest says which.

    EXAMPLES: what to do, and worked examples of it. TAUGHT: it has learned that, and wants tone,
    length and notes alone, as they stood in front of it while it was taught.
    """

    EXAMPLES = "examples"
    TAUGHT = "taught"


def style_of(name: str) -> Style:
    """The style that a manifest names; raises `ModelError` where this Twite does not know it."""
    try:
        return Style(name)
    except ValueError:
        raise ModelError(
            f"This model wants a prompt that Twite does not know ({name}).",
            "Update Twite, or choose another model.",
        ) from None


def write_prompt(brief: Brief, style: Style = Style.EXAMPLES) -> Prompt:
    """What a model of this style reads before it writes."""
    return _as_taught(brief) if style is Style.TAUGHT else _with_examples(brief)


def _as_taught(brief: Brief) -> Prompt:
    """Changed, but for the order of the notes, this wants the model to be taught anew."""
    asked = Message("system", f"A {brief.tone} post, {brief.length} length.")
    written, *turned = orders(brief.notes.strip())
    others = tuple((Message("user", notes),) for notes in turned[: brief.count - 1])
    rows = _rows(brief)
    most = rows + min(MOST_ORDERS, brief.count) - 1
    return Prompt((asked,), (Message("user", written),), others, rows + len(others), most)


def _rows(brief: Brief) -> int:
    """How many rows read the notes as they were written."""
    return min(_MOST_ROWS, _ROWS_PER_DRAFT * brief.count + _SPARE_ROWS)


def _with_examples(brief: Brief) -> Prompt:
    """Worked examples in the brief's tone and length, none of them like the notes; the notes."""
    chosen = tuple(_unlike(brief.notes))
    prefix = _prefix(chosen, brief.tone, brief.length)
    rows = _rows(brief)
    return Prompt(prefix, (_ask(brief.notes),), (), rows, rows)


@cache
def example_stems() -> frozenset[str]:
    """The stems of the content words in the worked examples."""
    posts = [
        post
        for example in _examples()
        for lengths in example["posts"].values()
        for post in lengths.values()
    ]
    return stems(" ".join(posts))


def _unlike(notes: str) -> list[int]:
    """The numbers of the first examples that share few words with the notes."""
    noted = stems(notes)
    shared = [len(noted & stems(example["notes"])) for example in _examples()]
    order = sorted(range(len(shared)), key=lambda number: shared[number] >= _LIKE)
    return sorted(order[:_EXAMPLES])


@cache
def _prefix(chosen: tuple[int, ...], tone: Tone, length: Length) -> tuple[Message, ...]:
    turns = [Message("system", _script()["system"])]
    for number in chosen:
        example = _examples()[number]
        turns += [
            _ask(example["notes"]),
            Message("assistant", example["posts"][tone.value][length.value]),
        ]
    return tuple(turns)


def _examples() -> list[dict[str, Any]]:
    examples: list[dict[str, Any]] = _script()["example"] + _script()["spare"]
    return examples


def _ask(notes: str) -> Message:
    return Message("user", f"Notes: {notes.strip()}")


@cache
def _script() -> dict[str, Any]:
    text = files("resources").joinpath("prompts/draft.toml").read_text("utf-8")
    return tomllib.loads(text)
