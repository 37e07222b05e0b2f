from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.drafts.ids import next_id

MOMENTS = st.integers(0, 32**9 - 2)


@given(MOMENTS, MOMENTS)
def test_an_id_is_above_the_newest_whatever_the_clock_says(newest: int, now: int) -> None:
    earlier = next_id(newest, None)
    assert next_id(now, earlier) > earlier


@given(MOMENTS, MOMENTS)
def test_ids_sort_as_their_moments(one: int, other: int) -> None:
    assert (next_id(one, None) < next_id(other, None)) == (one < other)


def test_an_id_has_no_letter_that_looks_like_a_digit() -> None:
    ids = "".join(next_id(number, None) for number in range(32))
    assert not set(ids) & set("ilou")
