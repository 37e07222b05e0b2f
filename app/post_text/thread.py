"""A long text as a thread: posts that each fit."""

import re
from itertools import takewhile
from unicodedata import category

from app.post_text.entities import find
from app.post_text.sentence import ends_sentence
from app.post_text.weight import LIMIT, URL_WEIGHT, longest_fit

# White space, or the place after a sentence's mark in a script that writes no space there.
_GAP = re.compile(r"\s+|(?<=[。！？｡])(?![。！？｡」』）】〕〉》”’\s])")
_VARIATION_SELECTORS = "\ufe0e\ufe0f"
_HEAVIEST = 6  # the most that one code point weighs: NFC makes three astral ones of U+1D160


def split(text: str, limit: int = LIMIT) -> tuple[str, ...]:
    """Posts of at most limit, which hold all of the text but the spaces where it was split.

    Each split is at the last paragraph break that leaves a post at least half full, else at the
    last end of a sentence or line, else at the last space, else where the limit falls outside of
    URLs, tags and emoji. The limit is at least a URL's weight.
    """
    if limit < URL_WEIGHT:
        raise ValueError(f"A post of {limit} cannot hold a URL, which weighs {URL_WEIGHT}.")
    if longest_fit(text, limit) == len(text):
        return (text,)
    posts = []
    rest = text.strip()
    while (reach := _reach(rest, limit)) < len(rest):
        cut = _cut(rest, reach, limit)
        posts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return (*posts, rest)


def _reach(text: str, limit: int) -> int:
    """What longest_fit says of the whole text, read from as little of it as will do."""
    size = 2 * limit
    while size < len(text):
        window = text[:size].rpartition(" ")[0]
        reach = longest_fit(window, limit)
        if reach < len(window):
            return reach
        size *= 2
    return longest_fit(text, limit)


def _cut(text: str, reach: int, limit: int) -> int:
    """Where the first post ends, at reach or before it."""
    cut = _last_break(text, reach) or _inside_a_word(text, reach)
    while (fit := longest_fit(text[:cut], limit)) < cut:
        cut = fit
    return cut or max(limit // _HEAVIEST, 1)


def _last_break(text: str, reach: int) -> int | None:
    """The best gap between words in text[1:reach + 1], None if there is none."""
    near = takewhile(lambda gap: gap.start() <= reach, _GAP.finditer(text, 1))
    gaps = [(gap.start(), gap.group()) for gap in near][::-1]
    paragraphs = (at for at, space in gaps if space.count("\n") > 1 and at >= reach // 2)
    ends = (at for at, space in gaps if "\n" in space or ends_sentence(text[:at] + space[:1]))
    words = (at for at, _ in gaps)
    return next(paragraphs, None) or next(ends, None) or next(words, None)


def _inside_a_word(text: str, reach: int) -> int:
    """The last place up to reach that is not inside a tag nor before a letter's marks."""
    cut = reach
    while cut > reach // 2 and _is_mark(text[cut]):
        cut -= 1
    cut = cut if cut > reach // 2 else reach
    around = (entity.start for entity in find(text) if entity.start < cut < entity.end)
    return next(around, cut) or cut


def _is_mark(character: str) -> bool:
    return category(character)[0] == "M" and character not in _VARIATION_SELECTORS
