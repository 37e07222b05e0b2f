"""Mentions, hashtags and cashtags in running text, as twitter-text 3 finds them.

Each finder reads left to right; the character before a tag must be one that the tag before it has
not taken.
"""

import re
from collections.abc import Iterator
from unicodedata import category

from app.post_text.characters import LATIN_ACCENTED, PUNCTUATION, SPACES

_MENTION = re.compile("[@＠][0-9A-Za-z_]{1,20}(?:/[A-Za-z][-0-9A-Za-z_]{0,24})?")
_NOT_AFTER_MENTION = re.compile(f"[@＠{LATIN_ACCENTED}]|://")
_NO_MENTION_AFTER = re.compile("[0-9A-Za-z_!#$%&*@＠]")
_RETWEET = re.compile("(?:^|(?<=[^0-9A-Za-z_+~.-]))[Rr][Tt]:?\\Z")
_RETWEET_LENGTH = len(" RT:")

_HASH_SIGN = re.compile("[#＃](?![\ufe0f\u20e3])")
_NOT_AFTER_HASHTAG = re.compile("[#＃]|://")
# Joiners, and marks that stand inside words of one script or another.
_ALSO_IN_HASHTAG = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
)
_VARIATION_SELECTORS = "\ufe0e\ufe0f"

_AFTER_CASHTAG = rf"{SPACES}\ufeff{PUNCTUATION}"
_CASHTAG = re.compile(
    rf"(?<![^{SPACES}])\$[A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?(?![^{_AFTER_CASHTAG}])"
)

Span = tuple[int, int]


def find_mentions(text: str) -> Iterator[Span]:
    """Mentions of people and of lists (@name/list), the sign included."""
    free = 0
    for mention in _MENTION.finditer(text):
        start, end = mention.span()
        if not _may_precede_mention(text, start, free):
            continue
        free = end
        if not _NOT_AFTER_MENTION.match(text, end):
            yield start, end


def _may_precede_mention(text: str, start: int, free: int) -> bool:
    if start == 0:
        return True
    if start == free:
        return False
    if not _NO_MENTION_AFTER.match(text, start - 1):
        return True
    return bool(_RETWEET.search(text, max(start - _RETWEET_LENGTH, free), start))


def find_hashtags(text: str) -> Iterator[Span]:
    """Hashtags, the sign included: letters, marks and digits, one letter or mark at least."""
    free = 0
    for sign in _HASH_SIGN.finditer(text):
        start = sign.start()
        if not _may_precede_hashtag(text, start, free):
            continue
        end = _hashtag_end(text, sign.end())
        if end is None:
            continue
        free = end
        if not _NOT_AFTER_HASHTAG.match(text, end):
            yield start, end


def _may_precede_hashtag(text: str, start: int, free: int) -> bool:
    if start == 0:
        return True
    before = text[start - 1]
    if start == free or before == "&":
        return False
    return before in _VARIATION_SELECTORS or not (_is_letter(before) or _is_also_in_hashtag(before))


def _hashtag_end(text: str, start: int) -> int | None:
    has_letter = False
    for end in range(start, len(text)):
        if _is_letter(text[end]):
            has_letter = True
        elif not _is_also_in_hashtag(text[end]):
            return end if has_letter else None
    return len(text) if has_letter else None


def _is_letter(character: str) -> bool:
    return category(character)[0] in "LM"


def _is_also_in_hashtag(character: str) -> bool:
    return category(character) == "Nd" or character in _ALSO_IN_HASHTAG


def find_cashtags(text: str) -> Iterator[Span]:
    """Cashtags, the sign included: $ and up to six letters, perhaps one suffix ($BRK.B)."""
    for cashtag in _CASHTAG.finditer(text):
        yield cashtag.span()
