"""Claims about X's weighted length. Every number here was worked out by hand from the rule."""

import unicodedata
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.post_text import find, longest_fit, weigh

any_text = st.text(st.characters())
lego = st.lists(
    st.sampled_from(
        ["word", " ", ".", "/", "-", "@", "#", "$", "(", ")", "\n", "é", "e\u0301", "q\u0307\u0323"]
    )
    | st.sampled_from(
        ["finch.example.org/a", "https://t.co/Ab1", "日本", "。", "👍🏽", "👩‍🚒", "é.com"]
    )
    | st.sampled_from(
        ["5\ufe0f\u20e3", "\ufe0f", "\u200d", "\ufeff", "ко", "ᄀ", "ᅡ", "ᆨ", "\U0001d160"]
    ),
    max_size=80,
).map("".join)
no_url_text = st.text(st.characters(exclude_characters=".\ufeff\ufffe\uffff"))
limits = st.integers(1, 400)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("finch", 5),
        ("two\nlines", 9),
        ("ñandú", 5),
        ("птица", 5),
        ("\u10ff", 1),
        ("\u1100", 2),
        ("\u1fff\u2000\u200d\u200e", 6),
        ("\u200f\u2010\u201f\u2020", 6),
        ("\u2031\u2032\u2037\u2038", 6),
        ("“so — it’s”", 11),
        ("…", 2),
        ("燕雀", 4),
        ("🐦", 2),
        ("\U0001d11e", 2),
        ("\udc00", 2),
    ],
)
def test_code_points_weigh_1_or_2_by_range(text: str, weight: int) -> None:
    assert weigh(text).weighted_length == weight


@pytest.mark.parametrize("sequence", ["👩🏿‍🚀", "🇱🇧", "7\ufe0f\u20e3", "❤️‍🩹", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "🐦‍🔥", "©️"])
def test_an_emoji_sequence_weighs_2(sequence: str) -> None:
    assert weigh(sequence).weighted_length == 2
    assert weigh(f"a{sequence}{sequence}b").weighted_length == 6


def test_a_url_weighs_23_however_long() -> None:
    assert weigh("a.io").weighted_length == 23
    assert weigh("see https://example.org/" + "x" * 900).weighted_length == 27
    assert weigh("a.io b.io, c.io").weighted_length == 23 * 3 + 3


def test_what_is_only_nearly_a_url_weighs_by_its_code_points() -> None:
    assert weigh("end.Begin").weighted_length == 9
    assert weigh("bird@example.org").weighted_length == 16


def test_composed_and_decomposed_letters_weigh_the_same() -> None:
    assert weigh("e\u0301").weighted_length == 1
    assert weigh("ᄒ\u1161\u11ab").weighted_length == weigh("한").weighted_length == 2


def test_an_empty_text_may_not_be_posted() -> None:
    assert not weigh("").valid
    assert weigh("").fits_until == 0


@pytest.mark.parametrize("refused", ["\ufffe", "\ufeff", "\uffff"])
def test_code_points_that_x_refuses_make_a_text_invalid(refused: str) -> None:
    weighed = weigh(f"ok{refused}ok")
    assert not weighed.valid
    assert weighed.weighted_length == 6
    assert weighed.fits_until == 2


def test_the_limit_itself_still_fits() -> None:
    assert weigh("x" * 280).valid
    assert not weigh("x" * 281).valid
    assert weigh("x" * 281, 25_000).valid


def test_permillage_is_rounded_down() -> None:
    assert weigh("x").permillage == 3
    assert weigh("x" * 280).permillage == 1000
    assert weigh("x" * 7, 9).permillage == 777


@pytest.mark.parametrize(
    ("text", "limit", "fits_until"),
    [
        ("x" * 300, 280, 280),
        ("燕" * 300, 281, 140),
        ("ab a.io/long/path c", 25, 3),
        ("ab a.io/long/path c", 26, 17),
        ("ab👩🏿‍🚀c", 3, 2),
        ("ab👩🏿‍🚀c", 4, 6),
        ("e\u0301e\u0301e\u0301", 2, 4),
    ],
)
def test_fits_until_never_cuts_what_counts_as_one(text: str, limit: int, fits_until: int) -> None:
    assert weigh(text, limit).fits_until == fits_until


def test_fits_until_does_not_retreat_into_a_url_that_a_loose_mark_follows() -> None:
    text = "ab a.io/q" + "\u05b0" * 9 + " e\u0301"
    assert weigh(text, 27).fits_until == 3


@given(any_text | lego, limits)
def test_any_text_has_a_weight_and_a_fit(text: str, limit: int) -> None:
    weighed = weigh(text, limit)
    assert weighed.weighted_length >= 0
    assert 0 <= weighed.fits_until <= len(text)
    assert weighed.permillage == weighed.weighted_length * 1000 // limit
    assert weighed.valid <= (weighed.fits_until == len(text) > 0)


@given(any_text | lego)
def test_weight_does_not_depend_on_the_normal_form(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert weigh(text).weighted_length == weigh(composed).weighted_length
    assert weigh(composed).weighted_length == weigh(decomposed).weighted_length


@given(no_url_text, no_url_text)
def test_two_texts_weigh_their_sum_and_one_for_the_space(first: str, second: str) -> None:
    together = weigh(f"{first} {second}").weighted_length
    apart = weigh(first + " ").weighted_length + weigh(" " + second).weighted_length
    assert together == apart - 1


@given(any_text | lego, limits)
def test_a_higher_limit_never_fits_less(text: str, limit: int) -> None:
    assert weigh(text, limit).fits_until <= weigh(text, limit + 1).fits_until


@given(lego, limits)
def test_no_fit_ends_inside_a_url(text: str, limit: int) -> None:
    text = unicodedata.normalize("NFC", text)
    fit = longest_fit(text, limit)
    assert not any(e.start < fit < e.end for e in find(text) if e.kind.value == "url")


@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "a.com.",
        "日。.",
        "a_",
        "-a.com",
        "a.co/(",
        "👩\u200d",
        "\u0301",
        "🇦",
        "#a",
        "@a",
        "http://",
        "((",
        "e\u0301",
        "xn--a.",
    ],
)
def test_50_000_characters_take_well_under_a_second(unit: str) -> None:
    text = "a" + unit * (50_000 // len(unit))
    began = perf_counter()
    weigh(text)
    find(text)
    assert perf_counter() - began < 1
