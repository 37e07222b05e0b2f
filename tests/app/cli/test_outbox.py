"""`twite outbox`: posts that X has not confirmed, and how they are settled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.drafts.draft import Folder
from app.posting.accounts import Accounts
from app.posting.outbox import Outbox, State
from app.vault import Vault
from tests.helpers.command_line import LONGEST_S, Desk, Done, killed
from tests.helpers.x_faults import RESET_DONE, RESET_READ, Fault, Gate, late, says
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X


@pytest.fixture
def desk(tmp_path: Path, vault: Vault) -> Iterator[Desk]:
    """Somebody who is signed in."""
    with X() as x:
        x.take_duplicates()
        signed_in = Desk(x, vault, tmp_path / "home")
        signed_in.signs_in()
        yield signed_in


def listed(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(desk.twite("outbox", "list", "--json").stdout)
    return found


def unknown(desk: Desk, *posts: str) -> tuple[str, str]:
    """A draft whose first post X never got, though nobody can tell; it, and the outbox's id."""
    desk.x.next(Kind.POST, RESET_READ)
    id = desk.writes(*posts)
    assert desk.post(id).returncode == 4
    return id, str(listed(desk)[-1]["id"])


def resolve(desk: Desk, *arguments: str) -> Done:
    return desk.twite("outbox", "resolve", *arguments)


def acts_late(gate: Gate) -> Fault:
    return late(gate, acts_late=True)


def never_acts(gate: Gate) -> Fault:
    return Fault(until=gate)


def test_where_all_is_confirmed_the_list_says_so(desk: Desk) -> None:
    desk.post(desk.writes("One."))
    assert desk.twite("outbox", "list").stdout == "X has confirmed everything.\n"
    assert listed(desk) == []


def test_the_list_names_each_post_with_its_draft_and_text(desk: Desk) -> None:
    id, number = unknown(desk, "One.\nMore.")
    [row] = listed(desk)
    assert {name: row[name] for name in ("id", "draft", "place", "text")} == {
        "id": int(number),
        "draft": id,
        "place": 1,
        "text": "One.\nMore.",
    }
    assert set(row) == {"id", "draft", "place", "text", "account", "sent"}
    line = desk.twite("outbox", "list").stdout
    assert line.startswith(f"{number}  ")
    assert line.endswith(f"  {id}  One.\n")


@pytest.mark.parametrize("fault", [late, acts_late])
def test_a_post_whose_command_was_killed_is_listed_and_found_on_x(
    desk: Desk, fault: Callable[[Gate], Fault]
) -> None:
    id = desk.writes("One.")
    killed(desk, id, fault)
    [row] = listed(desk)
    done = resolve(desk, str(row["id"]))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"https://x.com/anna/status/{desk.x.posts[0].id}\n"
    assert (desk.live, listed(desk), desk.post(id).returncode) == (["One."], [], 1)
    assert desk.draft(id).folder is Folder.POSTED


def test_a_killed_post_can_be_settled_without_having_been_listed(desk: Desk) -> None:
    id = desk.writes("One.")
    killed(desk, id, late)
    assert resolve(desk, "1", "--posted").returncode == 0
    assert desk.states(id) == [State.POSTED]


def test_a_killed_post_that_x_never_got_goes_out_once_its_writer_says_so(desk: Desk) -> None:
    id = desk.writes("One.")
    killed(desk, id, never_acts)
    number = str(listed(desk)[0]["id"])
    assert (resolve(desk, number).returncode, desk.post(id).returncode) == (4, 4)
    done = resolve(desk, number, "--not-posted")
    assert done.returncode == 0
    assert done.stderr == f"What is not on X yet goes out with: twite post {id}\n"
    assert desk.live == []
    assert desk.post(id).returncode == 0
    assert desk.live == ["One."]


def test_a_post_that_is_on_its_way_is_neither_listed_nor_to_be_settled(desk: Desk) -> None:
    gate = Gate()
    desk.x.next(Kind.POST, late(gate))
    id = desk.writes("One.")
    with desk.posting(id) as process:
        assert gate.reached.wait(LONGEST_S)
        found, done = listed(desk), resolve(desk, "1", "--not-posted")
        gate.set()
        assert process.wait(LONGEST_S) == 0
    assert (found, done.returncode) == ([], 1)
    assert done.stderr.startswith("That post is on its way at the moment.")
    assert desk.states(id) == [State.POSTED]


def test_what_x_does_not_show_stays_unknown_and_says_what_to_do(desk: Desk) -> None:
    _, number = unknown(desk, "One.")
    done = resolve(desk, number)
    assert (done.returncode, done.stdout) == (4, "")
    assert f"twite outbox resolve {number} --posted POST_ID, or --not-posted" in done.stderr


