"""Places in a text: where a claim went after an edit, what to cut out, what to quote."""

from __future__ import annotations

import re

from app.compose.grounding.claims import Span

_CONTEXT = 24
"""Code points to either side of a quoted place, at most."""


def follow(span: Span, old: str, new: str) -> Span | None:
    """Where a stretch of `old` stands in `new`; None where the edit touched it.

    What begins and ends alike is taken to be unedited.
    """
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if span.stop < head or (span.stop == head and not new[head : head + 1].isalnum()):
        return span
    if span.start >= len(old) - tail:
        by = len(new) - len(old)
        return Span(span.start + by, span.stop + by)
    return None


def removal(text: str, span: Span) -> Span:
    """What to cut so that a claim is gone and no double space is left behind."""
    start, stop = span.start, span.stop
    is_sentence = (start == 0 or text[:start].rstrip()[-1:] in (".", "!", "?", "…", "")) and (
        text[stop : stop + 1] in (".", "!", "?", "…")
    )
    if is_sentence:
        stop += 1
    if text[stop : stop + 1] == " " and (start == 0 or text[start - 1].isspace()):
        return Span(start, stop + 1)
    if start > 0 and text[start - 1] == " ":
        return Span(start - 1, stop)
    return Span(start, stop)


def quote(notes: str, span: Span) -> str:
    """The words of the notes at a place, with whole words of the same line around them."""
    line_start = notes.rfind("\n", 0, span.start) + 1
    line_stop = notes.find("\n", span.stop)
    line_stop = len(notes) if line_stop < 0 else line_stop
    start = max(line_start, span.start - _CONTEXT)
    stop = min(line_stop, span.stop + _CONTEXT)
    if start > line_start:
        start = _word_start(notes, start, span.start)
    if stop < line_stop:
        stop = _word_stop(notes, span.stop, stop)
    before = "… " if start > line_start else ""
    behind = " …" if stop < line_stop else ""
    return before + notes[start:stop].strip() + behind


def _word_start(text: str, start: int, limit: int) -> int:
    found = re.compile(r"\s").search(text, start, limit)
    return found.end() if found else limit


def _word_stop(text: str, limit: int, stop: int) -> int:
    found = text.rfind(" ", limit, stop)
    return found if found >= 0 else stop
