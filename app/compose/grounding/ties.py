"""What a number is tied to, and who does what: marks for facts that changed places.

By order and neighbours only. A number is moved where the text puts it beside words that the notes
put beside another number, and beside none of its own; names are exchanged where two of them stand
around one verb the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.quantities import Quantity
from app.compose.grounding.wording import is_capital
from app.compose.words import Word, find_words, stem

_NEAR = 3
"""How many words to either side of a number belong to it, within its clause."""
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
    "than": "than",
    "instead": "than",
}


@dataclass(frozen=True)
class _Tie:
    """A quantity, the stems beside it, what it counts, and the preposition in front of it."""

    quantity: Quantity
    beside: frozenset[str]
    counted: str | None
    role: str | None


def find_moved(
    notes: str, noted: list[Quantity], text: str, said: list[Quantity]
) -> dict[Span, Span]:
    """Quantities of the text that stand where the notes have another one; with the notes' place."""
    here, there = _ties(notes, noted), _ties(text, said)
    moved = {}
    for tie in there:
        own = [other for other in here if _same(tie.quantity, other.quantity)]
        others = [other for other in here if not _same(tie.quantity, other.quantity)]
        if own and any(
            differs(tie, own, others) for differs in (_counts_other, _is_elsewhere, _turned_round)
        ):
            moved[tie.quantity.span] = own[0].quantity.span
    return moved


def _counts_other(tie: _Tie, own: list[_Tie], others: list[_Tie]) -> bool:
    """In front of the very word that the notes have behind another number."""
    if tie.counted is None or any(other.counted == tie.counted for other in own):
        return False
    return any(other.counted == tie.counted for other in others)


def _is_elsewhere(tie: _Tie, own: list[_Tie], others: list[_Tie]) -> bool:
    """Beside words of another number alone, of the same kind of number."""
    mine = frozenset[str]().union(*(other.beside for other in own))
    rivals = [other for other in others if _alike(tie.quantity, other.quantity)]
    theirs = frozenset[str]().union(*(other.beside for other in rivals)) - mine
    return bool(tie.beside & theirs) and not tie.beside & mine


def _alike(one: Quantity, other: Quantity) -> bool:
    return one.kind is other.kind


def _turned_round(tie: _Tie, own: list[_Tie], others: list[_Tie]) -> bool:
    """ "From 0.8 to 3" where the notes say "from 3 to 0.8"."""
    if tie.role is None or any(other.role in (None, tie.role) for other in own):
        return False
    return any(other.role == tie.role for other in others)


def _same(one: Quantity, other: Quantity) -> bool:
    return all(keys & other.gives for keys in one.needs)


def _ties(text: str, quantities: list[Quantity]) -> list[_Tie]:
    words = find_words(text)
    spans = [quantity.span for quantity in quantities]
    return [_tie(quantity, words, spans) for quantity in quantities]


def _tie(quantity: Quantity, words: list[Word], spans: list[Span]) -> _Tie:
    span = quantity.span
    before = [word for word in words if word.stop <= span.start]
    behind = [word for word in words if word.start >= span.stop]
    inside = [word for word in words if Span(word.start, word.stop).touches(span)]
    clause = inside[0].clause if inside else (before[-1].clause if before else 0)
    beside: set[str] = set()
    for side in (list(reversed(before)), behind):
        beside.update(_beside(side, clause, spans))
    role = _ROLES.get(before[-1].plain) if before else None
    return _Tie(quantity, frozenset(beside), _counted(quantity, behind, clause), role)


def _counted(quantity: Quantity, behind: list[Word], clause: int) -> str | None:
    """The stem of the word right behind a plain number."""
    if quantity.kind is not Kind.NUMBER or not behind or behind[0].clause != clause:
        return None
    return stem(behind[0].text) if behind[0].is_content else None


def _beside(words: list[Word], clause: int, spans: list[Span]) -> list[str]:
    """The nearest content words of the clause, up to the next number."""
    found: list[str] = []
    for word in words:
        here = Span(word.start, word.stop)
        if word.clause != clause or any(here.touches(span) for span in spans):
            break
        if word.is_content:
            found.append(stem(word.text))
        if len(found) == _NEAR or word.plain == "and":
            break
    return found


def find_exchanged(notes: str, text: str) -> list[tuple[Span, Span]]:
    """Names around one verb that the notes have the other way round: "Ben thanks Anna"."""
    heads = {stem(word.text) for word in find_words(notes) if is_capital(word.text)}
    noted, said = _pairs(notes, heads), _pairs(text, heads)
    found = []
    for (one, other), (verbs, span) in said.items():
        before, source = noted.get((other, one), (frozenset[str](), span))
        after, _ = noted.get((one, other), (frozenset[str](), span))
        if verbs & before and not verbs & after:
            found.append((span, source))
    return found


def _pairs(text: str, heads: set[str]) -> dict[tuple[str, str], tuple[frozenset[str], Span]]:
    """Each two neighbouring names of a sentence, with the stems between; the active voice alone."""
    words = find_words(text)
    found: dict[tuple[str, str], tuple[frozenset[str], Span]] = {}
    for place, word in enumerate(words):
        if stem(word.text) not in heads:
            continue
        between: set[str] = set()
        for other in words[place + 1 : place + 7]:
            if other.sentence != word.sentence or other.plain == "by":
                break
            if stem(other.text) in heads:
                pair = (stem(word.text), stem(other.text))
                found.setdefault(pair, (frozenset(between), Span(word.start, other.stop)))
                break
            if other.is_content:
                between.add(stem(other.text))
    return found
