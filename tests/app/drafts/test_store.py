from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.drafts.draft import Folder
from app.drafts.store import Counts, DraftStore
from app.errors import StoreError


def test_a_new_draft_has_one_empty_post_and_lies_among_the_drafts(store: DraftStore) -> None:
    draft = store.create()
    assert (draft.posts, draft.notes, draft.folder) == (("",), "", Folder.DRAFTS)


def test_a_draft_comes_back_as_it_was_created(store: DraftStore) -> None:
    draft = store.create(("one", "two\nlines"), "notes")
    assert store.get(draft.id) == draft


def test_times_are_now_and_in_utc(store: DraftStore) -> None:
    before = datetime.now(UTC)
    draft = store.create()
    assert before <= draft.created == draft.changed <= datetime.now(UTC)
    assert store.get(draft.id).created.tzinfo is UTC


def test_an_id_is_nine_characters_that_need_no_escaping(store: DraftStore) -> None:
    assert re.fullmatch(r"[0-9a-z]{9}", store.create().id)


def test_ids_sort_by_creation(store: DraftStore) -> None:
    ids = [store.create().id for _ in range(20)]
    assert ids == sorted(set(ids))


def test_a_saved_text_outlives_the_store(open_store: Callable[[], DraftStore]) -> None:
    first = open_store()
    draft = first.save(first.create().id, ("kept",), "notes too")
    first.close()
    assert open_store().get(draft.id) == draft


def test_a_save_moves_changed_forward_and_leaves_created(store: DraftStore) -> None:
    draft = store.create(("a",))
    saved = store.save(draft.id, ("b",), "")
    assert saved.changed > draft.changed
    assert saved.created == draft.created


def test_saving_an_identical_state_does_not_touch_changed(store: DraftStore) -> None:
    draft = store.create(("same",), "notes")
    assert store.save(draft.id, ("same",), "notes") == draft == store.get(draft.id)


@pytest.mark.parametrize(
    "text", ["", "\0", "a\0b", "👩‍👩‍👧‍👦 ❤️", "\r\n\u2028", "'\"; DROP TABLE draft", "x" * 100_000]
)
def test_any_text_comes_back_unchanged(store: DraftStore, text: str) -> None:
    draft = store.create((text, text), text)
    assert store.get(draft.id) == draft
    assert draft.posts == (text, text)


def test_half_a_surrogate_pair_is_saved_as_a_replacement_character(store: DraftStore) -> None:
    assert store.create(("a\ud83dz",), "\udc00").posts == ("a\ufffdz",)


def test_two_halves_of_a_surrogate_pair_are_saved_as_their_character(store: DraftStore) -> None:
    assert store.create(("\ud83d\ude00",)).posts == ("😀",)


def test_a_draft_without_posts_is_refused_as_a_bug(store: DraftStore) -> None:
    with pytest.raises(ValueError, match="at least one post"):
        store.create(())


@pytest.mark.parametrize("id", ["", "000000000", "no such id", "\udcff", "é"])
def test_an_unknown_id_is_told_in_a_sentence(store: DraftStore, id: str) -> None:
    with pytest.raises(StoreError, match="no longer in the drafts file"):
        store.get(id)


def test_saving_a_deleted_draft_says_that_the_text_is_safe(store: DraftStore) -> None:
    draft = store.create(("x",))
    store.move(draft.id, Folder.TRASH)
    store.delete_forever(draft.id)
    with pytest.raises(StoreError, match="text on screen is safe"):
        store.save(draft.id, ("y",), "")


def test_the_newest_change_is_listed_first(store: DraftStore) -> None:
    old, new = store.create(("old",)), store.create(("new",))
    store.save(old.id, ("old again",), "")
    assert [row.id for row in store.summaries(Folder.DRAFTS)] == [old.id, new.id]


@pytest.mark.parametrize(
    ("posts", "notes", "line"),
    [
        (("", "\n  \n second \nthird"), "notes", "second"),
        (("first", "second"), "notes", "first"),
        (("", " \n"), "\n from notes\n", "from notes"),
        (("",), "", ""),
    ],
)
def test_the_first_line_is_the_first_with_text(
    store: DraftStore, posts: tuple[str, ...], notes: str, line: str
) -> None:
    store.create(posts, notes)
    assert store.summaries(Folder.DRAFTS)[0].first_line == line


def test_a_summary_sums_the_weights_and_links_of_all_posts(store: DraftStore) -> None:
    store.create(("see https://example.com/a-long-path", "日本 example.com"))
    (row,) = store.summaries(Folder.DRAFTS)
    assert (row.post_count, row.weighted_length, row.link_count) == (2, 4 + 23 + 5 + 23, 2)


def test_a_save_updates_the_summary(store: DraftStore) -> None:
    saved = store.save(store.create(("a",)).id, ("b", "example.com"), "")
    (row,) = store.summaries(Folder.DRAFTS)
    assert (row.first_line, row.post_count, row.weighted_length) == ("b", 2, 24)
    assert (row.link_count, row.changed) == (1, saved.changed)


def test_a_moved_draft_is_in_its_new_folder_alone(store: DraftStore) -> None:
    draft = store.create()
    store.move(draft.id, Folder.POSTED)
    assert store.summaries(Folder.DRAFTS) == ()
    assert store.get(draft.id).folder is Folder.POSTED
    assert store.counts() == Counts(drafts=0, posted=1, trash=0)


def test_only_trash_can_be_deleted_forever(store: DraftStore) -> None:
    draft = store.create(("x",))
    with pytest.raises(StoreError, match="trash"):
        store.delete_forever(draft.id)
    assert store.get(draft.id) == draft


def test_a_deleted_draft_is_gone_with_its_versions(store: DraftStore) -> None:
    draft = store.create(("x",))
    store.remember_version(draft.id, ("older",), "variant used")
    store.move(draft.id, Folder.TRASH)
    store.delete_forever(draft.id)
    assert store.counts() == Counts(0, 0, 0)
    assert store.summaries(Folder.TRASH, "x") == ()
    with pytest.raises(StoreError):
        store.versions(draft.id)


def test_versions_come_back_newest_first(store: DraftStore) -> None:
    draft = store.create()
    first = store.remember_version(draft.id, ("a", "b"), "variant used")
    second = store.remember_version(draft.id, ("c",), "rewrite")
    assert store.versions(draft.id) == (second, first)
    assert first.posts == ("a", "b")


def test_remembering_a_version_leaves_the_draft_as_it_is(store: DraftStore) -> None:
    draft = store.create(("now",))
    store.remember_version(draft.id, ("before",), "variant used")
    assert store.get(draft.id) == draft


def test_versions_belong_to_one_draft(store: DraftStore) -> None:
    one, other = store.create(), store.create()
    store.remember_version(one.id, ("a",), "rewrite")
    assert store.versions(other.id) == ()


def test_latest_is_the_draft_changed_last_in_its_folder(store: DraftStore) -> None:
    old, new = store.create(("old",)), store.create(("new",))
    store.move(new.id, Folder.TRASH)
    assert store.latest(Folder.DRAFTS) == old


def test_an_empty_folder_has_no_latest(store: DraftStore) -> None:
    assert store.latest(Folder.POSTED) is None
