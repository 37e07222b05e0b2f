"""Holding a text against its notes."""

from __future__ import annotations

from collections.abc import Iterator

from app.compose.grounding.claims import Claim, Claims, Doubt, Fact, Kind, Span
from app.compose.grounding.meaning import Key, Quantity
from app.compose.grounding.polarity import (
    counterpart,
    find_negations,
    find_turned,
    says_otherwise,
)
from app.compose.grounding.quantities import counted_word, find_quantities
from app.compose.grounding.source import Source, loose_stems, outside, read_notes
from app.compose.grounding.tense import find_tense_claims
from app.compose.grounding.ties import find_exchanged, find_moved
from app.compose.grounding.wording import (
    find_entities,
    find_names,
    find_quotations,
    find_superlatives,
)
from app.compose.words import COURTESIES, Word, find_words, stem, stem_parts

_CARRIED = 0.6
"""The share of a clause's content words at which a text is taken to state it."""
_NEW = 0.75
"""The share of new content words at which a sentence is a statement of its own."""
_SHORT_SENTENCE = 3
"""A sentence with fewer content words than this is one only if all of them are new."""
_TURN_OF_PHRASE = 1
"""Content words of a sentence that is too short to state anything."""


def check(notes: str, text: str) -> Claims:
    """Every claim of `text` with its place there and in `notes`, and what the text leaves out.

    See the package's docstring for what this cannot see.
    """
    source = read_notes(notes)
    said = _Said(text)
    claims = [*_by_keys(source, said), *_by_sense(source, text)]
    claims += _statements(source, text, claims)
    return Claims(
        claims=tuple(sorted(_one_for_each_place(claims), key=lambda claim: claim.span)),
        facts=tuple(_facts(source, said)),
        coverage=_coverage(source, said),
        added=tuple(_added(source, text, claims)),
    )


def _by_keys(source: Source, said: _Said) -> Iterator[Claim]:
    """Claims that stand or fall by what they name."""
    text, entities = said.text, said.entities
    quantities = outside(entities, said.quantities)
    moved = find_moved(source.ties, text, quantities)
    quotations = find_quotations(text)
    for claim in (*entities, *quotations, *find_names(text), *find_superlatives(text)):
        yield _claim(text, claim, source.carries(claim))
    for quantity in quantities:
        carried = source.carries(quantity)
        if not quantity.is_claim:
            continue
        if carried is not None and quantity.span in moved:
            yield _claim(text, quantity, moved[quantity.span], Doubt.MOVED)
        else:
            yield _claim(text, quantity, carried)


def _claim(text: str, found: Quantity, source: Span | None, doubt: Doubt | None = None) -> Claim:
    span = found.span
    if doubt is None and source is None:
        doubt = Doubt.NOT_IN_NOTES
        span = _with_counted(text, found)
    return Claim(found.kind, span, span.of(text), source, doubt)


def _with_counted(text: str, found: Quantity) -> Span:
    """A plain number with the word that it counts: "1,200 riders" rather than "1,200"."""
    counted = counted_word(text, found.span.stop)
    if found.kind is not Kind.NUMBER or counted is None or text[found.span.stop] != " ":
        return found.span
    return Span(found.span.start, counted.stop)


def _by_sense(source: Source, text: str) -> Iterator[Claim]:
    """Claims that stand or fall by the words around them."""
    for negation in find_negations(text):
        noted = counterpart(source.notes, negation)
        carried = noted.span if noted else says_otherwise(source.notes, negation)
        doubt = None if carried else Doubt.NOT_IN_NOTES
        yield Claim(Kind.NEGATION, negation.span, negation.span.of(text), carried, doubt)
    for span, noted_at in find_turned(source.notes, text):
        yield Claim(Kind.NEGATION, span, span.of(text), noted_at, Doubt.TURNED)
    for span, verb, tense in find_tense_claims(source.notes, text):
        yield Claim(Kind.TENSE, span, span.of(text), verb, tense)
    for span, pair in find_exchanged(source.notes, text):
        yield Claim(Kind.DOER, span, span.of(text), pair, Doubt.DOER_EXCHANGED)


def _statements(source: Source, text: str, claims: list[Claim]) -> Iterator[Claim]:
    """Sentences of which the notes say next to nothing."""
    sentences: dict[int, list[Word]] = {}
    for word in find_words(text):
        sentences.setdefault(word.sentence, []).append(word)
    for words in sentences.values():
        content = [word for word in words if word.is_content and word.plain not in COURTESIES]
        new = [word for word in content if not _is_noted(source, word)]
        share = 1.0 if len(content) < _SHORT_SENTENCE else _NEW
        if len(content) > _TURN_OF_PHRASE and len(new) >= share * len(content):
            span = Span(words[0].start, words[-1].stop)
            is_question = text[span.stop : span.stop + 1] == "?"
            is_tied = any(claim.is_supported and claim.span.touches(span) for claim in claims)
            if not is_question and not is_tied:
                yield Claim(Kind.STATEMENT, span, span.of(text), None, Doubt.NOT_IN_NOTES)


def _one_for_each_place(claims: list[Claim]) -> list[Claim]:
    """Of claims at one place, the doubtful one, and of several such the first."""
    kept: list[Claim] = []
    for claim in sorted(claims, key=lambda c: (c.is_supported, c.kind is Kind.STATEMENT)):
        if not any(claim.span.touches(other.span) for other in kept):
            kept.append(claim)
    return kept


class _Said:
    """What a text says, by stem and by meaning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.entities = find_entities(text)
        self.quantities = find_quantities(text)
        marked = [*self.quantities, *self.entities]
        self.stems = loose_stems(text, marked)
        self.keys: set[Key] = set()
        for claim in marked:
            self.keys.update(claim.gives)
            self.keys.update(key for keys in claim.needs for key in keys)

    def has(self, noted: Quantity) -> bool:
        """Whether it says a quantity, link or tag of the notes."""
        return all(keys & self.keys for keys in noted.needs)


def _coverage(source: Source, said: _Said) -> float:
    marked = [claim for claim in source.marked if claim.is_claim]
    total = len(source.stems) + len(marked)
    kept = len(source.stems & said.stems) + sum(map(said.has, marked))
    return kept / total if total else 1.0


def _facts(source: Source, said: _Said) -> Iterator[Fact]:
    """Each quantity, link, tag and name of the notes, and what each of their clauses states."""
    notes = source.notes
    for claim in source.marked:
        if claim.is_claim:
            yield Fact(claim.span, claim.span.of(notes), said.has(claim))
    for words in source.clauses:
        stated = {stem(word.text) for word in words}
        span = Span(words[0].start, words[-1].stop)
        yield Fact(span, span.of(notes), len(stated & said.stems) >= _CARRIED * len(stated))


def _added(source: Source, text: str, claims: list[Claim]) -> Iterator[str]:
    carried = [claim.span for claim in claims if claim.is_supported]
    seen: set[str] = set()
    for word in find_words(text):
        span = Span(word.start, word.stop)
        if not word.is_content or _is_noted(source, word) or word.text in seen:
            continue
        if any(span.touches(other) for other in carried):
            continue
        seen.add(word.text)
        yield word.text


def _is_noted(source: Source, word: Word) -> bool:
    whole, *parts = stem_parts(word.text)
    if ("word", whole) in source.gives:
        return True
    return bool(parts) and all(("word", part) in source.gives for part in parts)
