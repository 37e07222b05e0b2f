"""`twite post` through X's API: what is posted, and how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.drafts.draft import Folder
from tests.helpers.command_line import Desk
from tests.helpers.x_faults import (
    CUT,
    RESET_DONE,
    RESET_READ,
    Fault,
    redirects,
    says,
    waits,
)
from tests.helpers.x_kinds import Kind
from tests.helpers.x_wire import DUPLICATE, SUSPENDED

NOTHING_SENT = "Nothing was sent"


@pytest.mark.parametrize(
    "text",
    [
        "Café at 7 — “really” 🙂\n\n<b>&amp; more</b> 100% $(rm) `x` \\n",
        "  two spaces before, and a line end behind\n",
        "e\u0301 is not composed, and \u200d joins",
        "--yes",
    ],
)
def test_exactly_the_text_of_the_draft_is_posted(desk: Desk, text: str) -> None:
    desk.signs_in()
    done = desk.post(desk.writes(text))
    assert (done.returncode, desk.live) == (0, [text]), done.stderr


def test_where_the_post_is_to_be_seen_is_all_that_is_printed(desk: Desk) -> None:
    desk.signs_in()
    done = desk.post(desk.writes("One."))
    url = f"https://x.com/anna/status/{desk.x.posts[0].id}"
    assert (done.stdout, done.stderr) == (f"{url}\n", "")


def test_a_posted_draft_moves_to_the_posted_ones(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("One.")
    desk.post(id)
    assert desk.draft(id).folder is Folder.POSTED


def test_a_program_reads_one_json_object(desk: Desk) -> None:
    desk.signs_in()
    done = desk.post(desk.writes("One.", "Two."), "--json")
    ids = [post.id for post in desk.x.posts]
    urls = [f"https://x.com/anna/status/{id}" for id in ids]
    posts = [
        {"place": place, "state": "posted", "id": id, "url": url, "reason": None}
        for place, id, url in zip((1, 2), ids, urls, strict=True)
    ]
    whole = {"door": "api", "state": "posted", "posts": posts, "reason": "", "until": None}
    assert (json.loads(done.stdout), done.stdout.count("\n"), done.stderr) == (whole, 1, "")


def test_an_account_of_four_strings_posts(desk: Desk) -> None:
    strings = desk.x.four_strings(desk.x.add_user("anna"))
    added = desk.twite("accounts", "add", "--oauth1", text="\n".join(strings))
    assert added.returncode == 0, added.stderr
    assert desk.post(desk.writes("One.")).returncode == 0
    assert desk.live == ["One."]


def test_an_expired_sign_in_is_renewed_without_a_word(desk: Desk) -> None:
    account = desk.signs_in()
    desk.x.expire(desk.vault.read(account.id, "access") or "")
    done = desk.post(desk.writes("One."))
    assert (done.returncode, desk.live, done.stderr) == (0, ["One."], "")


def test_the_renewed_sign_in_is_there_for_the_next_command(desk: Desk) -> None:
    account = desk.signs_in()
    desk.x.expire(desk.vault.read(account.id, "access") or "")
    assert [desk.post(desk.writes(text)).returncode for text in ("One.", "Two.")] == [0, 0]
    assert sum(seen.path == "/2/oauth2/token" for seen in desk.x.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        says(402),
        says(*SUSPENDED),
        says(*DUPLICATE),
        says(400, "Your post text is too long.", "errors"),
        says(400, "Odd.", "code"),
        redirects("http://127.0.0.1:9/"),
    ],
)
def test_what_x_refuses_is_status_3_and_the_draft_stays(desk: Desk, fault: Fault) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, fault)
    id = desk.writes("One.")
    done = desk.post(id, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["state"], desk.live) == (3, "rejected", [])
    assert said["reason"] == said["posts"][0]["reason"] != ""
    assert desk.draft(id).folder is Folder.DRAFTS


def test_the_reason_of_a_refusal_is_on_standard_error(desk: Desk) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, says(402))
    done = desk.post(desk.writes("One."))
    assert done.stdout == ""
    assert done.stderr.startswith("Your app at X has run out of credits.")


def test_a_wait_is_status_3_and_has_its_end(desk: Desk) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, waits(90), waits(None))
    id = desk.writes("One.")
    done = desk.post(id, "--json")
    left = datetime.fromisoformat(json.loads(done.stdout)["until"]) - datetime.now(UTC)
    assert (done.returncode, timedelta(seconds=30) < left < timedelta(seconds=91)) == (3, True)
    assert "That is at " in desk.post(id).stderr


def test_offline_is_status_3_and_nothing_is_sent_later(desk: Desk) -> None:
    desk.signs_in()
    with desk.x.offline():
        done = desk.post(desk.writes("One."))
    assert done.returncode == 3
    assert done.stderr.startswith("X cannot be reached")
    assert json.loads(desk.twite("outbox", "list", "--json").stdout) == []
    assert desk.live == []


@pytest.mark.parametrize("fault", [RESET_DONE, CUT, says(503, acts=True)])
def test_a_post_whose_answer_was_lost_is_found_and_status_0(desk: Desk, fault: Fault) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, fault)
    done = desk.post(desk.writes("One."))
    assert (done.returncode, desk.live) == (0, ["One."])


@pytest.mark.parametrize("fault", [RESET_READ, says(500), says(408)])
def test_what_nobody_can_tell_is_status_4_and_stays_so(desk: Desk, fault: Fault) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, fault)
    id = desk.writes("One.")
    ends = [desk.post(id, "--json") for _ in range(2)]
    assert [(end.returncode, json.loads(end.stdout)["state"]) for end in ends] == [
        (4, "unknown"),
        (4, "unknown"),
    ]
    assert sum(seen.method == "POST" for seen in desk.x.requests) == 1


def test_what_is_unknown_says_where_to_look(desk: Desk) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, RESET_READ)
    assert "twite outbox list" in desk.post(desk.writes("One.")).stderr


@pytest.mark.parametrize("more", [("--door", "api"), ("--account", "anna")])
def test_with_no_account_at_all_the_status_is_5(desk: Desk, more: tuple[str, ...]) -> None:
    done = desk.post(desk.writes("One."), *more, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["state"], said["posts"]) == (5, "needs sign-in", [])
    assert "twite accounts add" in said["reason"]
    assert desk.x.requests == []


def test_an_account_that_is_not_here_is_status_5(desk: Desk) -> None:
    desk.signs_in()
    done = desk.post(desk.writes("One."), "--account", "ben")
    assert (done.returncode, desk.x.requests) == (5, [])
    assert "@anna" in done.stderr


def test_a_sign_in_that_x_has_forgotten_is_status_5(desk: Desk) -> None:
    desk.signs_in()
    desk.x.next(Kind.POST, says(401), says(401))
    done = desk.post(desk.writes("One."), "--json")
    assert (done.returncode, json.loads(done.stdout)["state"]) == (5, "needs sign-in")
    assert desk.live == []


@pytest.mark.parametrize("gone", [("access", "refresh", "expires"), ("refresh",)])
def test_a_sign_in_that_the_keyring_has_lost_is_status_5(desk: Desk, gone: tuple[str, ...]) -> None:
    account = desk.signs_in()
    for name in gone:
        desk.vault.forget(account.id, name)
    done = desk.post(desk.writes("One."))
    assert (done.returncode, desk.x.requests) == (5, [])
    assert "sign in again" in done.stderr


def test_where_there_is_no_keyring_the_status_is_5(desk: Desk) -> None:
    desk.signs_in()
    bus = "unix:path=/nowhere"
    done = desk.post(desk.writes("One."), DBUS_SESSION_BUS_ADDRESS=bus)
    assert (done.returncode, desk.x.requests) == (5, [])


def test_two_accounts_are_a_question_and_no_sign_in(desk: Desk) -> None:
    desk.signs_in("anna")
    desk.signs_in("ben")
    done = desk.post(desk.writes("One."))
    assert (done.returncode, desk.x.requests) == (1, [])
    assert done.stderr == "There is more than one account. Choose one of: @anna, @ben.\n"


def test_the_account_that_is_named_posts(desk: Desk) -> None:
    desk.signs_in("anna")
    desk.signs_in("ben")
    assert desk.post(desk.writes("One."), "--account", "@Ben").returncode == 0
    assert [post.user.name for post in desk.x.posts] == ["ben"]


@pytest.mark.parametrize("name", ["", "@", " "])
def test_an_empty_name_is_no_account(desk: Desk, browser: Path, name: str) -> None:
    desk.signs_in()
    done = desk.post(desk.writes("One."), "--account", name)
    assert (done.returncode, desk.x.requests) == (1, [])
    assert done.stderr.startswith("No account was named.")
    assert not browser.exists()


@pytest.mark.parametrize(
    ("posts", "sentence"),
    [
        (("a" * 300,), "The post is 20 over the limit."),
        (("",), "There is nothing in this draft"),
        (("$A and $B",), "The post has more than one cashtag"),
        (("Same.", "Same."), "Two posts of this thread say the same"),
    ],
)
def test_what_x_would_refuse_is_not_sent(desk: Desk, posts: tuple[str, ...], sentence: str) -> None:
    desk.signs_in()
    done = desk.post(desk.writes(*posts))
    assert (done.returncode, desk.x.requests) == (1, [])
    assert done.stderr.startswith(sentence)


def test_a_draft_that_is_not_there_is_a_sentence(desk: Desk) -> None:
    desk.signs_in()
    done = desk.post("nothing")
    assert (done.returncode, done.stderr.count("\n"), desk.x.requests) == (1, 1, [])
