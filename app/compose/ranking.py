"""Which of the written rows are shown, best first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.compose.brief import Brief, Variant
from app.compose.grounding import Grounding, check, has_number
from app.compose.words import content, stem, stems, words
from app.post_text import weigh

_ADDED = 0.12
"""What each added word costs, in shares of the notes' coverage."""
_NUMBER_ADDED = 1.0
_REPEATED = 0.5
_COPIED = 0.1
_ALIKE = 0.75
"""Drafts that share more of their words than this are the same draft to a reader."""


def rank(brief: Brief, texts: Sequence[str]) -> tuple[Variant, ...]:
    """The best `brief.count` texts: faithful ones first, no two alike while others are left.

    Every text must be finished; texts equal to a better one are left out.
    """
    unique = list(dict.fromkeys(text for text in texts if text))
    grounded = {text: check(brief.notes, text) for text in unique}
    best_first = sorted(unique, key=lambda text: -_score(brief.notes, text, grounded[text]))
    different: list[str] = []
    alike: list[str] = []
    for text in best_first:
        twin = any(_likeness(text, other) > _ALIKE for other in different)
        (alike if twin else different).append(text)
    chosen = (different + alike)[: brief.count]
    return tuple(_variant(text, grounded[text]) for text in chosen)


def _score(notes: str, text: str, grounding: Grounding) -> float:
    score = grounding.coverage - _ADDED * len(grounding.added)
    score -= _NUMBER_ADDED * sum(map(has_number, grounding.added))
    score -= _REPEATED * _repeats(text)
    if words(text.casefold()) == words(notes.casefold()):
        score -= _COPIED
    return score


def _repeats(text: str) -> float:
    """Share of the content words that the text has said before."""
    said = [stem(word) for word in content(text)]
    return 1 - len(set(said)) / len(said) if said else 1.0


def _likeness(one: str, other: str) -> float:
    """Shared stems over all stems (Jaccard), weighed with whether the two begin alike."""
    a, b = stems(one), stems(other)
    shared = len(a & b) / len(a | b) if a | b else 1.0
    pairs_a, pairs_b = (set(pairwise(w)) for w in (words(one), words(other)))
    ordered = len(pairs_a & pairs_b) / len(pairs_a | pairs_b) if pairs_a | pairs_b else 1.0
    return (shared + ordered) / 2


def _variant(text: str, grounding: Grounding) -> Variant:
    return Variant(
        text=text,
        weighted_length=weigh(text).weighted_length,
        facts_kept=grounding.facts_kept,
        facts_total=grounding.facts_total,
        added=grounding.added,
    )
