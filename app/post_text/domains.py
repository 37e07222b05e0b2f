"""Domain names in running text, as twitter-text 3 reads them.

A domain is labels parted by dots that end in a known top-level domain. A label holds any
character but punctuation, spaces and marks of direction; hyphens stand only inside it, and so do
underscores, which the label just before the top-level domain may not have at all.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from app.post_text.characters import LATIN_ACCENTED
from app.post_text.wordlist import read_words

_LONGEST_LABEL = 63  # RFC 1035, section 2.3.4, counted in punycode
_PUNYCODE = re.compile(r"[Xx][Nn]--[-0-9A-Za-z]+")
_LETTERS = re.compile("[A-Za-z]*")
_BEYOND_TLD = re.compile("[0-9A-Za-z@+-]")
_ASCII_LABELS = re.compile(f"[-.0-9A-Za-z{LATIN_ACCENTED}]+")
_IDEOGRAPHIC_DOT = re.compile("[\u3002\uff0e\uff61]")


class Opening(NamedTuple):
    """Code points at which one domain may begin: from first up to, not with, last."""

    first: int
    last: int
    domain_end: int


def openings(text: str, start: int, end: int) -> list[Opening]:
    """The domains of text[start:end], which holds label characters, dots, hyphens, underscores.

    One opening at most for each label, left to right; its domain is the longest one.
    """
    found: list[Opening] = []
    label_end, beyond = end, None
    while label_end > start:
        dot = text.rfind(".", start, label_end)
        label_start = max(dot + 1, start)
        opening = None
        if label_end < end and label_start < label_end and text[label_end - 1] not in "-_":
            opening = _opening(text, label_start, label_end, beyond)
        if opening:
            found.append(opening)
        passable = opening and opening.first == label_start and text[label_start] not in "-_"
        beyond = opening.domain_end if opening and passable else None
        label_end = dot
    return found[::-1]


def _opening(text: str, start: int, end: int, beyond: int | None) -> Opening | None:
    """The opening in the label text[start:end], given where a domain through the next one ends."""
    if beyond:
        return Opening(start, end, beyond)
    domain_end = end_of_tld(text, end + 1, len(text))
    if domain_end is None:
        return None
    return Opening(max(start, text.rfind("_", start, end) + 1), end, domain_end)


@cache
def _top_level_domains() -> tuple[frozenset[str], tuple[int, ...]]:
    """All of them, and the lengths of those outside ASCII, longest first."""
    known = read_words("tlds.txt")
    lengths = {len(name) for name in known if not name.isascii()}
    return known, tuple(sorted(lengths, reverse=True))


def end_of_tld(text: str, start: int, end: int) -> int | None:
    """Where the top-level domain that begins at start ends, if there is one before end."""
    if punycode := _PUNYCODE.match(text, start, end):
        return punycode.end()
    letters = _LETTERS.match(text, start, end)
    ascii_end = letters.end() if letters else start
    known, other_lengths = _top_level_domains()
    if text[start : ascii_end + 1].isascii():
        other_lengths = ()
    for stop in (*(start + length for length in other_lengths), ascii_end):
        if (
            start < stop <= end
            and text[start:stop].lower() in known
            and not _BEYOND_TLD.match(text, stop, end)
        ):
            return stop
    return None


def ascii_domains(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The domains inside text[start:end] whose labels are ASCII or accented Latin."""
    for run in _ASCII_LABELS.finditer(text, start, end):
        first = run.start() + (run.group()[0] == ".")
        dot = text.rfind(".", first, run.end())
        while dot > first:
            if domain_end := end_of_tld(text, dot + 1, end):
                yield first, domain_end
                break
            dot = text.rfind(".", first, dot)


def is_resolvable(domain: str) -> bool:
    """Every label fits DNS once it is in punycode, and no label only pretends to be punycode."""
    if domain.startswith("xn--") and not any(ascii_domains(domain, 0, len(domain))):
        return False
    return all(_encoded_length(label) <= _LONGEST_LABEL for label in domain.split("."))


def _encoded_length(label: str) -> int:
    """Characters of the label in punycode (RFC 3492); at least its own number of characters."""
    if label.isascii() or len(label) > _LONGEST_LABEL:
        return len(label)
    parts = _IDEOGRAPHIC_DOT.split(label)
    encoded = [p if p.isascii() else "xn--" + p.encode("punycode").decode() for p in parts]
    return len(".".join(encoded))
