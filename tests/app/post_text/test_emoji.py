"""Claims about emoji, held against Unicode's whole list."""

from app.post_text.emoji import find_sequences, start_of_last_emoji
from app.post_text.weight import weigh
from app.post_text.wordlist import read_words

FORMS = read_words("emoji.txt")


def test_the_list_is_current() -> None:
    assert len(FORMS) > 5000
    assert "🫩" in FORMS  # Emoji 16, 2024


def test_every_listed_form_weighs_2_alone_and_among_others() -> None:
    assert {form for form in FORMS if weigh(form).weighted_length != 2} == set()
    assert weigh("x".join(FORMS), 10**6).weighted_length == 3 * len(FORMS) - 1


def test_every_listed_sequence_is_found_whole() -> None:
    sequences = {form for form in FORMS if len(form) > 1}
    assert {s for s in sequences if list(find_sequences(s)) != [(0, len(s))]} == set()


def test_every_listed_form_is_seen_at_the_end_of_a_text() -> None:
    assert {form for form in FORMS if start_of_last_emoji(f"ok {form}") != 3} == set()


def test_a_joined_pair_that_unicode_does_not_list_is_two_emoji_and_a_joiner() -> None:
    assert weigh("🐦\u200d🚒").weighted_length == 5
    assert list(find_sequences("👨🏽\u200d👩🏽")) == [(0, 2), (3, 5)]


def test_the_signs_of_copyright_and_registration_alone_are_text() -> None:
    assert weigh("©®").weighted_length == 2


def test_three_regional_indicators_are_a_flag_and_a_letter() -> None:
    assert list(find_sequences("🇫🇷🇩")) == [(0, 2)]


def test_letters_and_digits_are_no_emoji() -> None:
    assert start_of_last_emoji("5") is None
    assert start_of_last_emoji("鳥") is None
    assert start_of_last_emoji("") is None
