"""One row for each post that is sent off, and never two live ones for the same post."""

from __future__ import annotations

import sqlite3

import pytest

from app.drafts.draft import Folder
from app.drafts.store import DraftStore
from app.errors import UserError
from app.posting.content import Content
from app.posting.outbox import Entry, Outbox, State

THREAD = (Content("One."), Content("Two."), Content("Three."))


@pytest.fixture
def draft(store: DraftStore) -> str:
    return store.create(("One.", "Two.", "Three.")).id


def sent(outbox: Outbox, draft: str, *, behind: str = "") -> Entry:
    """The first post of the thread, on its way."""
    _, entries = outbox.begin(draft, "7", THREAD)
    return outbox.send(entries[0].id, behind)


def states(outbox: Outbox, draft: str) -> list[State]:
    return [entry.state for entry in outbox.of_draft(draft)]


def test_a_thread_has_a_row_for_each_post(outbox: Outbox, draft: str) -> None:
    _, entries = outbox.begin(draft, "7", THREAD)
    assert [(entry.place, entry.content) for entry in entries] == list(enumerate(THREAD))


def test_what_is_kept_is_exactly_what_was_given(outbox: Outbox, draft: str) -> None:
    sent(outbox, draft)
    assert outbox.of_draft(draft)[0].content.text == "One."


@pytest.mark.parametrize("leave", ["waiting", "sending", "unknown", "posted"])
def test_a_draft_with_a_live_post_is_not_begun_again(
    outbox: Outbox, draft: str, leave: str
) -> None:
    _, entries = outbox.begin(draft, "7", THREAD[:1])
    if leave != "waiting":
        outbox.send(entries[0].id, "")
    if leave == "unknown":
        outbox.unknown(entries[0].id)
    if leave == "posted":
        outbox.posted(entries[0].id, "100")
    with pytest.raises(UserError):
        outbox.begin(draft, "7", THREAD[:1])


def test_the_file_itself_refuses_a_second_live_row(
    outbox: Outbox, store: DraftStore, draft: str
) -> None:
    outbox.begin(draft, "7", THREAD[:1])
    with pytest.raises(sqlite3.IntegrityError), store.database.writing() as sql:
        sql.execute(
            "INSERT INTO outbox (draft, place, places, account, content, state, created, changed)"
            " SELECT draft, place, places, account, content, 'waiting', created, changed"
            " FROM outbox"
        )


@pytest.mark.parametrize("end", ["rejected", "withdrawn"])
def test_a_post_that_is_not_on_x_may_be_sent_off_again(
    outbox: Outbox, draft: str, end: str
) -> None:
    entry = sent(outbox, draft)
    outbox.withdraw_waiting(draft)
    outbox.rejected(entry.id, "wait", "") if end == "rejected" else outbox.withdraw(entry.id)
    assert len(outbox.begin(draft, "7", THREAD)[1]) == 3


def test_a_thread_goes_on_behind_its_last_confirmed_post(outbox: Outbox, draft: str) -> None:
    entry = sent(outbox, draft)
    outbox.posted(entry.id, "100")
    outbox.withdraw_waiting(draft)
    behind, entries = outbox.begin(draft, "7", THREAD)
    assert (behind, [entry.place for entry in entries]) == ("100", [1, 2])


def test_a_thread_does_not_go_on_from_another_account(outbox: Outbox, draft: str) -> None:
    entry = sent(outbox, draft)
    outbox.posted(entry.id, "100")
    outbox.withdraw_waiting(draft)
    with pytest.raises(UserError, match="another account"):
        outbox.begin(draft, "8", THREAD)


def test_a_post_is_sent_only_while_it_waits(outbox: Outbox, draft: str) -> None:
    entry = sent(outbox, draft)
    with pytest.raises(ValueError, match="cannot be sent"):
        outbox.send(entry.id, "")


def test_with_its_last_post_a_draft_is_posted(
    outbox: Outbox, store: DraftStore, draft: str
) -> None:
    _, entries = outbox.begin(draft, "7", THREAD)
    folders = []
    for number, entry in enumerate(entries):
        outbox.send(entry.id, "")
        outbox.posted(entry.id, str(number))
        folders.append(store.get(draft).folder)
    assert folders == [Folder.DRAFTS, Folder.DRAFTS, Folder.POSTED]


def test_what_an_ended_process_was_sending_is_unknown_and_the_rest_is_not_sent(
    outbox: Outbox, draft: str
) -> None:
    sent(outbox, draft)
    outbox.recover()
    assert states(outbox, draft) == [State.UNKNOWN, State.WITHDRAWN, State.WITHDRAWN]


def test_a_shorter_thread_ends_where_it_was_sent_off_last(outbox: Outbox, draft: str) -> None:
    sent(outbox, draft)
    outbox.recover()
    outbox.withdraw(outbox.of_draft(draft)[0].id)
    outbox.begin(draft, "7", THREAD[:2])
    assert states(outbox, draft) == [State.WAITING, State.WAITING]


def test_the_first_attempt_is_remembered_over_later_ones(outbox: Outbox, draft: str) -> None:
    first = sent(outbox, draft)
    outbox.recover()
    outbox.withdraw(first.id)
    again = sent(outbox, draft)
    assert outbox.first_attempt(again) == first.created


def test_recent_texts_are_of_one_account_and_leave_the_draft_itself_out(
    outbox: Outbox, store: DraftStore, draft: str
) -> None:
    outbox.posted(sent(outbox, draft).id, "100")
    other = store.create(("Other.",)).id
    assert outbox.recent_texts("7", besides=other) == {"One."}
    assert outbox.recent_texts("7", besides=draft) == frozenset()
    assert outbox.recent_texts("8", besides=other) == frozenset()


def test_a_deleted_post_puts_the_draft_back_and_may_be_posted_again(
    outbox: Outbox, store: DraftStore
) -> None:
    draft = store.create(("One.",)).id
    _, (entry,) = outbox.begin(draft, "7", THREAD[:1])
    outbox.send(entry.id, "")
    outbox.posted(entry.id, "100")
    outbox.deleted(entry.id)
    assert store.get(draft).folder is Folder.DRAFTS
    assert len(outbox.begin(draft, "7", THREAD[:1])[1]) == 1


def test_an_entry_that_is_not_there_is_told_in_a_sentence(outbox: Outbox) -> None:
    with pytest.raises(UserError, match="no such post"):
        outbox.entry(99)


def test_a_thread_whose_live_posts_are_not_its_first_ones_does_not_go_on(
    outbox: Outbox, draft: str
) -> None:
    """Going on by number alone would leave out the post that has moved up."""
    outbox.posted(sent(outbox, draft).id, "100")
    outbox.withdraw_waiting(draft)
    with pytest.raises(UserError, match="not the first ones"):
        outbox.begin(draft, "7", THREAD[1:])


def test_a_thread_without_its_first_post_does_not_go_on(outbox: Outbox, draft: str) -> None:
    _, entries = outbox.begin(draft, "7", THREAD)
    for number, entry in enumerate(entries[:2]):
        outbox.posted(outbox.send(entry.id, "").id, str(number))
    outbox.withdraw_waiting(draft)
    outbox.deleted(entries[0].id)
    with pytest.raises(UserError, match="not the first ones"):
        outbox.begin(draft, "7", THREAD)


def test_an_attempt_that_x_refused_is_no_first_attempt(outbox: Outbox, draft: str) -> None:
    refused = sent(outbox, draft)
    outbox.withdraw_waiting(draft)
    outbox.rejected(refused.id, "forbidden", "")
    again = sent(outbox, draft)
    assert outbox.first_attempt(again) == again.created
