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


@dataclass(frozen=True)
class Prompt:
    """A conversation: `prefix` is the same for every brief of this tone and length."""

    prefix: tuple[Message, ...]
    turns: tuple[Message, ...]


def write_prompt(brief: Brief) -> Prompt:
    """The worked examples in the brief's tone and length, then its notes."""
    return Prompt(_prefix(brief.tone, brief.length), (_ask(brief.notes),))


@cache
def example_stems(tone: Tone, length: Length) -> frozenset[str]:
    """The stems of the content words in the worked examples."""
    return stems(" ".join(turn.text for turn in _prefix(tone, length)[1:]))


@cache
def _prefix(tone: Tone, length: Length) -> tuple[Message, ...]:
    script = _script()
    turns = [Message("system", script["system"])]
    for example in script["example"]:
        turns += [
            _ask(example["notes"]),
            Message("assistant", example["posts"][tone.value][length.value]),
        ]
    return tuple(turns)


def _ask(notes: str) -> Message:
    return Message("user", f"Notes: {notes.strip()}")


@cache
def _script() -> dict[str, Any]:
    text = files("resources").joinpath("prompts/draft.toml").read_text("utf-8")
    return tomllib.loads(text)
