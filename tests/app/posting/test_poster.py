"""Posting to the loopback X: once for each click, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.drafts.draft import Folder
from app.drafts.extras import Audience, Extras, Medium, Poll, PostExtras
from app.errors import UserError
from app.posting.answers import Refusal, Refused
from app.posting.content import contents
from app.posting.outbox import State
from app.posting.outcome import Outcome, Progress
from tests.helpers.person import Person
from tests.helpers.x_faults import (
    CUT,
    NOT_JSON,
    RESET_DONE,
    RESET_READ,
    RESET_UNREAD,
    Fault,
    Gate,
    late,
    redirects,
    says,
    waits,
)
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def x() -> Iterator[X]:
    with X() as x:
        yield x


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def person(tmp_path: Path, x: X, opened: ExitStack) -> Person:
    return Person(tmp_path, x, x.add_user("mill"), opened)


def test_exactly_the_text_of_the_draft_is_posted(person: Person) -> None:
    text = "Café at 7 — “really” 🙂\n\n<b>&amp; more</b>"
    outcome = person.posts(person.writes(text))
    assert (outcome.state, person.live) == (State.POSTED, [text])


def test_a_posted_draft_moves_to_the_posted_ones(person: Person) -> None:
    id = person.writes("One.")
    person.posts(id)
    assert person.draft(id).folder is Folder.POSTED


def test_the_id_of_the_post_is_kept(person: Person) -> None:
    id = person.writes("One.")
    person.posts(id)
    assert person.entries(id)[0].post_id == person.x.posts[0].id


def test_a_thread_is_a_chain_of_answers(person: Person) -> None:
    person.posts(person.writes("One.", "Two.", "Three."))
    ids = [post.id for post in person.x.posts]
    assert [post.reply_to for post in person.x.posts] == ["", *ids[:-1]]


def test_what_a_post_carries_goes_with_it(person: Person, tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(PNG)
    extras = Extras(
        (PostExtras((Medium(str(image), "A bike."),)), PostExtras(poll=Poll(("Yes", "No"), 60))),
        Audience.FOLLOWING,
        paid_partnership=True,
    )
    person.posts(person.writes("Look.", "Well?", extras=extras))
    first, second = person.x.posts
    assert len(first.media) == 1
    assert first.settings == {"reply_settings": "following", "paid_partnership": True}
    assert second.poll == {"options": ["Yes", "No"], "duration_minutes": 60}


def test_progress_names_the_post_and_the_bytes_of_its_file(person: Person, tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    image.write_bytes(PNG)
    extras = Extras((PostExtras((Medium(str(image)),)),))
    id = person.writes("Look.", "Two.", extras=extras)
    seen: list[Progress] = []
    draft = person.draft(id)
    asyncio.run(
        person.poster.post(id, person.account, contents(draft.posts, draft.extras), seen.append)
    )
    size = len(PNG)
    assert seen == [Progress(0, 2), Progress(0, 2, size, size), Progress(1, 2)]


@pytest.mark.parametrize("fault", [RESET_DONE, CUT, NOT_JSON, says(503, acts=True)])
def test_a_post_whose_answer_was_lost_is_found_on_the_timeline(
    person: Person, fault: Fault
) -> None:
    person.x.next(Kind.POST, fault)
    id = person.writes("Read example.org & more.")
    assert person.posts(id).state is State.POSTED
    assert person.entries(id)[0].post_id == person.x.posts[0].id
    assert len(person.live) == 1


@pytest.mark.parametrize("fault", [RESET_READ, RESET_UNREAD, says(500)])
def test_a_post_that_is_not_to_be_found_is_unknown_and_not_sent_again(
    person: Person, fault: Fault
) -> None:
    person.x.next(Kind.POST, fault)
    id = person.writes("One.")
    assert person.posts(id).state is State.UNKNOWN
    with pytest.raises(UserError, match="may be up already"):
        person.posts(id)
    assert person.live == []


def test_where_the_timeline_is_silent_too_the_post_stays_unknown(person: Person) -> None:
    person.x.next(Kind.POST, RESET_DONE)
    person.x.next(Kind.TIMELINE, says(503))
    assert person.posts(person.writes("One.")).state is State.UNKNOWN


def test_looking_again_finds_it(person: Person) -> None:
    person.x.next(Kind.POST, RESET_DONE)
    person.x.next(Kind.TIMELINE, says(503))
    id = person.writes("One.")
    entry = person.posts(id).entries[0]
    outcome = asyncio.run(person.poster.check(entry, person.account))
    assert outcome.state is State.POSTED
    assert person.draft(id).folder is Folder.POSTED


def test_looking_while_x_is_not_to_be_reached_says_so(person: Person) -> None:
    person.x.next(Kind.POST, RESET_READ)
    entry = person.posts(person.writes("One.")).entries[0]
    with person.x.offline(), pytest.raises(Refused, match="cannot be reached"):
        asyncio.run(person.poster.check(entry, person.account))


def test_a_post_that_its_writer_sees_on_x_is_posted(person: Person) -> None:
    person.x.next(Kind.POST, RESET_READ)
    id = person.writes("One.")
    entry = person.posts(id).entries[0]
    asyncio.run(person.poster.resolve(entry, is_up=True))
    assert person.draft(id).folder is Folder.POSTED


def test_a_post_that_its_writer_does_not_see_may_be_sent_again(person: Person) -> None:
    person.x.next(Kind.POST, RESET_READ)
    id = person.writes("One.")
    entry = person.posts(id).entries[0]
    asyncio.run(person.poster.resolve(entry, is_up=False))
    assert person.posts(id).state is State.POSTED
    assert person.live == ["One."]


def test_sent_again_though_it_was_up_x_refuses_it_and_it_is_found(person: Person) -> None:
    person.x.next(Kind.POST, RESET_DONE)
    person.x.next(Kind.TIMELINE, says(503))
    id = person.writes("One.")
    asyncio.run(person.poster.resolve(person.posts(id).entries[0], is_up=False))
    assert person.posts(id).state is State.POSTED
    assert person.live == ["One."]


def test_a_post_is_found_although_the_clocks_differ(person: Person) -> None:
    person.x.clock_off = timedelta(minutes=-50)
    person.x.next(Kind.POST, RESET_DONE)
    assert person.posts(person.writes("One.")).state is State.POSTED


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (says(402), Refusal.CREDITS),
        (says(403, "Your account is suspended."), Refusal.FORBIDDEN),
        (
            says(403, "You are not allowed to create a Tweet with duplicate content."),
            Refusal.DUPLICATE,
        ),
        (says(400, "Tweet text is too long."), Refusal.TOO_LONG),
        (waits(90), Refusal.WAIT),
        (waits(None), Refusal.WAIT),
        (redirects("http://127.0.0.1:9/"), Refusal.INVALID),
    ],
)
def test_a_refusal_is_told_and_the_draft_stays(person: Person, fault: Fault, kind: Refusal) -> None:
    person.x.next(Kind.POST, fault)
    id = person.writes("One.")
    [entry] = person.posts(id).entries
    assert (entry.state, entry.kind, bool(entry.reason)) == (State.REJECTED, kind, True)
    assert person.draft(id).folder is Folder.DRAFTS
    assert person.live == []


def test_a_wait_has_its_end(person: Person) -> None:
    person.x.next(Kind.POST, waits(90))
    until = person.posts(person.writes("One.")).until
    assert until is not None
    assert timedelta(seconds=80) < until - datetime.now(UTC) < timedelta(seconds=91)


def test_an_expired_token_is_renewed_without_a_word(person: Person) -> None:
    person.x.expire(person.vault.read(person.account.id, "access") or "")
    assert person.posts(person.writes("One.")).state is State.POSTED


def test_a_sign_in_that_x_has_forgotten_is_told(person: Person) -> None:
    person.x.next(Kind.POST, says(401), says(401))
    [entry] = person.posts(person.writes("One.")).entries
    assert entry.kind == Refusal.SIGN_IN


def test_offline_nothing_is_sent_and_nothing_is_sent_later(person: Person) -> None:
    id = person.writes("One.")
    with person.x.offline():
        [entry] = person.posts(id).entries
    asyncio.run(person.poster.recover())
    assert (entry.kind, person.live) == (Refusal.OFFLINE, [])


def test_a_thread_that_breaks_off_goes_on_behind_its_last_post(person: Person) -> None:
    person.x.next(Kind.POST, None, None, waits(90))
    id = person.writes("One.", "Two.", "Three.", "Four.")
    first = person.posts(id)
    states = [entry.state for entry in first.entries]
    assert states == [State.POSTED, State.POSTED, State.REJECTED, State.WITHDRAWN]
    assert person.posts(id).state is State.POSTED
    assert person.live == ["One.", "Two.", "Three.", "Four."]
    assert person.x.posts[2].reply_to == person.x.posts[1].id


def test_cancelled_while_it_is_sent_a_post_is_unknown(person: Person) -> None:
    gate = Gate()
    person.x.next(Kind.POST, late(gate))
    id = person.writes("One.", "Two.")

    async def cancel() -> None:
        texts = contents(person.draft(id).posts, Extras())
        task = asyncio.create_task(person.poster.post(id, person.account, texts))
        await asyncio.to_thread(gate.reached.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    gate.set()
    assert [entry.state for entry in person.entries(id)] == [State.UNKNOWN, State.WITHDRAWN]


def test_two_clicks_at_once_post_once(person: Person) -> None:
    id = person.writes("One.")
    texts = contents(("One.",), Extras())

    async def twice() -> list[object]:
        clicks = (person.poster.post(id, person.account, texts) for _ in range(2))
        return await asyncio.gather(*clicks, return_exceptions=True)

    ends = asyncio.run(twice())
    assert sum(isinstance(end, UserError) for end in ends) == 1
    assert person.live == ["One."]


def test_a_file_that_is_gone_stops_the_post_before_it_is_sent(
    person: Person, tmp_path: Path
) -> None:
    extras = Extras((PostExtras((Medium(str(tmp_path / "gone.png")),)),))
    [entry] = person.posts(person.writes("Look.", extras=extras)).entries
    assert entry.state is State.REJECTED
    assert person.live == []


def test_a_post_can_be_taken_down_and_put_up_again(person: Person) -> None:
    id = person.writes("One.")
    [entry] = person.posts(id).entries
    asyncio.run(person.poster.delete(entry, person.account))
    assert (person.live, person.draft(id).folder) == ([], Folder.DRAFTS)
    assert person.posts(id).state is State.POSTED


def test_a_post_that_is_gone_already_counts_as_taken_down(person: Person) -> None:
    id = person.writes("One.")
    [entry] = person.posts(id).entries
    person.x.next(Kind.DELETE, says(404))
    asyncio.run(person.poster.delete(entry, person.account))
    assert person.draft(id).folder is Folder.DRAFTS


def test_a_post_that_is_accounted_for_is_not_looked_for(person: Person) -> None:
    person.x.next(Kind.POST, RESET_READ)
    entry = person.posts(person.writes("One.")).entries[0]
    asyncio.run(person.poster.resolve(entry, is_up=False))
    with pytest.raises(UserError, match="accounted for already"):
        asyncio.run(person.poster.check(entry, person.account))


def edit(person: Person, id: str, text: str) -> Outcome:
    [entry] = person.entries(id)
    return asyncio.run(person.poster.edit(entry, person.account, text))


def test_a_paying_account_puts_another_text_in_a_posts_place(
    tmp_path: Path, x: X, opened: ExitStack
) -> None:
    person = Person(tmp_path, x, x.add_user("mill", "Premium"), opened)
    id = person.writes("One.")
    person.posts(id)
    assert edit(person, id, "Two.").state is State.POSTED
    assert [(post.text, post.edits) for post in x.posts] == [
        ("One.", ""),
        ("Two.", x.posts[0].id),
    ]
    assert [entry.content.text for entry in person.entries(id)] == ["Two."]


def test_an_edit_that_x_refuses_leaves_the_post_as_it_was(person: Person) -> None:
    id = person.writes("One.")
    person.posts(id)
    with pytest.raises(Refused, match="not permitted to edit"):
        edit(person, id, "Two.")
    [entry] = person.entries(id)
    assert (entry.state, entry.content.text) == (State.POSTED, "One.")


def test_an_edit_whose_answer_was_lost_is_found_on_the_timeline(
    tmp_path: Path, x: X, opened: ExitStack
) -> None:
    person = Person(tmp_path, x, x.add_user("mill", "Premium"), opened)
    id = person.writes("One.")
    person.posts(id)
    x.next(Kind.POST, RESET_DONE)
    assert edit(person, id, "Two.").state is State.POSTED
    assert person.entries(id)[0].post_id == x.posts[1].id


def test_an_edit_that_nobody_can_account_for_is_not_made_again(
    tmp_path: Path, x: X, opened: ExitStack
) -> None:
    person = Person(tmp_path, x, x.add_user("mill", "Premium"), opened)
    id = person.writes("One.")
    [entry] = person.posts(id).entries
    x.next(Kind.POST, RESET_READ)
    assert edit(person, id, "Two.").state is State.UNKNOWN
    with pytest.raises(UserError, match="cannot be changed"):
        asyncio.run(person.poster.edit(entry, person.account, "Two."))
