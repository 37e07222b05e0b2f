"""Negations: which words of a text each one denies, and where text and notes disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.compose.grounding.claims import Span
from app.compose.words import Word, find_words, stem

NEGATIONS = frozenset(
    """
    no not never none nobody nothing neither nor without cannot nowhere non hardly barely
    """.split()
)
_ABSENCES = frozenset(
    """
    unless except excluding stop stopped stops cancelled canceled cancel closed missing lost lack
    lacks fails failed fail ended ends avoid free gone refuse refused less zero un
    """.split()
)
"""Words with which notes may say the same as a negation does ("free": no charge)."""
_REACH = 5
"""How many words behind it a negation denies, at most to the end of its clause."""
_SUBJECT = 4
"""How many content words in front of it, within the sentence, may be what it speaks of."""
_NO_NEGATION = re.compile(
    r"\bno\s*\.?\s*\d|\bnot only\b|\bno doubt\b|\bwhy not\b|\bno wonder\b|\bno matter\b", re.I
)


@dataclass(frozen=True)
class Negation:
    """A negation, the stems that it denies, nearest first, and the ones it may deny."""

    span: Span
    denied: tuple[str, ...]
    subject: tuple[str, ...]


def is_negation(word: str) -> bool:
    """Whether one lower-case word with a straight apostrophe negates."""
    return word in NEGATIONS or word.endswith("n't")


def find_negations(text: str) -> list[Negation]:
    """All negations of a text, left to right."""
    idioms = [match.span() for match in _NO_NEGATION.finditer(text)]
    return [
        negation
        for negation in _find(find_words(text))
        if not any(a <= negation.span.start < b for a, b in idioms)
    ]


def _find(words: list[Word]) -> Iterator[Negation]:
    for place, word in enumerate(words):
        if not is_negation(word.plain):
            continue
        behind = [
            other
            for other in words[place + 1 : place + 1 + _REACH]
            if other.clause == word.clause and not is_negation(other.plain)
        ]
        before = [other for other in words[:place] if other.sentence == word.sentence]
        yield Negation(
            Span(word.start, word.stop),
            tuple(stem(other.text) for other in behind if other.is_content),
            tuple(stem(other.text) for other in reversed(before) if other.is_content)[:_SUBJECT],
        )


def counterpart(negation: Negation, notes: list[Negation]) -> Negation | None:
    """The negation of the notes that denies the same as one of the text; None: there is none."""
    about = {*negation.denied, *negation.subject}
    for noted in notes:
        denied = {*noted.denied, *noted.subject}
        if about & denied or not about or not denied:
            return noted
    return None


def says_otherwise(notes: str, negation: Negation) -> Span | None:
    """Where notes without a negation say the same in another word: closed, cancelled, free."""
    words = find_words(notes)
    about = {*negation.denied, *negation.subject}
    for word in words:
        if word.plain in _ABSENCES or word.plain.startswith(("un", "in", "im")):
            same = {stem(other.text) for other in words if other.clause == word.clause}
            if about & same or word.plain.removeprefix("un") in about:
                return Span(word.start, word.stop)
    return None


def find_turned(notes: str, text: str) -> list[tuple[Span, Span]]:
    """Words of the text that the notes deny and the text does not, with the notes' negation.

    Only words that the notes say nowhere else, so that nothing is marked by mere likeness.
    """
    noted = find_negations(notes)
    if not noted:
        return []
    all_denied = [stem_ for negation in noted for stem_ in negation.denied[:2]]
    open_stems = _said_openly(notes, noted)
    said = find_words(text)
    denying = {word.clause for word in said if _denies(word)}
    found = []
    for word in said:
        root = stem(word.text)
        if root in all_denied and root not in open_stems and word.is_content:
            near = {other.clause for other in said if other.sentence == word.sentence} & denying
            if word.clause not in denying and not (near and _short(said, word)):
                source = next(n for n in noted if root in n.denied[:2])
                if _is_head(root, source):
                    found.append((Span(word.start, word.stop), source.span))
    return found


def _denies(word: Word) -> bool:
    return is_negation(word.plain) or word.plain in _ABSENCES or word.plain.startswith("un")


def _short(words: list[Word], word: Word) -> bool:
    """Whether the word's clause is a mere aside, as in "Dogs, sadly, are not allowed"."""
    return sum(other.clause == word.clause for other in words) <= 2


def _is_head(root: str, negation: Negation) -> bool:
    """The nearest denied word carries the denial; those behind it need it less."""
    return bool(negation.denied) and negation.denied[0] == root


def _said_openly(notes: str, noted: list[Negation]) -> frozenset[str]:
    """Stems that the notes say outside of every negation's reach."""
    reaches = []
    words = find_words(notes)
    for negation in noted:
        behind = [word for word in words if word.start >= negation.span.start][: _REACH + 1]
        reaches.append({word.start for word in behind if word.clause == behind[0].clause})
    inside = set().union(*reaches)
    return frozenset(stem(word.text) for word in words if word.start not in inside)
