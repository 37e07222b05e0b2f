"""Draft ids: nine lowercase characters that sort by creation and can be typed in a terminal."""

from __future__ import annotations

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 (https://www.crockford.com/base32.html): no i, l, o or u to mistake."""

_LENGTH = 9
"""32^9 milliseconds last until the year 3084."""


def next_id(milliseconds: int, newest: str | None) -> str:
    """An id for a moment in milliseconds since 1970; above `newest` even if the clock went back."""
    number = milliseconds if newest is None else max(milliseconds, _number(newest) + 1)
    return "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def _number(id: str) -> int:
    number = 0
    for digit in id:
        number = number * 32 + _DIGITS.index(digit)
    return number
