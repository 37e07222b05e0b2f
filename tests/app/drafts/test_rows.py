from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.drafts import rows

THIS_CENTURY = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))


@given(THIS_CENTURY)
def test_a_moment_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert rows.from_microseconds(rows.to_microseconds(moment)) == moment


@given(st.text())
def test_text_that_utf8_carries_is_stored_unchanged(text: str) -> None:
    assert rows.storable(text) == text


@given(st.text(st.characters(categories=["Cs", "Lu", "So"]), max_size=40))
def test_any_text_can_be_stored_as_utf8(text: str) -> None:
    rows.storable(text).encode("utf-8")
