from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drafts.draft import Folder
from app.drafts.search import fold
from app.drafts.store import DraftStore


def found(store: DraftStore, words: str) -> set[str]:
    return {row.first_line for row in store.summaries(Folder.DRAFTS, words)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The heron returned", "hero"),
        ("The heron returned", "heron ret"),
        ("The heron returned", "returned THE"),
        ("The heron returned", "eron"),
        ("Café in Zürich", "cafe zurich"),
        ("cafe", "CAFÉ"),
        ("cafe\u0301", "café"),
        ("Große Straße", "STRASSE"),
        ("𝗕𝗼𝗹𝗱 claims", "bold"),
        ("今日は東京で会議", "東京"),
        ("今日は東京で会議", "京"),
        ("오늘 서울에서", "서울"),
        ("100% sure", "0%"),
        ("snake_case", "e_c"),
        ("a*b [c] what?", "*b [c] t?"),
        ('she said "yes"', '"yes'),
        ("launch 🚀 today", "🚀"),
        ("@twite #finch", "#fin @tw"),
        ("a\0b", "b"),
        ("x", "x"),
    ],
)
def test_a_draft_is_found_by_a_part_of_its_words(store: DraftStore, text: str, words: str) -> None:
    store.create(("other",))
    store.create((text,))
    assert found(store, words) == {text}


@pytest.mark.parametrize(
    "words", ["hero*n", "h?ron", "h_ron", "h%n", "hron", "heron gull", "[h]eron"]
)
def test_signs_stand_for_themselves(store: DraftStore, words: str) -> None:
    store.create(("heron",))
    assert found(store, words) == set()


@pytest.mark.parametrize("words", ["", "  ", "\n", "\u0301", "\0"])
def test_a_search_without_words_lists_everything(store: DraftStore, words: str) -> None:
    store.create(("heron",))
    assert found(store, words) == {"heron"}


def test_every_post_and_the_notes_are_searched(store: DraftStore) -> None:
    store.create(("first", "second heron"), "gull in the notes")
    assert found(store, "heron gull") == {"first"}


def test_a_search_stays_in_its_folder(store: DraftStore) -> None:
    store.move(store.create(("heron",)).id, Folder.TRASH)
    assert found(store, "heron") == set()


def test_a_deleted_draft_leaves_nothing_to_find_in_a_later_one(store: DraftStore) -> None:
    deleted = store.create(("heron",))
    store.move(deleted.id, Folder.TRASH)
    store.delete_forever(deleted.id)
    store.create(("gull",))
    assert found(store, "heron") == set()


def test_a_save_changes_what_finds_the_draft(store: DraftStore) -> None:
    store.save(store.create(("heron",)).id, ("gull",), "")
    assert found(store, "heron") == set()
    assert found(store, "gull") == {"gull"}


@pytest.mark.parametrize(
    "words", ["x" * 100_000, "[" * 100_000, "a " * 50_000, "\ud800", '"*:^(){}']
)
def test_no_search_raises(store: DraftStore, words: str) -> None:
    store.create(("heron",))
    assert found(store, words) == set()


def test_a_whole_pasted_post_is_found(store: DraftStore) -> None:
    text = " ".join(f"word{number}" for number in range(80))
    store.create((text,))
    assert found(store, text) == {text}


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
