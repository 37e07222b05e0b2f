"""The pairs that teach the built-in model, and what holds for sets as well."""

from __future__ import annotations

import pytest

from app.compose.brief import NOTES_LIMIT
from app.compose.ranking import is_copy
from app.post_text import ends_sentence, weigh
from training.pairs import Pair, Post, read_pairs, read_sets


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return read_pairs()


@pytest.fixture(scope="module", params=[read_pairs, read_sets])
def posts(request: pytest.FixtureRequest) -> list[tuple[Pair, Post]]:
    return [(pair, post) for pair in request.param() for post in pair.posts]


def test_there_are_fifteen_hundred_notes_and_no_two_are_the_same(pairs: list[Pair]) -> None:
    notes = {pair.notes.strip().casefold() for pair in pairs}
    assert len(notes) == len(pairs) >= 1500


def test_all_notes_can_be_written_from(pairs: list[Pair]) -> None:
    assert all(0 < len(pair.notes.strip()) <= NOTES_LIMIT for pair in pairs)


def test_all_notes_have_two_posts_or_more(pairs: list[Pair]) -> None:
    assert [pair.place for pair in pairs if len(pair.posts) < 2] == []


def test_every_post_fits_its_length(posts: list[tuple[Pair, Post]]) -> None:
    long = [
        pair.place
        for pair, post in posts
        if weigh(post.text).weighted_length > post.length.weighted_limit
    ]
    assert long == []


def test_every_post_ends_a_sentence(posts: list[tuple[Pair, Post]]) -> None:
    assert [pair.place for pair, post in posts if not ends_sentence(post.text + "\n")] == []


def test_no_post_copies_its_notes(posts: list[tuple[Pair, Post]]) -> None:
    assert [pair.place for pair, post in posts if is_copy(post.text, pair.notes)] == []


def test_no_domain_is_both_taught_and_held_out(pairs: list[Pair]) -> None:
    taught = {pair.domain.casefold() for pair in pairs if not pair.is_held_out}
    held_out = {pair.domain.casefold() for pair in pairs if pair.is_held_out}
    assert taught
    assert held_out
    assert not taught & held_out
