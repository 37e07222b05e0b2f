"""The same notes in another order, each time with another part of them first.

A small model follows the order of its notes closely, so that drafts from one order are all alike
and, with many facts, all leave out the last. From several orders they begin with different facts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.post_text import ends_sentence

MOST_ORDERS = 4
"""The written one included."""
_LONGEST = 600
"""Characters of notes; longer ones take longer to read than drafts take to be written."""
_LINES = 3
"""From so many lines on, each line is a part; fewer are cut into sentences."""
_GAP = re.compile(r"(?<=[.!?])\s+(?=\S)")
_SHORT_DAY = re.compile(r"\b(mon|tues?|weds?|thu|thurs?|fri|sat|sun|jan|mar|apr|jun|jul)\.$", re.I)
_BULLET = re.compile(r"^\s*[-•*–]\s+")
_ENDS = (".", "!", "?", ":", ";", ",", "…")
"""What nobody has to put a full stop behind, where another sentence follows."""
_TIED = re.compile(
    r"(it|its|it's|they|them|their|he|she|his|her|this|that|these|those|then|so|but|and|also|or"
    r"|which|who|because|cos|bc|still|even|though|however|instead|otherwise|after|same|not|no|only"
    r"|except|plus|too|yes|both|neither|none|there|here|if not|now|as"
    r"|adds|begins|closes|comes|costs|drops|ends|fixes|needs|opens|reads|runs|starts|takes|works"
    r"|er|sie|es|das|dies|aber|und|oder|deshalb|dann|auch|nicht|kein|keine|nur"
    r"|il|elle|ils|elles|ce|c'est|mais|et|donc|puis|ou|aussi|pas|sauf"
    r"|él|ella|ellos|eso|esto|pero|y|o|luego|también|solo)\b",
    re.IGNORECASE,
)
"""What a part that leans on the one before it begins with: a word that points back, or a verb whose
subject stands there.
"""


def orders(notes: str) -> tuple[str, ...]:
    """The notes as they are, and at most three times more, begun with another part, whose
    beginning does not lean on what stands before it; what stood before it follows at the end.
    """
    if len(notes) > _LONGEST:
        return (notes,)
    pieces, between = _pieces(notes)
    parts = _parts(pieces, between)
    step = max(1, (len(parts) - 2) // (MOST_ORDERS - 2))
    later = range(1, len(parts), step)[: MOST_ORDERS - 1]
    return (notes, *(between.join([*parts[place:], *parts[:place]]) for place in later))


def _pieces(notes: str) -> tuple[list[str], str]:
    """Lines or sentences, without bullets, and what joins them."""
    lines = [_BULLET.sub("", line).strip() for line in notes.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) >= _LINES:
        return lines, "\n"
    pieces = [piece for line in lines for piece in _sentences(line)]
    return [piece if piece.endswith(_ENDS) else f"{piece}." for piece in pieces], " "


def _sentences(line: str) -> list[str]:
    """A line cut behind every mark that ends a sentence there."""
    sentences: list[str] = []
    for piece in _GAP.split(line):
        before = sentences[-1] if sentences else ""
        is_date = _SHORT_DAY.search(before) and piece[0].isdigit()
        if before and (is_date or not ends_sentence(f"{before} ")):
            sentences[-1] += f" {piece}"
        else:
            sentences.append(piece)
    return sentences


def _parts(pieces: Sequence[str], between: str) -> list[str]:
    """Pieces, each with those behind it that lean on it."""
    parts: list[str] = []
    for piece in pieces:
        if parts and (_TIED.match(piece) or len(piece.split()) < 2):
            parts[-1] += between + piece
        else:
            parts.append(piece)
    return parts
