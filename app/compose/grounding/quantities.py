"""Numbers with what they count: dates, times, prices, percentages, measures, plain numbers.

Two spellings are the same fact where they share a `Key`: 1,200 and 1200, 7pm and 19:00, 3 February
and Feb 3, 90 minutes and 1.5 hours, twelve and 12.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.dates import Key, Moment, find_moments
from app.compose.grounding.numbers import Number, find_numbers
from app.compose.grounding.units import AFTER, BEFORE, CURRENCIES, Unit, unit

_LIST = re.compile(r"\s?(?:-|–|—|/|,|and|or|to|&)\s?")
"""What may stand between numbers that share a unit: "5 and 10 km", "$3-5"."""


@dataclass(frozen=True)
class Quantity:
    """One quantity in a text.

    Attributes:
        needs: what notes have to give for it: one key of each set.
        gives: what it gives where it stands in the notes.
        is_claim: false for words that may as well count nothing ("one", "both").
    """

    kind: Kind
    span: Span
    needs: tuple[frozenset[Key], ...]
    gives: frozenset[Key]
    is_claim: bool = True


def find_quantities(text: str) -> list[Quantity]:
    """All quantities of a text, left to right."""
    moments = find_moments(text)
    free = [
        number
        for number in find_numbers(text)
        if not any(moment.start < number.stop and number.start < moment.stop for moment in moments)
    ]
    found = [_from_moment(moment) for moment in moments] + _measured(text, free)
    return sorted(found, key=lambda quantity: quantity.span)


def _from_moment(moment: Moment) -> Quantity:
    span = Span(moment.start, moment.stop)
    return Quantity(moment.kind, span, moment.needs, moment.gives)


@dataclass
class _Measured:
    """A number, its stretch with the unit included, and the unit where it has one."""

    number: Number
    start: int
    stop: int
    unit: Unit | None
    is_shared: bool = False


def _measured(text: str, numbers: list[Number]) -> list[Quantity]:
    found = [_with_unit(text, number) for number in numbers]
    for one, other in pairwise(found):
        # "$3-5": a currency in front goes for the numbers behind as well.
        if other.unit is None and one.start < one.number.start and _in_list(text, one, other):
            other.unit, other.is_shared = one.unit, True
    for other, one in pairwise(reversed(found)):
        if one.unit is None and other.unit is not None and _in_list(text, one, other):
            one.unit, one.is_shared = other.unit, True
    return [_quantity(measured) for measured in found]


def _in_list(text: str, one: _Measured, other: _Measured) -> bool:
    return _LIST.fullmatch(text, one.stop, other.start) is not None


def _with_unit(text: str, number: Number) -> _Measured:
    if number.is_ordinal:
        return _Measured(number, number.start, number.stop, None)
    before = BEFORE.search(text, 0, number.start)
    if before:
        return _Measured(number, before.start(), number.stop, unit(before[0]))
    after = AFTER.match(text, number.stop)
    if after:
        return _Measured(number, number.start, after.end(), unit(after[0]))
    return _Measured(number, number.start, number.stop, None)


def _quantity(measured: _Measured) -> Quantity:
    number, span = measured.number, Span(measured.start, measured.stop)
    counted: set[Key] = {("n", value) for value in number.values}
    if number.literal:
        counted.add(("literal", number.literal))
    if measured.unit is None:
        needs: set[Key] = {("literal", number.literal)} if number.literal else counted
        kind = Kind.NUMBER
    else:
        scaled = {
            ("measure", measured.unit.measures, value * measured.unit.factor)
            for value in number.values
        }
        is_loose = measured.is_shared or measured.unit.measures == "times"
        needs = scaled | counted if is_loose else set(scaled)
        counted |= scaled
        kind = _kind(measured.unit)
    is_claim = not (number.is_weak and measured.unit is None)
    return Quantity(kind, span, (frozenset(needs),), frozenset(counted), is_claim)


def _kind(measure: Unit) -> Kind:
    if measure.measures == "percent":
        return Kind.PERCENTAGE
    return Kind.PRICE if measure.measures in CURRENCIES else Kind.NUMBER
