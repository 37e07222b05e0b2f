"""How far a text keeps to its notes: which facts it carries, and what it adds.

A fact is a number, time or price, a name, a link, @handle or #tag, or what one clause of the notes
states. Words are compared by stem. This sees what is missing and what is new; it does not see a
fact that is tied to the wrong thing, nor a sense that was turned around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.compose.words import FUNCTION_WORDS, content, stem, stems, words

_CLAUSE = re.compile(r"[.;!?\n](?:\s|$)|\n|,\s")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+", re.MULTILINE)
_CARRIED = 0.6
"""The share of a clause's content words at which a text is taken to state it."""


@dataclass(frozen=True)
class Grounding:
    """What a text makes of its notes.

    Attributes:
        facts_kept, facts_total: facts of the notes that the text carries, of how many.
        coverage: share of the notes' content words that the text carries, 0 to 1.
        added: content words of the text that the notes lack, as written.
    """

    facts_kept: int
    facts_total: int
    coverage: float
    added: tuple[str, ...]


def check(notes: str, text: str) -> Grounding:
    """Hold a text against its notes."""
    noted, said = stems(notes), stems(text)
    facts = _facts(notes)
    kept = sum(1 for fact in facts if len(fact & said) >= _CARRIED * len(fact))
    added = tuple(dict.fromkeys(word for word in content(text) if not _is_noted(word, noted)))
    coverage = len(noted & said) / len(noted) if noted else 1.0
    return Grounding(kept, len(facts), coverage, added)


def has_number(word: str) -> bool:
    """Whether a word holds a digit."""
    return any(letter.isdigit() for letter in word)


def _facts(notes: str) -> tuple[frozenset[str], ...]:
    """Each fact as the stems that state it."""
    plain = _BULLET.sub("", notes)
    facts = {frozenset({stem(word)}) for word in words(plain) if _stands_alone(word)}
    for clause in _CLAUSE.split(plain):
        if stated := stems(clause) - {stem(word) for word in words(clause) if has_number(word)}:
            facts.add(stated)
    facts.update(_names(plain))
    return tuple(facts)


def _stands_alone(word: str) -> bool:
    return has_number(word) or word[0] in "@#$"


def _names(text: str) -> set[frozenset[str]]:
    """Runs of capitalised words that do not merely begin a sentence."""
    found = set()
    for run in re.finditer(r"(?<![.!?\n]\s)(?<!^)\b[A-Z]\w+(?:\s[A-Z]\w+)*", text):
        named = [word for word in run[0].split() if word.casefold() not in FUNCTION_WORDS]
        if named:
            found.add(frozenset(stem(word) for word in named))
    return found


def _is_noted(word: str, noted: frozenset[str]) -> bool:
    if stem(word) in noted:
        return True
    parts = [part for part in re.split(r"[-/'’]", word) if part]
    return len(parts) > 1 and all(
        stem(part) in noted or part.casefold() in FUNCTION_WORDS for part in parts
    )
