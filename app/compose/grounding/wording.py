"""Claims that stand in single words: names, quotations, superlatives, links, handles and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.dates import CALENDAR_WORDS
from app.compose.grounding.meaning import Key, Quantity
from app.compose.grounding.numbers import find_numbers
from app.compose.words import FUNCTION_WORDS, find_words, is_english, stem
from app.post_text import EntityKind, find

_KINDS = {
    EntityKind.URL: Kind.LINK,
    EntityKind.MENTION: Kind.HANDLE,
    EntityKind.HASHTAG: Kind.HASHTAG,
    EntityKind.CASHTAG: Kind.CASHTAG,
}
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»\n]{2,200})[\"”“»]")
_SUPERLATIVE = re.compile(r"\b(?:(?:most|least)\s+\w+|\w{3,}est)\b", re.IGNORECASE)
_IS_LIMIT = re.compile(r"\bat (?:least|most)\s+\S+$", re.IGNORECASE)
"""\"At least 5\" limits a number, and is no superlative."""
_A_FEW = re.compile(
    r"only\s+(?:\d|a\b|one\b|two\b|three\b)|first\s+(?:come|time|name)", re.IGNORECASE
)
_RANKED = re.compile(
    r"(?:\b(?:the|a|our|my|your|his|her|its|their|is|are|was|were|come|comes|came|finished|placed)"
    r"|['’]s)\s$",
    re.IGNORECASE,
)
"""What stands before a "first" that ranks; any other says what is done before the rest."""
_FURTHER = re.compile(r"\b(?:second|third|then|next|other)\b", re.IGNORECASE)
"""Beside these, "first" counts along."""
_NO_SUPERLATIVES = frozenset(
    """
    interest interests forest request guest test contest harvest west nest rest protest invest
    suggest digest arrest conquest quest crest chest pest vest zest honest modest manifest latest
    attest detest infest ingest request retest southwest northwest midwest earnest tempest behest
    bequest divest inquest priest wrest unrest everest budapest
    """.split()
)
_EXTREMES = frozenset(
    """
    best worst first only forever perfect perfectly unique ultimate guaranteed absolutely
    completely totally unmatched unbeatable leading
    """.split()
)
_SPOKEN = frozenset(
    "yes no ok ps fyi btw rsvp faq dm dms q a omg tbd tba asap diy aka est vs".split()
)
"""Words in capitals that name nobody."""
_OWNERS = frozenset("everyone everybody someone somebody nobody one today it that there".split())
"""What may own something, or be something, without being a name."""
_NAME_JOINT = re.compile(r"\s(?:of\s|de\s|the\s|&\s|van\s|von\s|und\s|y\s)?|[-–]")
_LETTERS_AND_DIGITS = re.compile(r"(?=\w*[^\W\d_])\w*\d\w*")


def find_entities(text: str) -> list[Quantity]:
    """Links, handles and tags. A link is the same with and without its scheme."""
    found = []
    for entity in find(text):
        written = text[entity.start : entity.end]
        key = _entity_key(_KINDS[entity.kind], written)
        span = Span(entity.start, entity.end)
        found.append(Quantity(_KINDS[entity.kind], span, (frozenset({key}),), frozenset({key})))
    return found


def bare_link(written: str) -> str:
    """A link without its scheme and its "www."."""
    return _SCHEME.sub("", written)


def _entity_key(kind: Kind, written: str) -> Key:
    if kind is not Kind.LINK:
        return (kind, written[1:].casefold())
    bare = bare_link(written).rstrip("/")
    host, slash, path = bare.partition("/")
    return (kind, host.casefold() + slash + path)


def find_quotations(text: str) -> list[Quantity]:
    """What stands between quotation marks; its words, whatever the punctuation."""
    found = []
    for match in _QUOTED.finditer(text):
        key: Key = ("quote", " ".join(re.findall(r"\w+", match[1].casefold())))
        span = Span(match.start(), match.end())
        found.append(Quantity(Kind.QUOTATION, span, (frozenset({key}),), frozenset({key})))
    return found


def find_superlatives(text: str) -> list[Quantity]:
    """Words for the most, the only and the first, each by its stem."""
    found = []
    for match in _SUPERLATIVE.finditer(text):
        word = match[0].lower()
        is_limit = _IS_LIMIT.search(text, 0, match.end()) or _counts_roughly(word)
        if word not in _NO_SUPERLATIVES and not is_limit:
            found.append(_by_stems(Kind.SUPERLATIVE, match.start(), match[0]))
    for word_ in find_words(text):
        if word_.plain == "first" and not _ranks(text, word_.start):
            continue
        if word_.plain in _EXTREMES and not _A_FEW.match(text, word_.start):
            found.append(_by_stems(Kind.SUPERLATIVE, word_.start, word_.text))
    return found


