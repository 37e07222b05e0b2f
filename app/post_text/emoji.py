"""Emoji of one or more code points, by Unicode's own list (resources/emoji.txt).

A sequence is what the list names, no more: two people that the list does not join with a zero
width joiner are two emoji. Its shape follows the grammar of Unicode Technical Standard 51,
section 1.4.9, and only proposes what to look up.
"""

import re
from collections.abc import Iterator
from functools import cache
from sys import maxsize

from app.post_text.wordlist import read_words

_LONGEST = 10
_BASE = "[©®\u2000-\u3300\U0001f000-\U0001fbff]"
_CHANGE = "(?:[\ufe0f\U0001f3fb-\U0001f3ff]|[\U000e0020-\U000e007f]{2,7})"
_JOINED = f"\u200d{_BASE}{_CHANGE}?"
_SHAPE = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[#*0-9]\ufe0f?\u20e3"
    f"|{_BASE}(?:{_CHANGE}(?:{_JOINED}){{0,3}}|(?:{_JOINED}){{1,3}})"
)


@cache
def _forms() -> frozenset[str]:
    return read_words("emoji.txt")


def find_sequences(text: str, start: int = 0, end: int = maxsize) -> Iterator[tuple[int, int]]:
    """Start and end of every emoji of two or more code points, left to right."""
    while shape := _SHAPE.search(text, start, end):
        length = _listed_length(shape.group())
        if length:
            yield shape.start(), shape.start() + length
        start = shape.start() + max(length, 1)


def _listed_length(shape: str) -> int:
    """Code points of the longest listed sequence that begins the shape, 0 if there is none."""
    return next((n for n in range(len(shape), 1, -1) if shape[:n] in _forms()), 0)


def start_of_last_emoji(text: str) -> int | None:
    """Where the emoji that ends the text begins; None when the text ends otherwise."""
    if not text or text[-1] < "\u200d":
        return None
    lengths = range(min(_LONGEST, len(text)), 0, -1)
    return next((len(text) - n for n in lengths if text[-n:] in _forms()), None)
