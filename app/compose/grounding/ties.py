"""What a number is tied to, and who does what: marks for facts that changed places.

By order and neighbours only. A number is moved where the text puts it beside words that the notes
put beside another number, and beside none of its own; names are exchanged where two of them stand
around one verb the other way round.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.meaning import Quantity
from app.compose.grounding.polarity import find_negations
from app.compose.grounding.wording import is_capital
from app.compose.words import Word, find_words, stem

_REACH = 12
"""Words, and quantities, to either side among which its neighbours are looked for."""
_NEAR = 3
"""How many words to either side of a number belong to it, within its clause."""
_OF = re.compile(r"\s(?:out )?of\s(?:the\s|our\s)?")
_CLAUSE_END = re.compile(r"[.,;:!?\n]")
_MOMENTS = frozenset({Kind.DATE, Kind.TIME})
_LISTED = re.compile(r"\s*[:(–-]\s*")
"""Between a word and the number that belongs to it in a list: "Soup: 4 euros", "Anna (34)"."""
_ROLES = {
    "from": "from",
    "to": "to",
    "until": "to",
    "till": "to",
    "before": "before",
    "after": "after",
    "over": "over",
    "under": "under",
    "below": "under",
    "above": "over",
}
_OPPOSITE = {
    "from": "to",
    "to": "from",
    "before": "after",
    "after": "before",
    "over": "under",
    "under": "over",
}


@dataclass(frozen=True)
class Tie:
    """A quantity, the stems beside it, what it counts, and the preposition in front of it."""

    quantity: Quantity
    beside: frozenset[str]
    counted: str | None
    role: str | None


def find_moved(here: list[Tie], text: str, said: list[Quantity]) -> dict[Span, Span]:
    """Quantities of the text that stand where the notes have another one; with the notes' place."""
    there = find_ties(text, said)
    moved = {}
    denied = [negation.span for negation in find_negations(text)]
    shares = _shares(text, said)
    for tie in there:
        if tie.quantity.span in shares or _shares_a_clause(text, tie.quantity.span, denied):
            continue
        own = [other for other in here if _same(tie.quantity, other.quantity)]
        others = [other for other in here if not _same(tie.quantity, other.quantity)]
        if own and any(
            differs(tie, own, others) for differs in (_counts_other, _is_elsewhere, _turned_round)
        ):
            moved[tie.quantity.span] = own[0].quantity.span
    return moved


def _shares(text: str, quantities: list[Quantity]) -> set[Span]:
    """Both numbers of "51 of 60 are booked": each is tied to the other."""
    found: set[Span] = set()
    for one, other in pairwise(quantities):
        if _OF.fullmatch(text, one.span.stop, other.span.start):
            found.update((one.span, other.span))
    return found


def _shares_a_clause(text: str, span: Span, negations: list[Span]) -> bool:
    """What is denied is not tied: "not open on Monday" says nothing of Monday's opening."""
    return any(
        not _CLAUSE_END.search(text, min(span.stop, other.stop), max(span.start, other.start))
        for other in negations
    )


def _counts_other(tie: Tie, own: list[Tie], others: list[Tie]) -> bool:
    """In front of the very word that the notes have behind another number."""
    if tie.counted is None or any(other.counted == tie.counted for other in own):
        return False
    return any(other.counted == tie.counted for other in others)


def _is_elsewhere(tie: Tie, own: list[Tie], others: list[Tie]) -> bool:
    """Beside words of another number alone, of the same kind of number."""
    mine = frozenset[str]().union(*(other.beside for other in own))
    rivals = [other for other in others if _sort(tie.quantity) == _sort(other.quantity)]
    theirs = frozenset[str]().union(*(other.beside for other in rivals)) - mine
    return bool(mine) and bool(tie.beside & theirs) and not tie.beside & mine


def _sort(quantity: Quantity) -> tuple[object, ...]:
    """What kind of number: euros, metres, a year, a version or a plain count."""
    keys = next(iter(quantity.needs), frozenset())
    measures = sorted(str(key[1]) for key in keys if key[0] == "measure")
    counts = [key[1] for key in keys if key[0] == "n" and isinstance(key[1], Decimal)]
    if measures:
        return (quantity.kind, measures[0])
    if any(key[0] == "literal" for key in keys) or any(count % 1 for count in counts):
        return (quantity.kind, "version")
    if any(1900 <= count <= 2100 for count in counts):
        return (quantity.kind, "year")
    return (quantity.kind,)


def _turned_round(tie: Tie, own: list[Tie], others: list[Tie]) -> bool:
    """ "From 0.8 to 3" where the notes say "from 3 to 0.8", or "from 30 June" for "until"."""
    if tie.role is None or any(other.role in (None, tie.role) for other in own):
        return False
    is_opposite = any(other.role == _OPPOSITE.get(tie.role) for other in own)
    return is_opposite or any(other.role == tie.role for other in others)


def _same(one: Quantity, other: Quantity) -> bool:
    return all(keys & other.gives for keys in one.needs)


