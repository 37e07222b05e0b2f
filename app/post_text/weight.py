"""X's weighted length: what a post counts against the limit.

The rule is twitter-text's configuration v3 (github.com/twitter/twitter-text, config/v3.json):
the text is taken in NFC, a URL counts 23, an emoji sequence 2, a code point 1 or 2 by its range.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.post_text.characters import INVALID
from app.post_text.emoji import find_sequences
from app.post_text.normal_form import compose, composed_boundaries
from app.post_text.urls import Span, find_urls

LIMIT = 280
URL_WEIGHT = 23
_HEAVY_WEIGHT = 2  # an emoji sequence, and a code point outside the light ranges
_LIGHT_RANGES = "\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037"
_LIGHT = re.compile(f"[{_LIGHT_RANGES}]+")
_RUN = re.compile(f"(?P<light>[{_LIGHT_RANGES}]+)|[^{_LIGHT_RANGES}]+")
_INVALID = re.compile(f"[{INVALID}]")
_SEQUENCE_PARTS = re.compile(
    "[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A text on X's scales.

    weighted_length: in X's units.
    valid: may be posted: not empty, within the limit, no code point that X refuses.
    permillage: thousandths of the limit, rounded down.
    fits_until: code points of the text as given that fit, up to a whole URL or emoji sequence and
        up to the first refused code point; all of them when the text fits.
    """

    weighted_length: int
    valid: bool
    permillage: int
    fits_until: int


def weigh(text: str, limit: int = LIMIT) -> Weighed:
    """Weigh a text of any length against a positive limit."""
    composed = compose(text)
    urls = find_urls(composed)
    weight = _weight(composed, urls)
    refused = None if composed.isascii() else _INVALID.search(composed)
    fits = weight <= limit and not refused
    return Weighed(
        weighted_length=weight,
        valid=fits and weight > 0,
        permillage=weight * 1000 // limit,
        fits_until=len(text) if fits else _fits_until(text, composed, urls, limit),
    )


def _fits_until(text: str, composed: str, urls: list[Span], limit: int) -> int:
    """The longest fit, but no further than the first refused code point."""
    refused = _INVALID.search(text)
    fit = _longest_fit(text, composed, urls, limit)
    return min(fit, refused.start()) if refused else fit


def _weight(text: str, urls: list[Span]) -> int:
    if not urls:
        return _plain_weight(text)
    plain = sum(_plain_weight(text[start:end]) for start, end in _between(urls, len(text)))
    return len(urls) * URL_WEIGHT + plain


def _between(urls: list[Span], length: int) -> Iterator[Span]:
    """The stretches of a text of that length that no URL covers."""
    starts = [0, *(end for _, end in urls)]
    ends = [*(start for start, _ in urls), length]
    return zip(starts, ends, strict=True)


def _plain_weight(text: str) -> int:
    """Of a text without URLs: each code point once, and the heavy ones once more."""
    if text.isascii():
        return len(text)
    weight = len(text) + len(_LIGHT.sub("", text))
    if _SEQUENCE_PARTS.search(text):
        for start, end in find_sequences(text):
            sequence = text[start:end]
            weight += _HEAVY_WEIGHT - len(sequence) - len(_LIGHT.sub("", sequence))
    return weight


def longest_fit(text: str, limit: int) -> int:
    """Code points of the text as given that weigh no more than the limit.

    Never inside a URL or an emoji sequence, nor between a letter and a mark it composes with.
    """
    composed = compose(text)
    return _longest_fit(text, composed, find_urls(composed), limit)


def _longest_fit(text: str, composed: str, urls: list[Span], limit: int) -> int:
    wholes = _wholes(composed, urls)
    cut = _cut(composed, wholes, limit)
    if text == composed:
        return cut
    inside = {offset for start, end, _ in wholes for offset in range(start + 1, end)}
    boundaries = composed_boundaries(text, cut)
    return boundaries[max(offset for offset in boundaries if offset not in inside)]


def _wholes(text: str, urls: list[Span]) -> list[tuple[int, int, int]]:
    """Start, end and weight of whatever may not be cut, left to right."""
    wholes = [(start, end, URL_WEIGHT) for start, end in urls]
    for start, end in _between(urls, len(text)):
        wholes += ((*sequence, _HEAVY_WEIGHT) for sequence in find_sequences(text, start, end))
    return sorted(wholes)


def _cut(text: str, wholes: list[tuple[int, int, int]], limit: int) -> int:
    """The last place in a composed text that the limit reaches."""
    position, room = 0, limit
    for start, end, weight in [*wholes, (len(text), len(text), 0)]:
        for run in _RUN.finditer(text, position, start):
            each = 1 if run.lastgroup == "light" else _HEAVY_WEIGHT
            length = run.end() - run.start()
            if each * length > room:
                return run.start() + room // each
            room -= each * length
        if weight > room:
            return start
        room -= weight
        position = end
    return len(text)