@pytest.mark.parametrize("form", ["{}", "https://x.com/anna/status/{}", "x.com/a/status/{}?s=20"])
def test_the_id_may_be_an_address(desk: Desk, form: str) -> None:
    id, number = unknown(desk, "One.")
    done = resolve(desk, number, "--posted", form.format("2000"), "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["state"], found["reason"]) == (0, "posted", "")
    assert found["posts"] == [
        {
            "place": 1,
            "state": "posted",
            "id": "2000",
            "url": "https://x.com/anna/status/2000",
            "reason": None,
        }
    ]
    assert desk.draft(id).folder is Folder.POSTED


@pytest.mark.parametrize("given", ["abc", "https://x.com/anna", "12 34", "٣"])
def test_what_is_no_id_is_not_taken(desk: Desk, given: str) -> None:
    id, number = unknown(desk, "One.")
    assert resolve(desk, number, "--posted", given).returncode == 2
    assert desk.states(id) == [State.UNKNOWN]


def test_the_id_of_another_post_is_not_taken(desk: Desk) -> None:
    desk.post(desk.writes("Zero."))
    id, number = unknown(desk, "One.")
    done = resolve(desk, number, "--posted", desk.x.posts[0].id)
    assert (done.returncode, desk.states(id)) == (1, [State.UNKNOWN])


def test_a_thread_goes_on_behind_the_post_that_its_writer_found(desk: Desk) -> None:
    desk.x.next(Kind.POST, RESET_DONE)
    desk.x.next(Kind.TIMELINE, says(503))
    id = desk.writes("One.", "Two.")
    assert desk.post(id).returncode == 4
    number = str(listed(desk)[0]["id"])
    vague = resolve(desk, number, "--posted")
    assert (vague.returncode, desk.states(id)[0]) == (1, State.UNKNOWN)
    done = resolve(desk, number, "--posted", desk.x.posts[0].id)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 of 2 are live:")
    assert desk.post(id).returncode == 0
    assert desk.live == ["One.", "Two."]
    assert desk.x.posts[1].reply_to == desk.x.posts[0].id


def test_a_thread_whose_unknown_post_is_found_goes_on_with_the_next_command(desk: Desk) -> None:
    id = desk.writes("One.", "Two.", "Three.")
    killed(desk, id, late)
    assert resolve(desk, "1").returncode == 0
    assert desk.post(id).returncode == 0
    assert desk.live == ["One.", "Two.", "Three."]


@pytest.mark.parametrize("answer", [(), ("--posted",), ("--not-posted",)])
def test_what_is_settled_is_not_settled_again(desk: Desk, answer: tuple[str, ...]) -> None:
    id, number = unknown(desk, "One.")
    resolve(desk, number, "--posted", "2000")
    done = resolve(desk, number, *answer)
    assert (done.returncode, desk.states(id)) == (1, [State.POSTED])
    assert done.stderr == "That post is accounted for already. Nothing was changed.\n"


def test_what_is_held_for_not_posted_is_not_looked_for_again(desk: Desk) -> None:
    id, number = unknown(desk, "One.")
    resolve(desk, number, "--not-posted")
    desk.post(id)
    assert resolve(desk, number).returncode == 1
    with desk.store() as store:
        states = [Outbox(store.database).entry(row).state for row in (1, 2)]
    assert states == [State.WITHDRAWN, State.POSTED]


def test_both_answers_at_once_are_none(desk: Desk) -> None:
    id, number = unknown(desk, "One.")
    assert resolve(desk, number, "--posted", "1", "--not-posted").returncode == 2
    assert desk.states(id) == [State.UNKNOWN]


def test_what_is_not_in_the_outbox_is_a_sentence(desk: Desk) -> None:
    done = resolve(desk, "7")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "twite outbox list" in done.stderr


def test_looking_while_x_is_not_to_be_reached_changes_nothing(desk: Desk) -> None:
    id, number = unknown(desk, "One.")
    with desk.x.offline():
        done = resolve(desk, number)
    assert (done.returncode, desk.states(id)) == (1, [State.UNKNOWN])
    assert done.stderr.startswith("X cannot be reached")


def test_looking_with_a_sign_in_that_x_has_forgotten_is_status_5(desk: Desk) -> None:
    id, number = unknown(desk, "One.")
    desk.x.next(Kind.TIMELINE, says(401), says(401))
    done = resolve(desk, number)
    assert (done.returncode, desk.states(id)) == (5, [State.UNKNOWN])
    assert "--not-posted" in done.stderr


def without_account(desk: Desk) -> None:
    with desk.store() as store:
        accounts = Accounts(store.database)
        for account in accounts.all():
            accounts.forget(account.id)


def test_a_post_of_an_account_that_was_removed_cannot_be_looked_for(desk: Desk) -> None:
    id, number = unknown(desk, "One.")
    without_account(desk)
    assert (resolve(desk, number).returncode, desk.states(id)) == (5, [State.UNKNOWN])


@pytest.mark.parametrize(
    ("answer", "state"), [("--posted", State.POSTED), ("--not-posted", State.WITHDRAWN)]
)
def test_its_writer_can_settle_it_all_the_same(desk: Desk, answer: str, state: State) -> None:
    id, number = unknown(desk, "One.")
    without_account(desk)
    assert (resolve(desk, number, answer).returncode, desk.states(id)) == (0, [state])


def test_looking_creates_nothing_at_x(desk: Desk) -> None:
    _, number = unknown(desk, "One.")
    before = len(desk.x.requests)
    resolve(desk, number)
    listed(desk)
    assert [seen.method for seen in desk.x.requests[before:]] == ["GET"]
