"""Where a post may end.

A post may end after a sentence's mark: a full stop, question mark, exclamation mark or ellipsis of
any script, with any closing quotes and brackets behind it. A full stop is no end

- after an abbreviation that wants a word behind it ("e.g.", "Dr.", "St.");
- after the initial of a name ("George W.", "J."), yet "vitamin C." and "So do I." end;
- after a list's number at the start of a line ("3.");
- after one to three bare digits with nothing behind it ("version 3." may go on to be 3.1). With
  a space or a bracket behind it, or after a year, an amount of money or a number that already has
  a fraction ("in 2026.", "for $40.", "grew 3.5."), it is an end.

Emoji, URLs and tags may follow a finished sentence or have a line to themselves; a URL may also
follow a colon ("Read it here: https://example.com"). Nothing else is an end, so neither is a line
without a mark, a comma or a conjunction.
"""

import re

from app.post_text.emoji import start_of_last_emoji
from app.post_text.entities import EntityKind, find

_MARKS = frozenset(".!?…‥‼⁇⁈⁉‽。！？｡．؟۔।॥։።፧။។៕᠃᠉")
_CLOSERS = "\"'”’»›)]}」』）】〕］｝〉》〗*_\ufe0f"
_OPENERS = "\"'“‘«‹([{「『（¿¡*_"
_COLONS = ":：→"

_BEFORE_A_WORD = re.compile(
    r"e\.g|i\.e|eg|ie|cf|vs|viz|approx|ca|est|vol|pp|feb|aug|sept|oct|nov|dec|dr|mr|mrs|ms|mx|prof"
    r"|st|mt|rev|capt|cmdr|lt|sgt|sen|gov|dept|sr|sra|p\.ej|nr|bzw|z\.b|d\.h|mme|mlle",
    re.IGNORECASE,
)
_BEFORE_A_WORD_IF_CAPITAL = frozenset({"No", "Nos", "Fig", "Gen", "Rep", "Col"})
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t]*[0-9]{1,3}\.\Z")
_SHORT_NUMBER = re.compile("v?[0-9]{1,3}")


def ends_sentence(text: str) -> bool:
    """Whether the text, as it stands, ends where a post may end."""
    body = text.rstrip()
    marked = body.rstrip(_CLOSERS)
    if marked and marked[-1] in _MARKS:
        return marked[-1] != "." or _is_full_stop(marked, at_end=len(marked) == len(text))
    return _ends_in_extras(body)


def _is_full_stop(text: str, at_end: bool) -> bool:
    """Whether the dot that ends the text ends a sentence; at_end if nothing at all is behind it."""
    before, word = _last_word(text[:-1])
    word = word.lstrip(_OPENERS)
    if _SHORT_NUMBER.fullmatch(word):
        return not at_end and not _LIST_NUMBER.search(text)
    if _BEFORE_A_WORD.fullmatch(word):
        return False
    if word in _BEFORE_A_WORD_IF_CAPITAL:
        return not before[-1:].isalnum()
    return not _is_initial(before, word)


def _last_word(text: str) -> tuple[str, str]:
    """The last word between spaces, and what is before it without the space."""
    *before, word = text.rsplit(None, 1) or [""]
    return "".join(before), word


def _is_initial(before: str, word: str) -> bool:
    """A capital letter, other than I, that stands first or behind a name or another initial."""
    if len(word) != 1 or not word.isupper() or word == "I":
        return False
    return not before or _last_word(before)[1][:1].isupper()


def _ends_in_extras(text: str) -> bool:
    """Whether the text ends in emoji, URLs and tags that stand where they may."""
    rest, kind = _without_last_extra(text)
    while len(rest) < len(text):
        text = rest.rstrip()
        if not text or "\n" in rest[len(text) :]:
            return True
        if kind is EntityKind.URL and text[-1] in _COLONS:
            return True
        rest, kind = _without_last_extra(text)
        if len(rest) == len(text):
            return ends_sentence(text + " ")
    return False


def _without_last_extra(text: str) -> tuple[str, EntityKind | None]:
    """The text without the emoji, URL or tag that ends it, and the kind of a URL or tag."""
    emoji = start_of_last_emoji(text)
    if emoji is not None:
        return text[:emoji], None
    _, word = _last_word(text)
    entities = find(word)
    if entities and entities[-1].end == len(word):
        return text[: len(text) - len(word) + entities[-1].start], entities[-1].kind
    return text, None
