"""How the notes' facts may be spelled in a text: the strings that a row may be writing towards."""

from __future__ import annotations

import re
from decimal import Decimal

from app.compose.grounding.claims import Kind
from app.compose.grounding.meaning import Quantity
from app.compose.grounding.numbers import find_numbers, in_words
from app.compose.grounding.source import Source
from app.compose.grounding.wording import bare_link
from app.compose.words import find_words

_SIGN = r"[@#$€£¥₹]|://|www\."
MARKED = re.compile(_SIGN)
"""What no ordinary word holds."""
SIGNED = re.compile(rf"{_SIGN}|\w\.\w", re.IGNORECASE)
"""What makes a run of letters a link, a handle, a tag or a price."""
OPENING = "([{\"'“‘«„¿¡"
CLOSING = ".,;:!?)]}\"'”’»…"
SEPARATORS = ".,:/'’-"
"""What may stand between the digits of one number, date or time."""
DIGITS = re.compile(rf"\d[\d{re.escape(SEPARATORS)}]*")
_SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹"}


def literals(source: Source) -> frozenset[str]:
    """The spellings of the notes' links, handles, tags and prices, in lower case."""
    found = set()
    for entity in source.entities:
        written = entity.span.of(source.notes).casefold()
        found.add(written)
        if entity.kind is Kind.LINK:
            bare = bare_link(written)
            found.update({bare, bare.rstrip("/"), f"https://{bare}", written.rstrip("/")})
    for run in source.notes.casefold().split():
        if SIGNED.search(run):
            found.add(run.strip(OPENING + CLOSING))
    for quantity in source.quantities:
        if quantity.kind is Kind.PRICE:
            found.update(_prices(quantity))
    return frozenset(found)


def stumps(source: Source) -> frozenset[str]:
    """What a link is up to its first dot or slash, without its scheme, or up to the end of that;
    unless the notes have it as a word as well.
    """
    links = [entity for entity in source.entities if entity.kind is Kind.LINK]
    begun = {
        re.split(r"[./]", bare_link(link.span.of(source.notes).casefold()))[0] for link in links
    }
    elsewhere = source.notes
    for link in links:
        elsewhere = elsewhere.replace(link.span.of(source.notes), " ")
    if links:
        begun |= {"http", "https"}
    return frozenset(begun) - {word.plain for word in find_words(elsewhere)}


def _prices(quantity: Quantity) -> set[str]:
    """A price with its sign in front, with and without groups of thousands."""
    spelled = set()
    for key in quantity.gives:
        if key[0] == "measure" and key[1] in _SIGNS and isinstance(key[2], Decimal):
            for digits in _spellings(key[2]):
                spelled.add(_SIGNS[key[1]] + digits)
    return spelled


def digit_runs(source: Source) -> frozenset[str]:
    """The numbers of the notes in the digits that they have there, with and without grouping.

    A row converts nothing: "7pm" may become "7 pm", not 19:00, so that a reader finds each number
    of a draft in the notes again.
    """
    found: set[str] = set()
    for run in DIGITS.findall(source.notes):
        digits = run.rstrip(SEPARATORS)
        parts = [part for part in re.split(r"[/:-]", digits) if part]
        found.update([digits, *parts])
        if grouped := re.fullmatch(r"(\d+)([.,]\d\d)?", digits.replace(",", "")):
            found.update({grouped[0], f"{int(grouped[1]):,}{grouped[2] or ''}"})
    return frozenset(found)


def _spellings(value: Decimal) -> set[str]:
    """3.5 as 3.5 and 3.50, 1200 as 1200 and 1,200."""
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    whole, dot, rest = plain.partition(".")
    grouped = f"{int(whole or 0):,}{dot}{rest}"
    return {plain, grouped} | ({plain + "0"} if len(rest) == 1 else set())


def _values(source: Source) -> list[Decimal]:
    return [value for number in find_numbers(source.notes) for value in number.values]


def number_words(source: Source) -> tuple[str, ...]:
    """The whole numbers of the notes in English words."""
    return tuple(in_words(int(value)) for value in _values(source) if value == int(value))


def following_digits(source: Source) -> frozenset[str]:
    """The runs of digits that stand right behind a quantity in the notes: 3 February 2027."""
    found = set()
    for match in DIGITS.finditer(source.notes):
        before = source.notes[: match.start()]
        end = len(before.rstrip())
        inside = any(q.span.start < end <= q.span.stop for q in source.quantities)
        if end < len(before) and inside:
            found.add(match[0].rstrip(SEPARATORS))
    return frozenset(found)
