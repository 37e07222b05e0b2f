"""The sets: the same notes told in four ways."""

from __future__ import annotations

from collections import Counter

import pytest

from app.compose.brief import Tone
from training.pairs import Pair, read_pairs, read_sets


@pytest.fixture(scope="module")
def sets() -> list[Pair]:
    return read_sets()


def test_there_are_a_thousand_sets_and_their_notes_stand_nowhere_else(sets: list[Pair]) -> None:
    notes = [pair.notes.strip().casefold() for pair in (*sets, *read_pairs())]
    assert len(sets) >= 1000
    assert [note for note, times in Counter(notes).items() if times > 1] == []


def test_a_set_is_four_posts_in_one_tone_and_length(sets: list[Pair]) -> None:
    for one in sets:
        assert len({post.text for post in one.posts}) == 4, one.place
        assert len({(post.tone, post.length) for post in one.posts}) == 1, one.place


def test_each_tone_has_a_quarter_of_the_sets(sets: list[Pair]) -> None:
    tones = Counter(one.posts[0].tone for one in sets)
    assert set(tones) == set(Tone)
    assert min(tones.values()) > 0.23 * len(sets)
