"""Showing a row while it is written, without ever showing half a character or half an emoji."""

from __future__ import annotations

import unicodedata


def showable(written: bytes) -> str:
    """The text so far, without a last character that the next token may still change.

    An emoji grows from behind (skin tone, joiner, second half of a flag), so a trailing symbol is
    held back until something else follows it.
    """
    text = written.decode("utf-8", "ignore")
    end = len(text)
    while end and _may_grow(text[end - 1]):
        end -= 1
    return text[:end]


def _may_grow(letter: str) -> bool:
    return ord(letter) > 0x7F and unicodedata.category(letter) in ("So", "Sk", "Mn", "Me", "Cf")
