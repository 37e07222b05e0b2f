"""The emoji a person can pick, from `resources/emoji_picker.txt`: one and its words a line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Emoji:
    """One emoji and the words it is found by; the first words are its name."""

    character: str
    name: str


@cache
def all_emoji() -> tuple[Emoji, ...]:
    """Every emoji of the file, in its order."""
    lines = files("resources").joinpath("emoji_picker.txt").read_text("utf-8").splitlines()
    pairs = (line.partition(" ") for line in lines if line)
    return tuple(Emoji(character, name) for character, _, name in pairs)


def matching(words: str) -> tuple[Emoji, ...]:
    """Those whose name has every one of the words."""
    wanted = words.lower().split()
    return tuple(emoji for emoji in all_emoji() if all(word in emoji.name for word in wanted))
