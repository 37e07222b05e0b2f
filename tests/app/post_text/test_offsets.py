"""Claims about Qt's offsets and Python's."""

from hypothesis import given
from hypothesis import strategies as st

from app.post_text import Offsets

any_text = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("🐦𝄞a"))


def test_offsets_after_an_astral_character_differ_by_one() -> None:
    offsets = Offsets("a🐦b")
    assert [offsets.to_utf16(n) for n in range(4)] == [0, 1, 3, 4]
    assert [offsets.to_code_point(n) for n in (0, 1, 3, 4)] == [0, 1, 2, 3]


def test_an_offset_inside_a_pair_means_the_start_of_the_pair() -> None:
    assert Offsets("a🐦b").to_code_point(2) == 1


@given(any_text)
def test_offsets_make_the_round_trip(text: str) -> None:
    offsets = Offsets(text)
    assert all(offsets.to_code_point(offsets.to_utf16(n)) == n for n in range(len(text) + 1))


@given(any_text)
def test_utf16_offsets_are_lengths_in_utf16(text: str) -> None:
    lengths = [len(text[:n].encode("utf-16-le")) // 2 for n in range(len(text) + 1)]
    assert [Offsets(text).to_utf16(n) for n in range(len(text) + 1)] == lengths
