"""Claims about where a post may end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.post_text import ends_sentence


@pytest.mark.parametrize(
    "text",
    [
        "Finches sing.",
        "Do they? ",
        "They do!\n",
        "And then…",
        "Well...",
        "She said “yes.”",
        "(They sing.)",
        "鳥が歌う。",
        "「歌う！」",
        "هل تغني؟",
        "پرندہ گاتا ہے۔",
        "पक्षी गाता है।",
        "Wow‼️",
    ],
)
def test_a_mark_of_any_script_ends_a_sentence(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize(
    "text", ["", "  ", "Finches", "Finches,", "Finches sing and", "Finches:", "“Finches", "(sing)"]
)
def test_nothing_else_ends_a_sentence(text: str) -> None:
    assert not ends_sentence(text)


@pytest.mark.parametrize(
    "text", ["Small birds, e.g.", "Ask Dr.", "on St.", "(i.e.", "In Room No.", "Wrens vs.", "z.B."]
)
def test_an_abbreviation_waits_for_its_word(text: str) -> None:
    assert not ends_sentence(text)


@pytest.mark.parametrize("text", ["at 5 p.m.", "in the U.S.", "Birds etc.", "No.", "Is it? No."])
def test_an_abbreviation_or_word_that_can_end_does(text: str) -> None:
    assert ends_sentence(text)


def test_an_initial_waits_for_its_name() -> None:
    assert not ends_sentence("J.")
    assert not ends_sentence("by George W.")
    assert ends_sentence("rich in vitamin C.")
    assert ends_sentence("So do I.")


@pytest.mark.parametrize(
    "text", ["in 2026.", "for $40.", "up 3.5.", "of 1,200.", "by 40%.", "the (new) 3.)", "by 12. "]
)
def test_a_number_that_is_finished_ends(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["version 3.", "v3.", "Steps:\n3. ", "3. ", "about 12."])
def test_a_number_that_may_go_on_does_not_end(text: str) -> None:
    assert not ends_sentence(text)


@pytest.mark.parametrize(
    "extra", ["🐦", "👩🏿‍🚀🇫🇷", "#birds", "#birds #wrens", "@wren", "finch.org/a", "$AAPL"]
)
def test_extras_may_follow_a_finished_sentence_or_have_their_own_line(extra: str) -> None:
    assert ends_sentence(f"They sing. {extra}")
    assert ends_sentence(f"They sing\n\n{extra}")
    assert ends_sentence(extra)


def test_an_emoji_or_hashtag_needs_no_space_before_it() -> None:
    assert ends_sentence("They sing!🐦")
    assert ends_sentence("They sing!#birds")


@pytest.mark.parametrize("extra", ["🐦", "#birds", "@wren", "finch.org/a"])
def test_extras_do_not_finish_a_sentence(extra: str) -> None:
    assert not ends_sentence(f"They sing {extra}")
    assert not ends_sentence(f"They sing, {extra}")


def test_only_a_url_may_follow_a_colon() -> None:
    assert ends_sentence("Read it here: https://finch.org/a")
    assert not ends_sentence("Read it here: #birds")


@given(st.text(st.characters()))
def test_any_text_has_an_answer_and_a_full_sentence_behind_it_ends(text: str) -> None:
    assert ends_sentence(text) in (True, False)
    assert ends_sentence(f"{text} It is finished.")
