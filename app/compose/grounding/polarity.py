"""Negations: which words of a text each one denies, and where text and notes disagree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.compose.grounding.claims import Span
from app.compose.words import Word, find_words, stem, stem_parts

NEGATIONS = frozenset(
    """
    no not never none nobody nothing neither nor without cannot nowhere non hardly barely
    dont didnt doesnt isnt arent wasnt werent cant couldnt wouldnt shouldnt hasnt havent hadnt
    """.split()
)
"""With those that are typed without an apostrophe, but for "wont", which is a word."""
_ABSENCES = frozenset(
    """
    unless except excluding stop stopped stops cancelled canceled cancel closed missing lost lack
    lacks fails failed fail ended ends avoid gone refuse refused less zero sold same unchanged only
    drop drops dropped instead rather
    """.split()
)
"""Words with which notes may say the same as a negation does ("sold out": no tickets left)."""
_RESTRICTIONS = frozenset("just except excluding max maximum alone unless".split())
"""Words of the notes that a text may tell with "only", as it may a denial."""
_COSTS = frozenset(map(stem, "pay cost charge fee ticket price entry admission money".split()))
"""What is denied where notes say "free"."""
_REACH = 5
"""How many words behind it a negation denies, at most to the end of its clause."""
_ANSWER = 3
"""Words at the beginning of an answer among which its "no" stands."""
_LIST = 10
"""How many words behind a negation the last of what it denies may stand."""
_JOINED = 3
"""How many words from an item of a list its "or" may stand."""
_SUBJECT = 4
"""How many content words in front of it, within the sentence, may be what it speaks of."""
_NO_NEGATION = re.compile(
    r"\bno\s*\.?\s*\d|\b(?:no|not) (?:more|later|earlier|fewer|less) than\b|\b(?:or|if) not\b"
    r"|\bnot only\b|\bno doubt\b|\bwhy not\b|\bno wonder\b|\bno matter\b"
    r"|\b(?:do not|don['’]t|never|not) (?:forget|miss|hesitate|worry|wait|be shy)\b"
    r"|\bno problem\b|\bno worries\b|\b(?:no|not)\b[^.!?]{1,30}\?|\bnot to mention\b",
    re.IGNORECASE,
)
"""Negations that deny nothing: idioms, invitations, questions."""


@dataclass(frozen=True)
class Negation:
    """A negation, the stems that it denies, nearest first, and the ones it may deny."""

    span: Span
    denied: tuple[str, ...]
    subject: tuple[str, ...]


def is_negation(word: str) -> bool:
    """Whether one lower-case word with a straight apostrophe negates."""
    return word.removesuffix("'s") in NEGATIONS or word.endswith("n't")


def find_restriction(notes: str) -> Span | None:
    """Where notes restrict something in another word than "only"."""
    for word in find_words(notes):
        if word.plain in _RESTRICTIONS or is_negation(word.plain):
            return Span(word.start, word.stop)
    return None


@lru_cache(maxsize=64)
def find_negations(text: str, *, is_generous: bool = False) -> tuple[Negation, ...]:
    """All negations of a text, left to right; with those that deny nothing where it is generous."""
    idioms = [] if is_generous else [match.span() for match in _NO_NEGATION.finditer(text)]
    words = find_words(text)
    return tuple(
        negation
        for negation in _find(words)
        if not any(a <= negation.span.start < b for a, b in idioms)
        and not _is_double(words, negation)
    )


def _is_double(words: Sequence[Word], negation: Negation) -> bool:
    """Whether another one takes it back: "cannot join without a ticket" asks for a ticket."""
    word = next(word for word in words if word.start == negation.span.start)
    clause = [other.plain for other in words if other.clause == word.clause]
    return "without" in clause and sum(map(is_negation, clause)) > 1


def _find(words: Sequence[Word]) -> Iterator[Negation]:
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
            _stems(behind),
            _stems(before[::-1])[:_SUBJECT],
        )


def _stems(words: Sequence[Word]) -> tuple[str, ...]:
    """Stems of the content words; of a hyphenated word, of its parts."""
    found: list[str] = []
    for word in words:
        if word.is_content:
            whole, *parts = stem_parts(word.text)
            found += parts or [whole]
    return tuple(found)


def counterpart(notes: str, negation: Negation) -> Negation | None:
    """The negation of the notes that denies the same as one of the text; None: there is none.

    One shared word is enough, unless both go on to deny different things and the notes say the
    text's elsewhere without denying it: "ship to Canada, not to the UK".
    """
    about = {*negation.denied, *negation.subject}
    said_openly = _said_openly(notes)
    for noted in find_negations(notes, is_generous=True):
        denied = {*noted.denied, *noted.subject}
        others, noted_others = set(negation.denied[1:]), set(noted.denied[1:])
        is_elsewhere = others & said_openly and noted_others and not others & denied
        if (about & denied or not about or not denied) and not is_elsewhere:
            return noted
    return None


def says_otherwise(notes: str, negation: Negation) -> Span | None:
    """Where notes say the same in another word: closed, cancelled, free, unaffected."""
    words = find_words(notes)
    about = {*negation.denied, *negation.subject}
    for word in words:
        root = stem(word.text)
        opposite = word.plain.startswith("un") and stem(word.plain[2:]) in about
        is_free = word.plain == "free" and about & _COSTS and "free" not in about
        is_absence = word.plain in _ABSENCES and root not in about
        if opposite or is_free or (is_absence and about & _beside(words, word)):
            return Span(word.start, word.stop)
    return None


def _beside(words: Sequence[Word], word: Word) -> set[str]:
    """The stems of a word's sentence, but for its own."""
    return {stem(other.text) for other in words if other.sentence == word.sentence} - {
        stem(word.text)
    }