def _counts_roughly(phrase: str) -> bool:
    """Whether no adjective follows: "most weeks", "most of", "the most we have"."""
    behind = phrase.removeprefix("most").strip()
    is_plural = behind.endswith("s") and not behind.endswith(("ss", "us"))
    return behind != phrase and (behind in FUNCTION_WORDS | {"people"} or is_plural)


def _ranks(text: str, start: int) -> bool:
    return bool(_RANKED.search(text, 0, start)) and not _FURTHER.search(text)


def is_extreme(word: str) -> bool:
    """Whether one lower-case word is a superlative on its own."""
    return word in _EXTREMES or (
        word.endswith("est") and len(word) > 5 and word not in _NO_SUPERLATIVES
    )


def find_names(text: str) -> list[Quantity]:
    """Capitalised words within a sentence, with those they are joined to, and words with digits.

    A capital at the start of a sentence says nothing, nor does one in another language.
    """
    found: list[Quantity] = []
    taken = [(entity.start, entity.end) for entity in find(text)]
    taken += [(number.start, number.stop) for number in find_numbers(text)]
    for start, stop in _capital_runs(text) if is_english(text) else ():
        if any(start < end and begin < stop for begin, end in taken):
            continue
        found.append(_by_stems(Kind.NAME, start, text[start:stop]))
    for match in _LETTERS_AND_DIGITS.finditer(text):
        spans = [Span(begin, end) for begin, end in taken] + [claim.span for claim in found]
        here = Span(match.start(), match.end())
        if not any(here.touches(span) for span in spans):
            found.append(_by_stems(Kind.NAME, match.start(), match[0]))
    return found


def _capital_runs(text: str) -> Iterator[tuple[int, int]]:
    words = [word for word in find_words(text) if word.text[0] not in "@#$"]
    place = 0
    while place < len(words):
        first = last = words[place]
        second = place = place + 1
        if not is_capital(first.text):
            continue
        while place < len(words) and _joins(text, last.stop, words[place].start, words[place].text):
            last = words[place]
            place += 1
        if not starts_sentence(text, first.start) or _is_sure(first.text):
            yield first.start, last.stop
        elif last is not first:
            # "Meet Noor Hassan": the first word has its capital from the sentence.
            yield words[second].start, last.stop


def starts_sentence(text: str, start: int) -> bool:
    """Whether a word at this place would have a capital in any case: behind a stop, an emoji, a
    bullet, an opening quote or a line's beginning.
    """
    before = text[:start]
    trimmed = before.rstrip(" \t\u00a0")
    if not trimmed or trimmed.endswith("\n"):
        return True
    last = trimmed[-1]
    if last == "-":
        return len(trimmed) == 1 or trimmed[-2].isspace()
    return not (last.isalnum() or last in ",)&/'’%@#_+")


def is_capital(word: str) -> bool:
    """Whether a word is written like a name."""
    letters = word.casefold().replace("’", "'")
    if letters in FUNCTION_WORDS or letters.removesuffix("'s") in CALENDAR_WORDS:
        return False
    return word[0].isupper() and word != "I" and not (word.isupper() and letters in _SPOKEN)


def _is_sure(word: str) -> bool:
    """Whether a word is a name even at the start of a sentence: "NASA", "Tokyo's"."""
    common = FUNCTION_WORDS | CALENDAR_WORDS | _OWNERS
    if word.endswith(("'s", "’s")) and word[:-2].casefold() not in common:
        return True
    return sum(letter.isupper() for letter in word) > 1 and word.casefold() not in _SPOKEN


def _joins(text: str, stop: int, start: int, word: str) -> bool:
    return is_capital(word) and _NAME_JOINT.fullmatch(text, stop, start) is not None


def _by_stems(kind: Kind, start: int, written: str) -> Quantity:
    needs: tuple[frozenset[Key], ...] = tuple(
        frozenset({("word", stem(word.text))})
        for word in find_words(written)
        if word.is_content or kind is Kind.SUPERLATIVE
    )
    if written.casefold() == "first":
        needs = (needs[0] | {("ordinal", Decimal(1))},)
    gives = frozenset(key for keys in needs for key in keys)
    return Quantity(kind, Span(start, start + len(written)), needs, gives)
