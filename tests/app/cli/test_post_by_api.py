"""`twite post` through X's API: a process of its own, a real keyring, and the loopback X."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.drafts.draft import Draft, Folder
from app.drafts.extras import Extras, Medium, Poll, PostExtras
from app.drafts.store import DraftStore
from app.posting.accounts import Account, Accounts, Way
from app.posting.outbox import Outbox, State
from app.posting.sign_in import Granted
from app.posting.tokens import Tokens
from app.vault import Vault
from tests.helpers.keyring import lasting_vault
from tests.helpers.x_faults import (
    CUT,
    RESET_DONE,
    RESET_READ,
    Fault,
    Gate,
    late,
    redirects,
    says,
    waits,
)
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X
from tests.helpers.x_wire import DUPLICATE, SUSPENDED

Done = subprocess.CompletedProcess[str]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
LONGEST_S = 60
NOTHING_SENT = "Nothing was sent"

# A shell that starts its jobs in the background has them ignore Ctrl+C, and a process inherits
# that; Python then sets up nothing for it.
TWITE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from ui.launch import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Desk:
    """Somebody at a terminal, with drafts, a keyring, and the loopback X to post to."""

    x: X
    vault: Vault
    folder: Path

    def signs_in(self, name: str = "anna") -> Account:
        """An account in the list, with its tokens in the keyring."""
        user = self.x.add_user(name)
        account = Account(user.id, name, name, Way.OAUTH2, self.x.sign_ins.client_id)
        access, refresh = self.x.sign_in_directly(user)
        granted = Granted(access, refresh, datetime.now(UTC) + timedelta(hours=2))
        tokens = Tokens(account, self.vault, self.x.endpoints, self._data / "locks")
        asyncio.run(tokens.keep(granted))
        with self.store() as store:
            Accounts(store.database).keep(account)
        return account

    @contextmanager
    def store(self) -> Iterator[DraftStore]:
        with closing(DraftStore(self._data / "drafts.sqlite3")) as store:
            yield store

    def writes(self, *posts: str, notes: str = "", extras: Extras | None = None) -> str:
        with self.store() as store:
            return store.create(posts, notes, extras).id

    def draft(self, id: str) -> Draft:
        with self.store() as store:
            return store.get(id)

    def states(self, id: str) -> list[State]:
        with self.store() as store:
            return [entry.state for entry in Outbox(store.database).of_draft(id)]

    def twite(self, *arguments: str, text: str = "", **more: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "ui.launch", *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            env=self.environment | more,
            timeout=LONGEST_S,
            check=False,
        )

    def post(self, id: str, *more: str, **environment: str) -> Done:
        return self.twite("post", id, "--yes", *more, **environment)

    @contextmanager
    def posting(self, id: str, *more: str) -> Iterator[subprocess.Popen[str]]:
        """`twite post`, under way."""
        with subprocess.Popen(
            [sys.executable, "-c", TWITE, "post", id, "--yes", *more],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.environment,
            # Whoever starts the tests may have shut their ears to it, which is handed down.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        ) as process:
            yield process

    def at_a_terminal(self, *arguments: str, typed: str) -> Done:
        """The same where standard input is a terminal, at which this is typed."""
        mine, theirs = pty.openpty()
        try:
            os.write(mine, typed.encode())
            return subprocess.run(
                [sys.executable, "-m", "ui.launch", *arguments],
                stdin=theirs,
                capture_output=True,
                encoding="utf-8",
                env=self.environment,
                timeout=LONGEST_S,
                check=False,
            )
        finally:
            os.close(mine)
            os.close(theirs)

    @property
    def live(self) -> list[str]:
        return [post.text for post in self.x.posts]

    @property
    def environment(self) -> dict[str, str]:
        """All that Twite writes lies in the folder."""
        names = ("DATA", "CONFIG", "STATE", "CACHE")
        places = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in names}
        return {
            **os.environ,
            **places,
            "HOME": str(self.folder),
            "TWITE_X_API_URL": self.x.endpoints.api,
            "TWITE_X_AUTHORIZE_URL": self.x.endpoints.authorize,
        }

    @property
    def _data(self) -> Path:
        return self.folder / "data" / "twite"


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """One for all tests here: whoever signs in takes the place of who had the number before."""
    folder = tmp_path_factory.mktemp("keyring")
    with pytest.MonkeyPatch.context() as patch, lasting_vault(folder, patch) as vault:
        yield vault


@pytest.fixture
def desk(tmp_path: Path, vault: Vault) -> Iterator[Desk]:
    with X() as x:
        yield Desk(x, vault, tmp_path / "home")


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which a browser of the test's own notes what it was asked to open."""
    log, program = tmp_path / "opened", tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {log}\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))
    return log


def killed(desk: Desk, id: str, fault: Callable[[Gate], Fault], *more: str) -> None:
    """`twite post`, ended in the middle of its request, which then takes its course at X."""
    gate = Gate()
    desk.x.next(Kind.POST, fault(gate))
    with desk.posting(id, *more) as process:
        assert gate.reached.wait(LONGEST_S)
        process.kill()
    gate.set()


# What is posted


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


# How it ends


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


# Who is asked