def find_ties(text: str, quantities: list[Quantity]) -> list[Tie]:
    """What each quantity of a text is tied to."""
    words = find_words(text)
    starts, stops = [word.start for word in words], [word.stop for word in words]
    found = []
    for number, quantity in enumerate(quantities):
        first = bisect_right(stops, quantity.span.start)
        last = bisect_left(starts, quantity.span.stop)
        near = quantities[max(0, number - _REACH) : number + _REACH + 1]
        before, inside = words[max(0, first - _REACH) : first], words[first:last]
        found.append(_tie(text, quantity, (before, inside, words[last : last + _REACH]), near))
    return found


def _tie(
    text: str,
    quantity: Quantity,
    words: tuple[Sequence[Word], Sequence[Word], Sequence[Word]],
    quantities: list[Quantity],
) -> Tie:
    """`words` are those before it, in it and behind it; `quantities` those around it."""
    span, (before, inside, behind) = quantity.span, words
    clause = inside[0].clause if inside else (before[-1].clause if before else 0)
    beside: set[str] = set()
    for side, gap in (
        (before[::-1], text[before[-1].stop : span.start] if before else ""),
        (behind, text[span.stop : behind[0].start] if behind else ""),
    ):
        is_listed = _LISTED.fullmatch(gap) is not None
        own_clause = side[0].clause if is_listed else clause
        beside.update(_beside(quantity, side, own_clause, quantities))
    is_range = len(quantity.needs) > 1
    role = _ROLES.get(before[-1].plain) if before and not is_range else None
    return Tie(quantity, frozenset(beside), _counted(quantity, behind, clause), role)


def _beside(
    quantity: Quantity, words: Sequence[Word], clause: int, quantities: list[Quantity]
) -> list[str]:
    """The nearest content words of the clause, up to the next number of the same sort.

    A date or a time beside a number is a neighbour like a word.
    """
    found: list[str] = []
    for word in words:
        if word.clause != clause:
            break
        here = Span(word.start, word.stop)
        other = next((other for other in quantities if here.touches(other.span)), None)
        if other is not None and (other.kind is quantity.kind or other.kind not in _MOMENTS):
            break
        if other is not None:
            found.append(str(sorted(map(str, other.gives))[0]))
        elif word.is_content:
            found.append(stem(word.text))
        if len(found) == _NEAR or word.plain == "and":
            break
    return found


def _counted(quantity: Quantity, behind: Sequence[Word], clause: int) -> str | None:
    """The stem of the word right behind a plain number."""
    if quantity.kind is not Kind.NUMBER or not behind or behind[0].clause != clause:
        return None
    return stem(behind[0].text) if behind[0].is_content else None


def find_exchanged(notes: str, text: str) -> list[tuple[Span, Span]]:
    """Names around one verb that the notes have the other way round: "Ben thanks Anna"."""
    heads, noted = _noted_pairs(notes)
    said = _pairs(text, heads)
    found = []
    for pair in said:
        same = [other for other in noted if pair.is_like(other)]
        turned = [other for other in noted if pair.is_turned(other)]
        if turned and not same:
            found.append((pair.span, turned[0].span))
    return found


@lru_cache(maxsize=8)
def _noted_pairs(notes: str) -> tuple[frozenset[str], tuple[_Pair, ...]]:
    heads = frozenset(stem(word.text) for word in find_words(notes) if is_capital(word.text))
    return heads, tuple(_pairs(notes, heads))


@dataclass(frozen=True)
class _Pair:
    """Two neighbouring names of a sentence, and the stems between them."""

    first: frozenset[str]
    between: frozenset[str]
    second: frozenset[str]
    span: Span

    def is_like(self, other: _Pair) -> bool:
        return bool(
            self.between & other.between and self.first & other.first and self.second & other.second
        )

    def is_turned(self, other: _Pair) -> bool:
        return bool(
            self.between & other.between and self.first & other.second and self.second & other.first
        )


_MUTUAL = frozenset(
    map(stem, "with by from and or vs versus play plays meet face join get".split())
)
"""Between two names these say the same in either order, or turn it round."""


def _pairs(text: str, heads: frozenset[str]) -> list[_Pair]:
    """The active voice alone, over at most five words."""
    words = find_words(text)
    runs = _name_runs(words, heads)
    found = []
    for one, other in pairwise(runs):
        inner = [
            word for word in words if one[-1].stop <= word.start and word.stop <= other[0].start
        ]
        between = frozenset(stem(word.text) for word in inner)
        if len(inner) > 5 or one[0].sentence != other[0].sentence or between & _MUTUAL:
            continue
        verbs = frozenset(stem(word.text) for word in inner if word.is_content)
        first, second = (frozenset(stem(word.text) for word in run) for run in (one, other))
        found.append(_Pair(first, verbs, second, Span(one[0].start, other[-1].stop)))
    return found


def _name_runs(words: Sequence[Word], heads: frozenset[str]) -> list[list[Word]]:
    """Names of one or more words."""
    runs: list[list[Word]] = []
    for before, word in zip([None, *words], words, strict=False):
        if stem(word.text) not in heads:
            continue
        if runs and before is runs[-1][-1] and before.clause == word.clause:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs
