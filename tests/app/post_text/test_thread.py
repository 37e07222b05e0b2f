"""Claims about splitting a text into a thread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.post_text import find, split, weigh

any_text = st.text(st.characters())
prose = st.lists(
    st.sampled_from(
        ["Finches sing. ", "word ", "\n\n", "\n", "\t", "日本語です。", "Dr. ", "#birdsong "]
    )
    | st.sampled_from(["👩🏿‍🚀", "🇫🇷", "https://finch.org/a ", "@wren ", "w" * 50, "a.io@"])
    | st.sampled_from(["e\u0301", "q\u0307", "\ufeff", "http://日。本.com"]),
    max_size=60,
).map("".join)


def without_spaces(text: str) -> str:
    return "".join(text.split())


def test_a_text_that_fits_is_one_post_as_it_stands() -> None:
    assert split("") == ("",)
    assert split("  Two spaces before. ") == ("  Two spaces before. ",)


def test_a_paragraph_break_in_the_second_half_is_preferred() -> None:
    first, second = "One. " * 40, "Two. " * 30
    assert split(f"{first.strip()}\n\n{second.strip()}") == (first.strip(), second.strip())


def test_an_early_paragraph_break_leaves_no_short_post() -> None:
    assert len(split("Hello.\n\n" + "One two. " * 40)) == 2


def test_a_sentence_goes_before_a_word() -> None:
    text = "Birds sing at dawn. " * 13 + "This one is rather longer than the rest of them"
    assert split(text)[0] == ("Birds sing at dawn. " * 13).strip()


def test_an_abbreviation_is_no_place_to_split() -> None:
    text = "So it began. " * 20 + "We met Dr. " + "Finch " * 10
    assert split(text)[0].endswith("began.")


def test_a_word_is_kept_whole_when_there_is_no_sentence() -> None:
    assert split("finch " * 60)[0] == ("finch " * 46).strip()


def test_text_without_spaces_is_split_after_its_own_full_stop() -> None:
    assert {post[-1] for post in split("鳥が歌います。" * 50)} == {"。"}


def test_a_word_longer_than_a_post_is_split_anywhere() -> None:
    assert [len(post) for post in split("w" * 600)] == [280, 280, 40]


def test_a_tag_moves_whole_to_the_next_post() -> None:
    assert split("鳥" * 138 + "、#birds")[1] == "#birds"


def test_a_letter_keeps_its_marks() -> None:
    assert split("w" * 279 + "q\u0307\u0323")[1] == "q\u0307\u0323"


def test_a_limit_below_a_url_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold a URL"):
        split("text", 22)


@given(any_text | prose, st.integers(23, 400))
def test_every_post_fits_and_nothing_is_lost(text: str, limit: int) -> None:
    posts = split(text, limit)
    assert without_spaces("".join(posts)) == without_spaces(text)
    assert all(weigh(post, limit).weighted_length <= limit for post in posts)


@given(prose)
def test_no_post_of_a_thread_is_empty(text: str) -> None:
    posts = split(text)
    assert len(posts) == 1 or all(post.strip() for post in posts)


@given(prose)
def test_splitting_again_changes_nothing(text: str) -> None:
    assert all(split(post) == (post,) for post in split(text))


def test_urls_stay_whole() -> None:
    url = "https://finch.org/" + "x" * 400
    posts = split(f"{url} " * 30)
    assert [len(find(post)) for post in posts] == [11, 11, 8]
