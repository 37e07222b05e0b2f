"""From a brief to the conversation that the model reads.

The turns that stay the same for a tone and a length come first, so that the model reads them once
and keeps them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from app.compose.brief import Brief, Length, Tone
from app.compose.words import stems
from models.engine.chat import Message

_EXAMPLES = 3
_LIKE = 3
"""Content words that notes and an example may not share: the model would mix the two up."""


@dataclass(frozen=True)
class Prompt:
    """A conversation: `prefix` is the same for nearly every brief of this tone and length."""

    prefix: tuple[Message, ...]
    turns: tuple[Message, ...]


def write_prompt(brief: Brief) -> Prompt:
    """Worked examples in the brief's tone and length, none of them like the notes; the notes."""
    chosen = tuple(_unlike(brief.notes))
    return Prompt(_prefix(chosen, brief.tone, brief.length), (_ask(brief.notes),))


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