def test_without_yes_and_without_a_terminal_nothing_is_sent(desk: Desk) -> None:
    desk.signs_in()
    done = desk.twite("post", desk.writes("One."), text="y\n")
    assert (done.returncode, done.stdout, desk.x.requests) == (1, "", [])
    assert done.stderr == f"{NOTHING_SENT}, because nobody was asked. Add --yes to post.\n"


def test_where_standard_input_came_closed_nobody_was_asked(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("One.")
    command = ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "ui.launch", "post", id]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=desk.environment, check=False
    )
    assert (done.returncode, desk.x.requests) == (1, [])
    assert done.stderr.startswith(NOTHING_SENT)


@pytest.mark.parametrize("typed", ["n\n", "\n", "\x04", "yess\n", "ja\n"])
def test_who_does_not_say_yes_sends_nothing(desk: Desk, typed: str) -> None:
    desk.signs_in()
    done = desk.at_a_terminal("post", desk.writes("One."), typed=typed)
    assert (done.returncode, desk.x.requests) == (1, [])
    assert NOTHING_SENT in done.stderr


def test_who_says_yes_has_seen_text_account_and_price(desk: Desk) -> None:
    desk.signs_in()
    done = desk.at_a_terminal("post", desk.writes("Café.\n\nAt 7."), typed="y\n")
    assert (done.returncode, desk.live) == (0, ["Café.\n\nAt 7."])
    assert done.stderr == "Café.\n\nAt 7.\n\nPost this as @anna for $0.015? [y/N] "
    assert done.stdout == f"https://x.com/anna/status/{desk.x.posts[0].id}\n"


def test_what_goes_out_with_the_text_is_shown_too(desk: Desk, tmp_path: Path) -> None:
    desk.signs_in()
    image = tmp_path / "a.png"
    image.write_bytes(PNG)
    carried = (
        PostExtras((Medium(str(image), "A bike."), Medium(str(image)))),
        PostExtras(poll=Poll(("Yes", "No"), 60)),
    )
    id = desk.writes("Look.", "Well?", extras=Extras(carried))
    said = desk.at_a_terminal("post", id, typed="n\n").stderr
    assert f"Look.\n[{image}: A bike.]\n[{image}: no alt text]\n" in said
    assert "Well?\n[poll of 60 minutes: Yes / No]\n" in said


def test_what_a_terminal_would_hide_is_written_out(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("Hidden.\r\x1b[2KShown.")
    assert "Hidden.\\x0d\\x1b[2KShown.\n" in desk.at_a_terminal("post", id, typed="n\n").stderr


def test_json_is_alone_on_standard_output_where_somebody_is_asked(desk: Desk) -> None:
    desk.signs_in()
    done = desk.at_a_terminal("post", desk.writes("One."), "--json", typed="yes\n")
    assert json.loads(done.stdout)["state"] == "posted"


def test_an_unconfirmed_claim_stops_a_post_that_nobody_sees(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    done = desk.post(id)
    assert (done.returncode, desk.x.requests) == (1, [])
    assert "number '40 bikes'" in done.stderr
    assert NOTHING_SENT in done.stderr
    assert desk.post(id, "--unconfirmed").returncode == 0
    assert desk.live == ["We have 40 bikes."]


def test_unconfirmed_alone_asks_all_the_same(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    assert desk.twite("post", id, "--unconfirmed").returncode == 1
    assert desk.x.requests == []


@pytest.mark.parametrize(("typed", "live"), [("y\nn\n", 0), ("n\ny\n", 0), ("y\ny\n", 1)])
def test_an_unconfirmed_claim_takes_a_second_yes(desk: Desk, typed: str, live: int) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    desk.at_a_terminal("post", id, typed=typed)
    assert len(desk.live) == live


def test_a_confirmed_claim_stops_nothing(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    with desk.store() as store:
        store.confirm(id, "number: 40 bikes")
    assert desk.post(id).returncode == 0


# Never twice


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


# Threads


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


# Where it is sent


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:{port}",
        "http://192.0.2.1:{port}",
        "http://user:word@127.0.0.1:{port}",
        "http://127.0.0.1@localhost:{port}",
        "ftp://127.0.0.1:{port}",
        "127.0.0.1:{port}",
        "",
    ],
)
def test_an_address_that_is_neither_https_nor_here_gets_nothing(desk: Desk, address: str) -> None:
    desk.signs_in()
    port = urlsplit(desk.x.endpoints.api).port
    done = desk.post(desk.writes("One."), TWITE_X_API_URL=address.format(port=port))
    assert (done.returncode, desk.x.requests) == (1, [])
    assert done.stderr == (
        "TWITE_X_API_URL names an address that is neither https nor on this machine. "
        "Nothing was sent: correct it or unset it.\n"
    )


def test_an_address_with_https_is_taken_and_no_secret_is_sent_in_the_clear(desk: Desk) -> None:
    desk.signs_in()
    port = urlsplit(desk.x.endpoints.api).port
    done = desk.post(desk.writes("One."), TWITE_X_API_URL=f"https://127.0.0.1:{port}")
    assert (done.returncode, desk.x.requests) == (3, [])


def test_the_browser_is_a_door_where_an_account_is_signed_in_too(desk: Desk, browser: Path) -> None:
    desk.signs_in()
    done = desk.twite("post", desk.writes("One."), "--door", "browser", "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, found["door"], desk.x.requests) == (0, "browser", [])
    assert browser.read_text("utf-8").splitlines() == [found["url"]]
