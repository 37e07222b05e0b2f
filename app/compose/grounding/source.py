"""What a text is held against: notes, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import pairwise

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.meaning import Key, Quantity
from app.compose.grounding.polarity import find_negations, find_restriction
from app.compose.grounding.quantities import find_quantities
from app.compose.grounding.ties import Tie, find_ties
from app.compose.grounding.wording import find_entities, find_quotations, is_capital
from app.compose.words import Word, find_words, stem, stem_parts

_BULLET = re.compile(r"^\s*(?:[-*•–]|\d+[.)])\s+", re.MULTILINE)


class Source:
    """Notes, read once; generously, unless somebody is about to write from them.

    Attributes:
        notes: as written.
        gives: where each meaning stands in them.
        stems: of their content words.
    """

    def __init__(self, notes: str, *, is_generous: bool = True) -> None:
        self.notes = notes
        self.entities = find_entities(notes)
        self.quantities = outside(self.entities, find_quantities(notes, is_notes=is_generous))
        self.quotations = find_quotations(notes)
        self.negations = find_negations(notes)
        self.gives: dict[Key, Span] = {}
        for word in find_words(notes):
            for root in stem_parts(word.text):
                self.gives.setdefault(("word", root), Span(word.start, word.stop))
        for claim in (*self.quantities, *self.entities, *self.quotations):
            for key in claim.gives:
                self.gives.setdefault(key, claim.span)
        if is_generous and (restriction := find_restriction(notes)):
            self.gives.setdefault(("word", stem("only")), restriction)
        self._next_names = _name_pairs(notes)
        self.stems = loose_stems(notes, self.marked)

    @cached_property
    def ties(self) -> list[Tie]:
        """What each quantity is tied to."""
        return find_ties(self.notes, self.quantities)

    @cached_property
    def clauses(self) -> list[list[Word]]:
        """The content words of each clause that are no part of what is marked."""
        plain = _BULLET.sub(lambda bullet: " " * len(bullet[0]), self.notes)
        clauses: dict[int, list[Word]] = {}
        for word in loose_words(plain, self.marked):
            clauses.setdefault(word.clause, []).append(word)
        return list(clauses.values())

    @cached_property
    def marked(self) -> list[Quantity]:
        """What stands out of the words: quantities, links, handles and tags."""
        return [*self.quantities, *self.entities]

    def carries(self, claim: Quantity) -> Span | None:
        """Where the notes carry a claim; None where they do not."""
        if claim.kind is Kind.QUOTATION:
            return _quoted_in(self.notes, claim)
        if claim.kind is Kind.NAME and self._mixes(claim):
            return None
        spans = [_first(self.gives, keys) for keys in claim.needs]
        found = [span for span in spans if span is not None]
        if len(found) < len(spans) or not found:
            return None
        return (
            Span(min(found).start, max(span.stop for span in found)) if _close(found) else found[0]
        )

    def _mixes(self, name: Quantity) -> bool:
        """Whether a name is put together from two: "Ana Kim" of Ana Silva and Leo Kim."""
        roots = [str(key[1]) for keys in name.needs for key in keys]
        return any(
            one in self._next_names
            and other in self._next_names.values()
            and self._next_names[one] != other
            for one, other in pairwise(roots)
        )


def _name_pairs(notes: str) -> dict[str, str]:
    """Each word of a name with the one behind it."""
    pairs: dict[str, str] = {}
    for one, other in pairwise(find_words(notes)):
        if is_capital(one.text) and is_capital(other.text) and one.clause == other.clause:
            pairs.setdefault(stem(one.text), stem(other.text))
    return pairs


@lru_cache(maxsize=4)
def read_notes(notes: str) -> Source:
    """Notes made ready for checking; they are checked against again and again."""
    return Source(notes)


def _close(spans: list[Span]) -> bool:
    return max(span.stop for span in spans) - min(spans).start <= 40


def _first(gives: Mapping[Key, Span], keys: Iterable[Key]) -> Span | None:
    """The earliest place that gives one of the keys; sets have no order of their own."""
    return min((gives[key] for key in keys if key in gives), default=None)


def _quoted_in(notes: str, claim: Quantity) -> Span | None:
    """A quotation stands if the notes have its words in its order, quoted or not."""
    [[key]] = claim.needs
    words = str(key[1]).split()
    noted = list(re.finditer(r"\w+", notes))
    for place in range(len(noted) - len(words) + 1):
        run = noted[place : place + len(words)]
        if words and [match[0].casefold() for match in run] == words:
            return Span(run[0].start(), run[-1].end())
    return None


def outside(entities: list[Quantity], quantities: list[Quantity]) -> list[Quantity]:
    """The quantities that are no part of a link or a tag."""
    return [one for one in quantities if not any(one.span.touches(e.span) for e in entities)]


def loose_stems(text: str, quantities: Iterable[Quantity]) -> frozenset[str]:
    """Stems of the content words that are no part of a quantity, link or tag."""
    claims = [quantity for quantity in quantities if quantity.is_claim]
    return frozenset(stem(word.text) for word in loose_words(text, claims))


def loose_words(text: str, quantities: Iterable[Quantity]) -> list[Word]:
    """The content words that are no part of these."""
    taken = bytearray(len(text))
    for quantity in quantities:
        span = quantity.span
        taken[span.start : span.stop] = b"\x01" * (span.stop - span.start)
    return [
        word
        for word in find_words(text)
        if word.is_content and not any(taken[word.start : word.stop])
    ]
