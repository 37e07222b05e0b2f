"""Numbers as people write them: 1,200 and 1200, 0.8, 2.5k, v2.4.1, twenty-five, two dozen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.compose.words import letter_runs

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {
    **{word: value for value, word in enumerate([*_UNITS, *_TEENS])},
    **{word: 20 + 10 * place for place, word in enumerate(_TENS)},
}
_SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "k": 10**3,
    "bn": 10**9,
    "M": 10**6,
}
_MULTIPLES = {
    "half": Decimal("0.5"),
    "twice": Decimal(2),
    "double": Decimal(2),
    "doubles": Decimal(2),
    "doubled": Decimal(2),
    "thrice": Decimal(3),
    "triple": Decimal(3),
    "tripled": Decimal(3),
    "couple": Decimal(2),
    "pair": Decimal(2),
    "both": Decimal(2),
}
_ORDINAL_UNITS = "first second third fourth fifth sixth seventh eighth ninth".split()
_ORDINALS = {
    **{word: value for value, word in enumerate(_ORDINAL_UNITS, start=1) if word != "second"},
    **{"tenth": 10, "eleventh": 11, "twelfth": 12},
    **{f"{word}th": value for value, word in enumerate(_TEENS, start=13)},
    **{f"{word[:-1]}ieth": 10 * value for value, word in enumerate(_TENS, start=2)},
    **{
        f"{tens}-{unit}": 10 * value + number
        for value, tens in enumerate(_TENS, start=2)
        for number, unit in enumerate(_ORDINAL_UNITS, start=1)
    },
}
_WEAK = frozenset({"one", "both", "couple", "pair", "zero", "half", "first"})
"""Words that count in notes, yet often count nothing ("one of", "a couple of", "half-way")."""

NUMBER_WORDS = frozenset(
    {*_SMALL, *_MULTIPLES, *_ORDINALS, *_TENS, *(word for word in _SCALES if len(word) > 2)}
    | {"dozens", "hundreds", "thousands", "millions"}
)
"""Every single word that counts something."""
_BEGINNINGS = NUMBER_WORDS | {f"{word}s" for word in (*_SCALES, *_ORDINALS)}
"""One of these is in every number that is written in words."""

_ONE_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_SMALL_WORDS = rf"(?:(?:{'|'.join(_TENS)})[-\s](?:{'|'.join(_UNITS[1:10])})|{_ONE_WORD})"
_IN_WORDS = re.compile(
    rf"\b(?:(?P<of>a|{_SMALL_WORDS})\s(?P<scale>dozen|hundred|thousand|million|billion)s?"
    rf"(?:\s(?:and\s)?(?P<rest>{_SMALL_WORDS}))?"
    rf"|(?P<small>{_SMALL_WORDS})(?!-(?:{'|'.join(_ORDINAL_UNITS)}))"
    rf"|(?P<dozen>dozen|dozens|hundreds|thousands|millions)"
    rf"|(?P<multiple>{'|'.join(_MULTIPLES)})"
    rf"|(?P<ordinal>{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})s?)\b",
    re.IGNORECASE,
)
_IN_DIGITS = re.compile(
    r"(?<!\w)(?<!\d[.,])(?P<digits>"
    r"\d{1,3}(?:[,’'\u00a0\u202f]\d{3})+(?:\.\d+)?"
    r"|\d+(?:\.\d+){2,}|\d+[.,]\d+|\.\d+|\d+)"
    r"(?P<scale>\s?(?:thousand|million|billion|bn)\b|k\b|K\b|M\b(?!\w))?"
    r"(?P<ordinal>st|nd|rd|th)?(?![\d])"
)
_VERSION = re.compile(r"(?<!\w)[vV](?P<digits>\d+(?:\.\d+)*)\b")


@dataclass(frozen=True)
class Number:
    """A number in a text; start and stop in code points.

    Attributes:
        values: what it may mean: "1.200" is 1.2 in one country and 1200 in another.
        literal: the digits of a version, which only themselves are equal to.
        is_weak: a word that may as well count nothing.
        is_ordinal: "26th", "third".
        scale: what "k" or "million" behind it multiplies it by.
    """

    start: int
    stop: int
    values: frozenset[Decimal]
    literal: str | None = None
    is_weak: bool = False
    is_ordinal: bool = False
    scale: int = 1


@lru_cache(maxsize=256)
def find_numbers(text: str) -> tuple[Number, ...]:
    """All numbers, left to right. Of one text they are asked for again and again, by each rule that
    has to tell something else from them.
    """
    found = [*_versions(text), *_digits(text), *_words(text)]
    found.sort(key=lambda number: (number.start, -number.stop))
    kept: list[Number] = []
    for number in found:
        if not kept or number.start >= kept[-1].stop:
            kept.append(number)
    return tuple(kept)


def in_words(value: int) -> str:
    """An English number below a thousand in words; empty for others."""
    if value < 0 or value > 999:
        return ""
    if value >= 100:
        rest = in_words(value % 100) if value % 100 else ""
        return f"{_UNITS[value // 100]} hundred" + (f" and {rest}" if rest else "")
    if value < 20:
        return [*_UNITS, *_TEENS][value]
    unit = value % 10
    return _TENS[value // 10 - 2] + (f"-{_UNITS[unit]}" if unit else "")


def _versions(text: str) -> Iterator[Number]:
    for match in _VERSION.finditer(text):
        yield Number(match.start(), match.end(), _values(match["digits"]), match["digits"])


def _digits(text: str) -> Iterator[Number]:
    for match in _IN_DIGITS.finditer(text):
        digits = match["digits"]
        is_version = digits.count(".") > 1
        scale, stop = _scale(text, match)
        yield Number(
            match.start(),
            stop,
            frozenset(value * scale for value in _values(digits)),
            digits if is_version else None,
            is_ordinal=bool(match["ordinal"]),
            scale=scale,
        )


def _scale(text: str, match: re.Match[str]) -> tuple[int, int]:
    """What the number is multiplied by, and where it ends; a small m is a million of money."""
    if match["scale"]:
        name = match["scale"].strip()
        return _SCALES[name if name == "M" else name.lower()], match.end()
    is_money = text[: match.start()].endswith(("$", "€", "£"))
    if is_money and re.match(r"m\b", text[match.end() :]):
        return 10**6, match.end() + 1
    return 1, match.end()


def _values(digits: str) -> frozenset[Decimal]:
    if digits.count(".") > 1:
        return frozenset()
    plain = re.sub(r"[’'\u00a0\u202f]", "", digits)
    values = set()
    if "," in plain and re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        values.add(Decimal(plain.replace(",", "")))
    elif "," in plain:
        values.add(Decimal(plain.replace(",", ".")))
    else:
        values.add(Decimal(plain))
        if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain):
            values.add(Decimal(plain.replace(".", "")))
    return frozenset(values)


def _words(text: str) -> Iterator[Number]:
    if _BEGINNINGS.isdisjoint(letter_runs(text)):
        return
    for match in _IN_WORDS.finditer(text):
        word = match[0].lower()
        yield Number(
            match.start(),
            match.end(),
            frozenset({_word_value(match)}),
            is_weak=word in _WEAK,
            is_ordinal=match["ordinal"] is not None,
        )


def _word_value(match: re.Match[str]) -> Decimal:
    if match["multiple"]:
        return _MULTIPLES[match["multiple"].lower()]
    if match["ordinal"]:
        return Decimal(_ORDINALS[match["ordinal"].lower()])
    if match["dozen"]:
        return Decimal(_SCALES[match["dozen"].lower().removesuffix("s")])
    if match["small"]:
        return Decimal(_small(match["small"]))
    times = 1 if match["of"].lower() == "a" else _small(match["of"])
    rest = _small(match["rest"]) if match["rest"] else 0
    return Decimal(times * _SCALES[match["scale"].lower()] + rest)


def _small(words: str) -> int:
    return sum(_SMALL[word] for word in re.split(r"[-\s]", words.lower()))
