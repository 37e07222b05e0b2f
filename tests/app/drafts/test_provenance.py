"""Where a draft's words come from, kept with it and told as fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.drafts.draft import Folder
from app.drafts.provenance import Generation, as_fields
from app.drafts.store import DraftStore
from app.errors import StoreError

WRITTEN = Generation("smollm2", "fair on Sunday, 10 to 4", "The fair is on Sunday, 10 to 4.")


def test_what_was_generated_comes_back_in_order(store: DraftStore) -> None:
    id = store.create().id
    other = Generation("smollm2", "fair", "A fair.")
    store.record_generation(id, WRITTEN)
    store.record_generation(id, other)
    assert [entry for _, entry in store.provenance(id).generations] == [WRITTEN, other]


def test_a_confirmed_claim_stays_with_its_draft_alone(
    open_store: Callable[[], DraftStore],
) -> None:
    store = open_store()
    id, other = store.create().id, store.create().id
    store.confirm(id, "number: 1,200")
    store.close()
    again = open_store()
    assert again.get(id).confirmed == {"number: 1,200"}
    assert again.get(other).confirmed == frozenset()
    assert again.latest(Folder.DRAFTS) in (again.get(id), again.get(other))


def test_confirming_twice_keeps_one(store: DraftStore) -> None:
    id = store.create().id
    store.confirm(id, "number: 12")
    store.confirm(id, "number: 12")
    assert len(store.provenance(id).confirmations) == 1


def test_a_withdrawn_confirmation_is_gone(store: DraftStore) -> None:
    id = store.create().id
    store.confirm(id, "number: 12")
    store.withdraw(id, "number: 12")
    assert store.get(id).confirmed == frozenset()


def test_a_deleted_draft_takes_its_record_with_it(store: DraftStore) -> None:
    id = store.create().id
    store.record_generation(id, WRITTEN)
    store.confirm(id, "number: 12")
    store.move(id, Folder.TRASH)
    store.delete_forever(id)
    with pytest.raises(StoreError):
        store.provenance(id)


def test_the_record_says_what_was_changed_by_hand(store: DraftStore) -> None:
    id = store.create(notes=WRITTEN.notes).id
    store.record_generation(id, WRITTEN)
    store.save(id, ("The fair is on Sunday, from 10 to 4.",), WRITTEN.notes)
    [post] = as_fields(store.provenance(id))["posts"]
    assert post["generated_as"] == WRITTEN.text
    assert post["changed_by_hand"] == [{"from": "", "to": "from "}]


def test_a_post_that_no_model_wrote_says_so(store: DraftStore) -> None:
    id = store.create(("By hand alone",)).id
    store.record_generation(id, WRITTEN)
    [post] = as_fields(store.provenance(id))["posts"]
    assert (post["generated_as"], post["changed_by_hand"]) == (None, None)
