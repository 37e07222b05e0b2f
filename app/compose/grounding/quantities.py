"""Numbers with what they count: dates, times, prices, percentages, measures, plain numbers.

Two spellings are the same fact where they share a `Key`: 1,200 and 1200, 7pm and 19:00, 3 February
and Feb 3, 90 minutes and 1.5 hours, twelve and 12.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.dates import either_half, find_moments
from app.compose.grounding.meaning import Key, Quantity
from app.compose.grounding.numbers import Number, find_numbers
from app.compose.grounding.units import AFTER, BEFORE, CURRENCIES, Unit, unit
from app.compose.words import FUNCTION_WORDS

_HALF = re.compile(r"\d\s?[ap]\.?m\b|noon|midnight", re.IGNORECASE)
_OPENING_HOURS = re.compile(
    r"\b(?:open|opens|hours|daily|doors|from|between|workshop|session|market|shop|office|mon\w*|tue\w*"
    r"|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*)[\s:,]*(?:\d{1,2}\s?(?:-|–|to)\s?)?$",
    re.IGNORECASE,
)
"""What stands before hours without am and pm."""
_COUNTED = re.compile(r"\s([a-z]{3,})\b")
_OLD = re.compile(r"[\s-](?:year|yr)s?[\s-]old\b", re.IGNORECASE)
_A_NOUN = re.compile(r"[\s-]?[A-Za-z]{2,}")
"""A word right behind a number, which counts it or gives its unit."""
_LIST = re.compile(r"\s?(?:-|–|—|/|,|and|or|to|&)\s?")
"""What may stand between numbers that share a unit: "5 and 10 km", "$3-5"."""


def find_quantities(text: str, *, is_notes: bool = False) -> list[Quantity]:
    """All quantities of a text, left to right.

    Of notes: read generously, so that what may be meant in haste is given.
    """
    moments = find_moments(text, is_notes=is_notes)
    free = [
        number
        for number in find_numbers(text)
        if not any(moment.span.touches(Span(number.start, number.stop)) for moment in moments)
    ]
    measured = _measured(text, free)
    found = moments + [_quantity(text, one) for one in measured]
    if is_notes:
        found = _read_generously(text, found, {one.unit for one in measured})
    return sorted(found, key=lambda quantity: quantity.span)


def _read_generously(notes: str, found: list[Quantity], units: set[Unit | None]) -> list[Quantity]:
    """What people leave out: "open 9-5" is from 9am to 5pm, "doors 7pm, film 7:30" both evening."""
    has_half = _HALF.search(notes) is not None
    currencies = {key[1] for q in found if q.kind is Kind.PRICE for key in q.gives if len(key) == 3}
    return [
        replace(
            one,
            gives=one.gives
            | _left_out(notes, one, has_half, currencies)
            | _without_unit(notes, one, units),
        )
        for one in found
    ]


def _without_unit(notes: str, quantity: Quantity, units: set[Unit | None]) -> frozenset[Key]:
    """What "was 5" gives beside "3 miles": a number that counts nothing may have any unit of the
    notes.
    """
    is_bare = quantity.kind is Kind.NUMBER and not _A_NOUN.match(notes, quantity.span.stop)
    if not is_bare or _OPENING_HOURS.search(notes[: quantity.span.start]):
        return frozenset()
    return frozenset(
        ("measure", one.measures, key[1] * one.factor)
        for one in units
        for key in quantity.gives
        if one and key[0] == "n" and isinstance(key[1], Decimal)
    )


def _left_out(
    notes: str, quantity: Quantity, has_half: bool, currencies: set[object]
) -> frozenset[Key]:
    keys: set[Key] = set()
    is_half_open = has_half and not _HALF.search(quantity.span.of(notes))
    for key in quantity.gives:
        if key[0] == "time" and is_half_open and isinstance(key[1], int):
            keys.add(("time", (key[1] + 720) % 1440))
        if key[0] == "n" and isinstance(key[1], Decimal):
            if _OPENING_HOURS.search(notes[: quantity.span.start]) and key[1] <= 24:
                keys.update(either_half(int(key[1]), 0))
            if len(currencies) == 1 and (key[1] >= 1000 or key[1] != int(key[1])):
                keys.add(("measure", *currencies, key[1]))
    return frozenset(keys)


@dataclass
class _Measured:
    """A number, its stretch with the unit included, and the unit where it has one."""

    number: Number
    start: int
    stop: int
    unit: Unit | None
    is_shared: bool = False
    shared_scale: int = 1


def _measured(text: str, numbers: list[Number]) -> list[_Measured]:
    found = [_with_unit(text, number) for number in numbers]
    for one, other in pairwise(found):
        # "$3-5": a currency in front goes for the numbers behind as well.
        if other.unit is None and one.start < one.number.start and _in_list(text, one, other):
            other.unit, other.is_shared = one.unit, True
    for other, one in pairwise(reversed(found)):
        if one.unit is None and other.unit is not None and _in_list(text, one, other):
            one.unit, one.is_shared = other.unit, True
        if one.number.scale == 1 and _in_list(text, one, other):
            one.shared_scale = other.number.scale
    return found


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
        # "71 years old" may be told as 71, and "under 13s" are people.
        is_loose = after[0] == "s" or _OLD.match(text, number.stop) is not None
        return _Measured(number, number.start, after.end(), unit(after[0]), is_shared=is_loose)
    return _Measured(number, number.start, number.stop, None)


def _quantity(text: str, measured: _Measured) -> Quantity:
    number, span = measured.number, Span(measured.start, measured.stop)
    values = number.values | {value * measured.shared_scale for value in number.values}
    bare: set[Key] = {("bare", value) for value in values}
    plain: set[Key] = {("n", value) for value in values}
    if Decimal("0.5") in values:
        bare.add(("measure", "percent", Decimal(50)))
    ordinals: set[Key] = {("ordinal", value) for value in values} if number.is_ordinal else set()
    bare |= ordinals
    if number.literal:
        plain.add(("literal", number.literal))
    if measured.unit is None:
        needs = plain if number.literal is None or number.values else {("literal", number.literal)}
        needs = set(needs) | _clock_alternatives(text, span)
        gives = plain | bare | _clock_alternatives(text, span)
        if ordinals and span.of(text).isalpha():
            # Of "fourth go" nobody makes "four"; of "the 4th" a date may make 4.
            needs, gives = needs | ordinals, ordinals
        if counted_word(text, span.stop) is None:
            needs |= bare
        kind = Kind.NUMBER
    else:
        scaled: set[Key] = {
            ("measure", measured.unit.measures, value * measured.unit.factor) for value in values
        }
        is_loose = measured.is_shared or measured.unit.measures == "times"
        needs = scaled | plain | bare if is_loose else scaled | _as_hour(text, span, values)
        gives = scaled | bare | (plain if is_loose else set())
        kind = _kind(measured.unit)
    is_claim = not (number.is_weak and measured.unit is None)
    return Quantity(kind, span, (frozenset(needs),), frozenset(gives), is_claim)


def _as_hour(text: str, span: Span, values: frozenset[Decimal]) -> set[Key]:
    """20h may be a time of day."""
    if not span.of(text).endswith("h"):
        return set()
    return {("time", int(value) * 60 % 1440) for value in values if value <= 24}


def _clock_alternatives(text: str, span: Span) -> frozenset[Key]:
    """8.30 may be a time of day."""
    match = re.fullmatch(r"(\d{1,2})\.([0-5]\d)", span.of(text))
    if match is None or int(match[1]) > 24:
        return frozenset()
    return either_half(int(match[1]), int(match[2]))


def counted_word(text: str, stop: int) -> Span | None:
    """The word behind a number that it counts: "5 bands" needs five of something."""
    behind = _COUNTED.match(text, stop)
    return Span(*behind.span(1)) if behind and behind[1] not in FUNCTION_WORDS else None


def _kind(measure: Unit) -> Kind:
    if measure.measures == "percent":
        return Kind.PERCENTAGE
    return Kind.PRICE if measure.measures in CURRENCIES else Kind.NUMBER
