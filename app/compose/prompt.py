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
from app.compose.orders import orders
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
        ways: the turns behind them, ending with the person's; rows are written from each in turn.
            In the first the notes are as they were written, in some in another order.
        rows: how many are to be written.
    """

    prefix: tuple[Message, ...]
    ways: tuple[tuple[Message, ...], ...]
    rows: int

    def is_turned(self, row: int) -> bool:
        """Whether this row reads the notes in another order than they were written in."""
        return self.ways[row % len(self.ways)] != self.ways[0]


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
    ways = [written] * _rows(brief) + turned[: brief.count - 1]
    return Prompt((asked,), tuple((Message("user", way),) for way in ways), len(ways))


def _rows(brief: Brief) -> int:
    return min(_MOST_ROWS, _ROWS_PER_DRAFT * brief.count + _SPARE_ROWS)


def _with_examples(brief: Brief) -> Prompt:
    """Worked examples in the brief's tone and length, none of them like the notes; the notes."""
    chosen = tuple(_unlike(brief.notes))
    prefix = _prefix(chosen, brief.tone, brief.length)
    return Prompt(prefix, ((_ask(brief.notes),),), _rows(brief))


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
