"""`twite post` through X's API: never twice, and threads that go on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.posting.outbox import State
from tests.helpers.command_line import LONGEST_S, Desk, killed
from tests.helpers.x_faults import (
    Gate,
    late,
    says,
    waits,
)
from tests.helpers.x_kinds import Kind

NOTHING_SENT = "Nothing was sent"


def test_a_posted_draft_is_not_sent_a_second_time(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("One.")
    desk.post(id)
    sent = len(desk.x.requests)
    again = [desk.post(id), desk.at_a_terminal("post", id, typed="y\n")]
    said = "This draft is on X already. Nothing was sent a second time.\n"
    assert [(done.returncode, done.stderr) for done in again] == [(1, said), (1, said)]
    assert len(desk.x.requests) == sent


def test_a_posted_draft_that_was_changed_since_is_not_sent_again(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("One.")
    desk.post(id)
    with desk.store() as store:
        store.save(id, ("Another one.",), "")
    assert (desk.post(id).returncode, desk.live) == (1, ["One."])


def test_two_commands_at_once_post_once(desk: Desk) -> None:
    desk.signs_in()
    desk.x.take_duplicates()
    id = desk.writes("One.")
    with ThreadPoolExecutor() as pool:
        ends = list(pool.map(desk.post, [id] * 3))
    assert sorted(end.returncode for end in ends) == [0, 1, 1]
    assert desk.live == ["One."]


def test_while_another_command_is_posting_the_second_says_so(desk: Desk) -> None:
    desk.signs_in()
    gate = Gate()
    desk.x.next(Kind.POST, late(gate))
    id = desk.writes("One.")
    with desk.posting(id) as first:
        assert gate.reached.wait(LONGEST_S)
        second = desk.post(id)
        gate.set()
        assert first.wait(LONGEST_S) == 0
    assert second.returncode == 1
    assert second.stderr.startswith("Another post is on its way at the moment.")
    assert (desk.live, desk.states(id)) == (["One."], [State.POSTED])


def test_another_draft_with_the_same_text_is_not_sent(desk: Desk) -> None:
    desk.signs_in()
    desk.x.take_duplicates()
    ends = [desk.post(desk.writes("One.")) for _ in range(2)]
    assert [end.returncode for end in ends] == [0, 1]
    assert desk.live == ["One."]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_stopped_in_the_middle_the_post_is_unknown(desk: Desk, stop: signal.Signals) -> None:
    desk.signs_in()
    desk.x.take_duplicates()
    gate = Gate()
    desk.x.next(Kind.POST, late(gate))
    id = desk.writes("One.", "Two.")
    with desk.posting(id) as process:
        assert gate.reached.wait(LONGEST_S)
        process.send_signal(stop)
        status = process.wait(LONGEST_S)
    gate.set()
    assert status == (130 if stop is signal.SIGINT else -stop)
    assert [desk.post(id).returncode for _ in range(2)] == [4, 4]
    assert desk.states(id) == [State.UNKNOWN, State.WITHDRAWN]
    assert desk.live == ["One."]


def test_ctrl_c_says_no_more_than_that_it_stopped(desk: Desk) -> None:
    desk.signs_in()
    gate = Gate()
    desk.x.next(Kind.POST, late(gate))
    with desk.posting(desk.writes("One.")) as process:
        assert gate.reached.wait(LONGEST_S)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=LONGEST_S)
    assert said == ("", "Stopped.\n")


def test_a_process_that_was_stopped_keeps_no_other_draft_from_going_out(desk: Desk) -> None:
    desk.signs_in()
    killed(desk, desk.writes("One."), late)
    assert desk.post(desk.writes("Two.")).returncode == 0
    assert sorted(desk.live) == ["One.", "Two."]


def test_what_was_posted_is_not_forgotten_where_nobody_reads_of_it(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("One.")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "ui.launch", "post", id, "--yes"]
        subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, env=desk.environment, check=False
        )
    assert desk.post(id).returncode == 1
    assert (desk.live, desk.states(id)) == (["One."], [State.POSTED])


def test_where_nothing_can_be_written_down_nothing_is_sent(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("One.")
    with desk.store() as store, store.database.writing():
        done = desk.post(id)
    assert (done.returncode, desk.live) == (1, [])
    assert "Traceback" not in done.stderr


def test_a_thread_that_breaks_off_goes_on_with_the_next_command(desk: Desk) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, None, None, waits(90))
    id = desk.writes("One.", "Two.", "Three.", "Four.")
    first = desk.post(id)
    assert first.returncode == 3
    assert first.stdout.splitlines()[0] == "2 of 4 are live:"
    assert first.stdout.count("https://x.com/anna/status/") == 2
    assert desk.post(id).returncode == 0
    assert desk.live == ["One.", "Two.", "Three.", "Four."]
    ids = [post.id for post in desk.x.posts]
    assert [post.reply_to for post in desk.x.posts] == ["", *ids[:-1]]


def test_who_goes_on_is_asked_for_what_is_left_and_its_price(desk: Desk) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, None, says(402))
    id = desk.writes("One.", "Two.", "Three.")
    desk.post(id)
    said = desk.at_a_terminal("post", id, typed="n\n").stderr
    assert said.startswith("Two.\n\nThree.\n\nPost this as @anna for $0.03?")


def test_a_thread_does_not_go_on_from_another_account(desk: Desk) -> None:
    desk.signs_in("anna")
    desk.signs_in("ben")
    desk.x.next(Kind.POST, None, says(402))
    id = desk.writes("One.", "Two.")
    desk.post(id, "--account", "anna")
    done = desk.post(id, "--account", "ben")
    assert (done.returncode, desk.live) == (1, ["One."])
    assert "went out from another account" in done.stderr


def test_a_thread_that_needs_a_sign_in_half_way_is_status_5(desk: Desk) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, None, says(401), says(401))
    done = desk.post(desk.writes("One.", "Two."), "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["state"]) == (5, "needs sign-in")
    assert [post["state"] for post in said["posts"]] == ["posted", "rejected"]
