"""The same notes, begun with another part."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compose.orders import orders

SENTENCES = "Bakery closed on Monday. New oven comes. Rye again from Tuesday."
LINES = "tarrow 2.3 is out\n- import 41s -> 6s\n- crash on empty headers gone\nexample.org/tarrow"


def test_the_first_order_is_the_one_that_was_written() -> None:
    assert orders(SENTENCES)[0] == SENTENCES


def test_each_sentence_comes_first_once_and_what_stood_before_it_last() -> None:
    assert orders(SENTENCES)[1:] == (
        "New oven comes. Rye again from Tuesday. Bakery closed on Monday.",
        "Rye again from Tuesday. Bakery closed on Monday. New oven comes.",
    )


def test_each_line_comes_first_where_notes_are_lines() -> None:
    assert [order.splitlines()[0] for order in orders(LINES)[1:]] == [
        "import 41s -> 6s",
        "crash on empty headers gone",
    ]


@pytest.mark.parametrize(
    "notes",
    [
        "Kiln 2 is broken. It is back on Friday.",
        "Swim at 7. Not in fog.",
        "We won. But nobody saw it.",
        "New library 2.3. Needs Python 3.10.",
        "Backofen kaputt. Aber der Laden ist offen.",
        "Only one line, with one point",
        "",
    ],
)
def test_what_leans_on_the_part_before_it_never_comes_first(notes: str) -> None:
    assert orders(notes) == (notes,)


def test_of_many_parts_those_at_even_distances_come_first() -> None:
    notes = " ".join(f"Stall {number} sells jam." for number in range(1, 10))
    firsts = [re.findall(r"\d", order)[0] for order in orders(notes)]
    assert firsts == ["1", "2", "5", "8"]


@pytest.mark.parametrize(
    "notes",
    [
        "Jabs sat. 4 oct",
        "Thanks to Dr. Adeyemi",
        "J. R. Smith won",
        "From 3.5 to 4",
    ],
)
def test_a_point_that_ends_no_sentence_begins_no_part(notes: str) -> None:
    assert len(orders(notes)) == 1


def test_a_minus_is_no_bullet() -> None:
    assert orders("Lake is shut\n- ice is thin\n-5 at night")[1] == (
        "ice is thin\n-5 at night\nLake is shut"
    )


def test_long_notes_are_read_once() -> None:
    assert len(orders("Jam is sold out. " * 60)) == 1


def test_what_comes_to_stand_in_the_middle_ends_with_a_full_stop() -> None:
    assert orders("Two berths, £64. Bring own pillows")[1] == "Bring own pillows. Two berths, £64."


@given(st.text(max_size=300))
def test_no_order_adds_or_loses_anything_but_bullets_full_stops_and_spaces(notes: str) -> None:
    for order in orders(notes):
        assert letters(order) == letters(notes)


def letters(text: str) -> Counter[str]:
    return Counter(letter for letter in text if letter.isalnum())
