"""Plans told as done, and what is done told as a plan.

English only, and by form: "has voted", "voted", "was open" against "votes", "will vote", "to vote".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.compose.grounding.claims import Doubt, Span
from app.compose.grounding.dates import find_moments
from app.compose.words import IRREGULAR_PASTS, Word, find_words, stem

_PERFECT = frozenset({"has", "have", "had", "we've", "they've", "i've", "he's", "she's", "it's"})
_WAS = frozenset({"was", "were"})
_BE = frozenset({"is", "are", "be", "being", "am", "get", "gets", "it's", "we're", "that's"})
_SURELY_TO_COME = frozenset("will shall won't we'll i'll they'll it'll plan plans going".split())
_TO_COME = _SURELY_TO_COME | frozenset(
    "to planned planning may might can could should would must want wants hope hopes".split()
)
_BETWEEN = frozenset({"just", "now", "already", "been", "recently", "also", "finally", "all"})
_PAST_TIME = re.compile(r"\b(?:yesterday|ago|last\s\w+|was|were|had|has|have|been)\b|\w've\b", re.I)
_NOW_OR_PAST = re.compile(r"\b(?:today|tonight|now|yesterday|ago|last)\b", re.IGNORECASE)
_CONDITIONS = frozenset("if unless until once when haven't hasn't not".split())


def find_tense_claims(notes: str, text: str) -> Iterator[tuple[Span, Span | None, Doubt]]:
    """Verbs of the text that the notes have in another time: span, the notes' verb, the doubt."""
    noted = _read(notes)
    said = find_words(text)
    for place, word in enumerate(said):
        base, span = _base(word), Span(word.start, word.stop)
        if word.plain in _WAS and noted.is_plan and not noted.tells_past:
            yield span, None, Doubt.PLAN_AS_DONE
        elif base in noted.planned and base not in noted.done and _is_told_past(text, said, place):
            yield span, _place(noted.planned[base]), Doubt.PLAN_AS_DONE
        elif base in noted.done and not noted.is_plan and _is_told_to_come(said, place):
            yield span, _place(noted.done[base]), Doubt.DONE_AS_PLAN


@dataclass(frozen=True)
class _Noted:
    """What notes tell of, by the bases of their words: what is done, and what is to come."""

    done: dict[str, Word]
    planned: dict[str, Word]
    is_plan: bool
    tells_past: bool


@lru_cache(maxsize=8)
def _read(notes: str) -> _Noted:
    words = find_words(notes)
    done = {_base(word): word for place, word in enumerate(words) if _is_past(words, place)}
    dated = _dated_sentences(notes, words)
    is_plan = bool(dated) or any(word.plain in _SURELY_TO_COME for word in words)
    tells_past = bool(done) or _PAST_TIME.search(notes) is not None
    return _Noted(done, _planned(words, dated), is_plan, tells_past)


def _place(word: Word) -> Span:
    return Span(word.start, word.stop)


def _planned(words: Sequence[Word], dated: frozenset[int]) -> dict[str, Word]:
    """Words of the notes that tell of what is to come, by their base.

    Those behind "will", "to", "plan" and the like, and those that are no past form in a sentence
    with a date or a time of day that is not today's.
    """
    planned: dict[str, Word] = {}
    for place, word in enumerate(words):
        is_scheduled = word.sentence in dated and not _has_past_form(word)
        if word.is_content and (_is_to_come(words, place) or is_scheduled):
            planned.setdefault(_base(word), word)
    return planned


def _dated_sentences(notes: str, words: Sequence[Word]) -> frozenset[int]:
    moments = find_moments(notes)
    dated = {
        word.sentence
        for word in words
        if any(moment.span.start <= word.start < moment.span.stop for moment in moments)
    }
    bounds: dict[int, list[int]] = {}
    for word in words:
        bounds.setdefault(word.sentence, []).extend((word.start, word.stop))
    return frozenset(
        sentence
        for sentence in dated
        if not _NOW_OR_PAST.search(notes, bounds[sentence][0], bounds[sentence][-1])
    )


def _base(word: Word) -> str:
    return stem(word.plain)


def _has_past_form(word: Word) -> bool:
    return word.plain in IRREGULAR_PASTS or (word.plain.endswith("ed") and len(word.plain) > 4)


def _is_past(words: Sequence[Word], place: int) -> bool:
    """In notes every past form counts, "booking needed" too, but not "to be opened"."""
    return _has_past_form(words[place]) and not _is_to_come(words, place)


def _is_to_come(words: Sequence[Word], place: int) -> bool:
    """Right behind "will", "to", "plan" and the like, with at most a "be" or "not" between."""
    before = [word.plain for word in words[max(0, place - 3) : place]]
    while before and before[-1] in {"be", "not", "also", "get"}:
        before.pop()
    return bool(before) and before[-1] in _TO_COME


def _is_told_to_come(words: Sequence[Word], place: int) -> bool:
    return any(word.plain in _SURELY_TO_COME for word in words[max(0, place - 3) : place])


def _is_told_past(text: str, words: Sequence[Word], place: int) -> bool:
    """A past form that tells what happened: not "is planned", "hosted by", "if you have voted"."""
    word = words[place]
    if not _has_past_form(word) or _is_open(text, words, place):
        return False
    before = [w.plain for w in words[max(0, place - 4) : place] if w.clause == word.clause]
    while before and before[-1] in _BETWEEN:
        before.pop()
    if not before:
        return False
    if before[-1] in _PERFECT | _WAS:
        return True
    if any(helper in before[-2:] for helper in _BE) or before[-1] in {"to", "will", "a", "the"}:
        return False
    behind = words[place + 1] if place + 1 < len(words) else None
    return behind is not None and behind.plain not in {"by", "with"}


def _is_open(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether its sentence asks, or sets a condition."""
    sentence = [word for word in words if word.sentence == words[place].sentence]
    is_question = text[sentence[-1].stop : sentence[-1].stop + 1] == "?"
    return is_question or any(word.plain in _CONDITIONS for word in sentence)
