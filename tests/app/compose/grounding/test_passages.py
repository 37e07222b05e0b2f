"""Where a claim goes when its text is edited, what is cut with it, what of the notes is quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compose.grounding import Span, follow, quote, removal

TEXT = "Some 1,200 riders use it."
CLAIM = Span(5, 17)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("So: " + TEXT, "1,200 riders"),
        (TEXT + " Daily.", "1,200 riders"),
        ("Some 1,200 riders, it is said, use it.", "1,200 riders"),
    ],
)
def test_a_claim_moves_with_its_words(new: str, words: str) -> None:
    moved = follow(CLAIM, TEXT, new)
    assert moved is not None
    assert moved.of(new) == words


@pytest.mark.parametrize("new", ["Some 1,300 riders use it.", "Some use it.", "Some 1,200 ridersx"])
def test_a_claim_whose_words_were_edited_is_gone(new: str) -> None:
    assert follow(CLAIM, TEXT, new) is None


@given(st.text(max_size=30), st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_wherever_a_claim_goes_it_covers_the_same_words(
    old: str, new: str, start: int, length: int
) -> None:
    span = Span(min(start, len(old)), min(start + length, len(old)))
    moved = follow(span, old, new)
    assert moved is None or moved.of(new) == span.of(old)


@pytest.mark.parametrize(
    ("text", "words", "left"),
    [
        (TEXT, "1,200 riders", "Some use it."),
        ("1,200 riders use it.", "1,200 riders", "use it."),
        ("It is open. We serve cake. Come.", "We serve cake", "It is open. Come."),
        ("We serve cake.", "We serve cake", ""),
        ("Come at 8pm.", "8pm", "Come at."),
    ],
)
def test_no_double_space_is_left_behind(text: str, words: str, left: str) -> None:
    start = text.index(words)
    cut = removal(text, Span(start, start + len(words)))
    assert (text[: cut.start] + text[cut.stop :]).strip() == left


def test_the_quoted_notes_are_whole_words_of_one_line() -> None:
    notes = "first line\nThe council votes on the bike lane for Mill Road on 3 February at 7pm."
    start = notes.index("Mill Road")
    quoted = quote(notes, Span(start, start + 9))
    assert quoted == "… on the bike lane for Mill Road on 3 February at 7pm."