def find_turned(notes: str, text: str) -> list[tuple[Span, Span]]:
    """Words of the text that the notes deny and the text does not, with the notes' negation.

    Only words that the notes say nowhere else, so that nothing is marked by mere likeness.
    """
    noted = find_negations(notes)
    if not noted:
        return []
    said_openly = _said_openly(notes)
    said = find_words(text)
    in_text = {stem(word.text) for word in said}
    found = []
    for word in said:
        root = stem(word.text)
        source = next((negation for negation in noted if root in negation.denied[:1]), None)
        if source is None or root in said_openly or not word.is_content:
            continue
        others = set(source.denied[1:])
        is_about_the_same = not others or others & in_text
        if is_about_the_same and not _is_denied(text, said, word):
            found.append((Span(word.start, word.stop), source.span))
    return found


def _is_denied(text: str, words: Sequence[Word], word: Word) -> bool:
    return (
        _is_denied_beside(words, word)
        or _is_answered_no(text, words, word)
        or _is_listed_as_denied(words, word)
    )


def _is_denied_beside(words: Sequence[Word], word: Word) -> bool:
    """Whether a word's clause denies something; an aside does where its sentence does."""
    is_aside = _short(words, word)
    return any(
        is_negation(other.plain) or other.plain in _ABSENCES
        for other in words
        if other is not word
        and (other.clause == word.clause or (is_aside and other.sentence == word.sentence))
    )


def _is_answered_no(text: str, words: Sequence[Word], word: Word) -> bool:
    """Whether the word stands in a question that is answered with no: "Pump? Not to blame."."""
    last = max(other.stop for other in words if other.sentence == word.sentence)
    answer = [other for other in words if other.start >= last][:_ANSWER]
    if not answer or "?" not in text[last : answer[0].start]:
        return False
    return any(is_negation(other.plain) for other in answer)


def _is_listed_as_denied(words: Sequence[Word], word: Word) -> bool:
    """Whether the word is one of a list behind a negation: "no tyres, paint or fridges"."""
    sentence = [other for other in words if other.sentence == word.sentence]
    place = sentence.index(word)
    before = sentence[max(0, place - _LIST) : place]
    joined = {other.plain for other in sentence[max(0, place - _JOINED) : place + _JOINED]}
    return bool({"or", "nor"} & joined) and any(is_negation(other.plain) for other in before)


def _short(words: Sequence[Word], word: Word) -> bool:
    """Whether the word's clause is a mere aside, as in "Dogs, sadly, are not allowed"."""
    return sum(other.clause == word.clause for other in words) <= 2


@lru_cache(maxsize=8)
def _said_openly(notes: str) -> frozenset[str]:
    """Stems that the notes say outside of every negation's reach."""
    reaches = []
    words = find_words(notes)
    for negation in find_negations(notes):
        behind = [word for word in words if word.start >= negation.span.start][: _REACH + 1]
        reaches.append({word.start for word in behind if word.clause == behind[0].clause})
    inside = set().union(*reaches)
    return frozenset(stem(word.text) for word in words if word.start not in inside)
