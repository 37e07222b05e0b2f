"""Days, months and times of day, in the forms in which people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.meaning import Key, Quantity
from app.compose.words import letter_runs, stem

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = {form: at for at, name in enumerate(_MONTHS, 1) for form in (name, name[:3])} | {"sept": 9}
_DAY_FORMS = {
    form: at
    for at, name in enumerate(_DAYS)
    for form in (name, name + "s", name[:3], name[:4], name[:3] + "s")
} | {"tues": 1, "thur": 3, "thurs": 3, "weds": 2}
_RELATIVE = {
    "today": "today",
    "tonight": "tonight",
    "tomorrow": "tomorrow",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tomoz": "tomorrow",
    "yesterday": "yesterday",
    "weekend": "weekend",
    "weekends": "weekend",
    "wkend": "weekend",
    "wknd": "weekend",
    "wkends": "weekend",
    "wknds": "weekend",
    "daily": "daily",
    "weekly": "weekly",
    "monthly": "monthly",
    "yearly": "yearly",
    "annual": "yearly",
    "annually": "yearly",
}
CALENDAR_WORDS = (
    frozenset(MONTHS)
    | frozenset(_DAY_FORMS)
    | frozenset(_RELATIVE)
    | {
        "noon",
        "midday",
        "midnight",
    }
)
_AMBIGUOUS = frozenset(
    {"may", "march", "mar", "sat", "sats", "sun", "suns", "wed", "mon", "mons", "jan", "dec"}
)
"""Also ordinary words or names: in a text they count only where a date is due."""

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = "|".join(sorted(_DAY_FORMS, key=len, reverse=True))
_ORDINAL = r"(?:st|nd|rd|th)?"
_AND = r"\s?(?:and|or|to|&|\+|/|-|–|—)\s?"
_YEAR = r"(?:,?\s(?P<year>(?:19|20)\d\d)\b)?"
_DAY_FIRST = re.compile(
    rf"\b(?P<days>\d{{1,2}}{_ORDINAL}(?:{_AND}\d{{1,2}}{_ORDINAL})*)"
    rf"\s(?:of\s)?(?P<month>{_MONTH})\b\.?{_YEAR}",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<month>{_MONTH})\b\.?\s(?:the\s)?"
    rf"(?P<days>\d{{1,2}}{_ORDINAL}(?:{_AND}\d{{1,2}}{_ORDINAL}(?![\w:.]))*)(?![\w:]|\.\d){_YEAR}",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b")
_SLASHED = re.compile(
    r"(?<![\d/.])(?P<a>\d{1,2})[/.](?P<b>\d{1,2})(?:[/.](?P<year>\d{4}|\d\d))(?![\d/])"
    r"|(?<![\d/.])(?P<c>\d{1,2})/(?P<d>\d{1,2})(?![\d/])"
    r"|(?<![\d/.])(?P<e>\d\d)\.(?P<f>\d\d)\.(?!\d)"
)
_WORD = re.compile(rf"\b(?:{_MONTH}|{_DAY}|{'|'.join(_RELATIVE)})\b", re.IGNORECASE)
_REGULARLY = re.compile(
    r"(?:\b(?:a|per|each|every)\s|/\s?)(?P<what>day|week|wk|month|mth|year|yr)\b", re.IGNORECASE
)
"""What notes have for "monthly" and the like."""
_HOW_OFTEN = {"day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
_DUE = re.compile(
    r"(?:\b(?:on|in|by|until|till|til|from|since|of|to|every|each|this|next|last|and|or|late|early|mid)"
    r"|[-–,/(&]|\d)\s?$",
    re.IGNORECASE,
)
_IN_HASTE = re.compile(
    r"\b(?:in|by|until|till|til|from|since|next|last|early|late|mid|end of)\s$", re.IGNORECASE
)
"""What makes a lower-case "may" or "march" of hasty notes a month, in front of it."""
_TO_A_MONTH = re.compile(rf"\s?(?:to|-|–)\s?(?:{_MONTH})\b", re.IGNORECASE)
"""The same behind it."""
_MORE_DATE = re.compile(r"\.?,?\s?\d|\s?[-–&:]|\s(?:to|and|at)\s")
_CLOCK = re.compile(
    r"(?<![\w.,:])(?P<hour>\d{1,2})(?:(?P<sep>[:.h])(?P<minute>[0-5]\d))?"
    r"(?:\s?(?P<m>[ap])\.?m\b)?"
    r"(?P<oclock>\s?o['’]clock\b)?(?![\w:]|[.,]\d)",
    re.IGNORECASE,
)
_NOON = re.compile(r"\b(?:noon|midday|midnight)\b", re.IGNORECASE)
_TO_A_CLOCK = re.compile(r"\s?(?:-|–|—|to|until|till|and|or|/|,)\s?(?=\d)")


def find_moments(text: str, *, is_notes: bool = False) -> list[Quantity]:
    """All dates and times, left to right, none within another.

    In notes, which are written in haste, every short form of a day counts.
    """
    found = [
        *_iso(text),
        *_with_month(text),
        *_slashed(text),
        *_clocks(text),
        *_noons(text),
        *_words(text, is_notes),
        *(_regularly(text) if is_notes else ()),
    ]
    kept: list[Quantity] = []
    for moment in found:
        if not any(moment.span.touches(other.span) for other in kept):
            kept.append(moment)
    return sorted(kept, key=lambda moment: moment.span)


def _with_month(text: str) -> Iterator[Quantity]:
    if MONTHS.keys().isdisjoint(letter_runs(text)):
        return
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            month = MONTHS[match["month"].lower()]
            days = [int(day) for day in re.findall(r"\d+", match["days"])]
            if not all(1 <= day <= 31 for day in days):
                continue
            needs: list[frozenset[Key]] = [frozenset({("day", month, day)}) for day in days]
            gives: set[Key] = {("month", month)}
            gives.update(("day", month, day) for day in days)
            gives.update(("bare", day) for day in days)
            yield _dated(match, needs, gives)


def _dated(match: re.Match[str], needs: list[frozenset[Key]], gives: set[Key]) -> Quantity:
    if year := match["year"]:
        value = int(year) if len(year) == 4 else 2000 + int(year)
        needs = [*needs, frozenset({("n", value)})]
        gives = gives | {("n", value)}
    return Quantity(Kind.DATE, Span(*match.span()), tuple(needs), frozenset(gives))


def _iso(text: str) -> Iterator[Quantity]:
    for match in _ISO.finditer(text):
        month, day = int(match["month"]), int(match["day"])
        gives: set[Key] = {("day", month, day), ("month", month), ("bare", day)}
        yield _dated(match, [frozenset({("day", month, day)})], gives)


def _slashed(text: str) -> Iterator[Quantity]:
    """3/2 may be in February or in March, or be no date at all: it says any of them. 10.03. has the
    day first; at the end of an English sentence it may as well be a time.
    """
    for match in _SLASHED.finditer(text):
        one, two = (int(number) for number in match.group("a", "b", "c", "d", "e", "f") if number)
        orders = ((one, two),) if match["e"] else ((one, two), (two, one))
        days: set[Key] = {("day", b, a) for a, b in orders if 1 <= b <= 12 and 1 <= a <= 31}
        if not days:
            continue
        times = either_half(one, two) if match["e"] else frozenset()
        yield _dated(match, [frozenset(days | times)], {*days, *times, ("n", one), ("n", two)})


def _clocks(text: str) -> Iterator[Quantity]:
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if hour > 24:
            continue
        if _starts_range(text, match):
            yield _range_start(match, hour, minute)
        elif match["m"] or match["oclock"] or match["sep"] in (":", "h"):
            yield _clock(match, hour, minute, match["m"])


def either_half(hour: int, minute: int) -> frozenset[Key]:
    """A time of day that may be before noon or after it."""
    at = 60 * hour + minute
    return frozenset({("time", at % 1440), ("time", (at + 720) % 1440)})


def _starts_range(text: str, match: re.Match[str]) -> bool:
    """Whether this is the 4 of "4-6pm", which takes its half of the day from the 6."""
    later = _TO_A_CLOCK.match(text, match.end())
    other = _CLOCK.match(text, later.end()) if later and not match["m"] else None
    return other is not None and other["m"] is not None


def _clock(match: re.Match[str], hour: int, minute: int, half: str | None) -> Quantity:
    at = 60 * hour + minute
    if half:
        at = 60 * (hour % 12 + (12 if half.lower() == "p" else 0)) + minute
    exact: Key = ("time", at % 1440)
    gives = {exact} | ({("bare", hour)} if minute == 0 else set())
    # A text may leave out am and pm that its notes have; it may not add them.
    may_be = {exact} if half or hour > 12 else {*either_half(hour, minute)}
    if match["oclock"] and not half:
        may_be.add(("n", hour))
    return Quantity(Kind.TIME, Span(*match.span()), (frozenset(may_be),), frozenset(gives))


def _range_start(match: re.Match[str], hour: int, minute: int) -> Quantity:
    keys = either_half(hour, minute) | {("bare", hour)}
    return Quantity(Kind.TIME, Span(*match.span()), (keys,), keys)


def _noons(text: str) -> Iterator[Quantity]:
    for match in _NOON.finditer(text):
        key: Key = ("time", 0 if match[0].lower() == "midnight" else 720)
        gives: frozenset[Key] = frozenset({key, ("bare", 12)})
        yield Quantity(Kind.TIME, Span(*match.span()), (frozenset({key}),), gives)


def _words(text: str, is_notes: bool) -> Iterator[Quantity]:
    if CALENDAR_WORDS.isdisjoint(letter_runs(text)):
        return
    for match in _WORD.finditer(text):
        word = match[0].lower()
        is_clear = word not in _AMBIGUOUS or (is_notes and word not in ("may", "march"))
        is_due = _is_due(text, match) or (is_notes and _is_due_in_haste(text, match))
        if not is_clear and not is_due:
            continue
        key = _meaning(word)
        yield Quantity(Kind.DATE, Span(*match.span()), (frozenset({key}),), frozenset({key}))


def _regularly(notes: str) -> Iterator[Quantity]:
    """What gives "monthly" and the like, and is no fact of its own: "£50 a month"."""
    for match in _REGULARLY.finditer(notes):
        key: Key = ("when", _HOW_OFTEN[stem(match["what"])])
        yield Quantity(Kind.DATE, Span(*match.span()), (frozenset({key}),), frozenset({key}), False)


def _is_due(text: str, match: re.Match[str]) -> bool:
    behind = text[match.end() :]
    if not match[0][0].isupper():
        return bool(re.match(r"\s\d", behind))
    return bool(_DUE.search(text[: match.start()]) or _MORE_DATE.match(behind))


def _is_due_in_haste(notes: str, match: re.Match[str]) -> bool:
    before = _IN_HASTE.search(notes, 0, match.start())
    return bool(before or _TO_A_MONTH.match(notes, match.end()))


def _meaning(word: str) -> Key:
    if word in _RELATIVE:
        return ("when", _RELATIVE[word])
    if word in MONTHS:
        return ("month", MONTHS[word])
    return ("weekday", _DAY_FORMS[word])
