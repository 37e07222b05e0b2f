"""`twite accounts`: a process of its own, a real keyring, and the loopback X."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.drafts.store import DraftStore
from app.posting.accounts import Account, Accounts, Way
from app.posting.sign_in import PORTS
from tests.helpers.browser import Browser, browser_in
from tests.helpers.keyring import lasting_vault
from tests.helpers.x_server import X

Done = subprocess.CompletedProcess[bytes]
Twite = Callable[..., Done]


@pytest.fixture
def x(monkeypatch: pytest.MonkeyPatch) -> Iterator[X]:
    with X(PORTS) as x:
        x.add_user("anna")
        monkeypatch.setenv("TWITE_X_API_URL", x.endpoints.api)
        monkeypatch.setenv("TWITE_X_AUTHORIZE_URL", x.endpoints.authorize)
        yield x


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with lasting_vault(tmp_path, monkeypatch):
        yield


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")


@pytest.fixture
def anna(tmp_path: Path) -> None:
    """An account on the list, in the drafts file that `twite` uses here."""
    with closing(DraftStore(tmp_path / "data" / "twite" / "drafts.sqlite3")) as store:
        Accounts(store.database).keep(Account("1", "anna", "Anna", Way.OAUTH2, "client"))


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    with browser_in(tmp_path) as browser:
        monkeypatch.setenv("BROWSER", str(browser.program))
        yield browser


def signing_in(twite: Twite, x: X, browser: Browser, *more: str, approves: bool = True) -> Done:
    """`twite accounts add`, while the person chooses in the browser."""
    with ThreadPoolExecutor() as pool:
        command = ("accounts", "add", "--client-id", x.sign_ins.client_id, *more)
        done = pool.submit(twite, *command)
        (x.approve if approves else x.deny)(browser.opened_by(done))
        return done.result()


def listed(twite: Twite) -> list[str]:
    found = json.loads(twite("accounts", "list", "--json").stdout)
    return [account["handle"] for account in found]


def lines_of(x: X) -> bytes:
    return "\n".join(x.four_strings(next(iter(x.users.values())))).encode()


@pytest.mark.usefixtures("keyring")
def test_an_account_is_added_with_the_browser_and_listed(
    x: X, browser: Browser, twite: Twite
) -> None:
    done = signing_in(twite, x, browser)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == "You are signed in as @anna.\n"
    assert listed(twite) == ["anna"]


@pytest.mark.usefixtures("keyring")
def test_a_program_reads_json_and_nobody_a_secret(x: X, browser: Browser, twite: Twite) -> None:
    done = signing_in(twite, x, browser, "--json")
    added = json.loads(done.stdout)
    assert (added["handle"], added["way"]) == ("anna", "oauth2")
    tokens = x.tokens[-1]
    for secret in (tokens.access, tokens.refresh):
        assert secret.encode() not in done.stdout + done.stderr


@pytest.mark.usefixtures("keyring")
def test_where_the_person_says_no_the_status_is_5(x: X, browser: Browser, twite: Twite) -> None:
    done = signing_in(twite, x, browser, approves=False)
    assert done.returncode == 5
    assert (
        done.stderr.decode()
        .rstrip()
        .endswith("You did not let Twite in. Sign in again if you would like to.")
    )
    assert listed(twite) == []


@pytest.mark.usefixtures("keyring")
def test_the_guide_says_what_to_enter_at_x_and_what_it_costs(
    x: X, browser: Browser, twite: Twite
) -> None:
    said = signing_in(twite, x, browser, approves=False).stderr.decode()
    assert all(f"http://127.0.0.1:{port}/callback" in said for port in PORTS)
    assert "Native App" in said
    assert "$0.015" in said
    assert "$0.20" in said


@pytest.mark.usefixtures("keyring", "x")
def test_without_a_client_id_there_is_a_sentence(twite: Twite) -> None:
    done = twite("accounts", "add", text=b"\n")
    assert done.returncode == 1
    assert "A client id is needed." in done.stderr.decode()


@pytest.mark.usefixtures("keyring")
def test_the_client_id_may_come_on_standard_input(x: X, browser: Browser, twite: Twite) -> None:
    with ThreadPoolExecutor() as pool:
        done = pool.submit(twite, "accounts", "add", text=x.sign_ins.client_id.encode())
        address = browser.opened_by(done)
        x.deny(address)
    assert f"client_id={x.sign_ins.client_id}&" in address


@pytest.mark.usefixtures("keyring")
def test_an_account_is_added_by_four_lines(x: X, twite: Twite) -> None:
    lines = lines_of(x)
    done = twite("accounts", "add", "--oauth1", "--json", text=lines)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["way"] == "oauth1"
    assert listed(twite) == ["anna"]
    assert not any(line in done.stdout + done.stderr for line in lines.split())


@pytest.mark.usefixtures("keyring", "x")
def test_four_lines_that_x_does_not_know_are_status_5(twite: Twite) -> None:
    done = twite("accounts", "add", "--oauth1", text=b"one\ntwo\nthree\nfour\n")
    assert done.returncode == 5
    assert "X does not accept these four strings." in done.stderr.decode()


@pytest.mark.usefixtures("keyring", "x")
def test_three_lines_are_a_sentence(twite: Twite) -> None:
    done = twite("accounts", "add", "--oauth1", text=b"one\ntwo\nthree\n")
    assert done.returncode == 1
    assert "All four strings are needed." in done.stderr.decode()


@pytest.mark.usefixtures("no_keyring", "x")
@pytest.mark.parametrize("way", [(), ("--oauth1",)])
def test_without_a_keyring_a_sign_in_here_makes_no_sense(
    twite: Twite, way: tuple[str, ...]
) -> None:
    done = twite("accounts", "add", *way)
    assert done.returncode == 1
    assert "a sign-in would last for this command only" in done.stderr.decode()


@pytest.mark.usefixtures("keyring", "x", "anna")
def test_a_removed_account_is_listed_no_more(twite: Twite) -> None:
    done = twite("accounts", "remove", "@Anna")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == "You are signed out of @anna.\n"
    assert listed(twite) == []


@pytest.mark.usefixtures("no_keyring", "x", "anna")
def test_removed_without_a_keyring_it_is_said_that_x_was_not_told(twite: Twite) -> None:
    done = twite("accounts", "remove", "anna")
    assert done.returncode == 0
    assert "X was not told" in done.stderr.decode()
    assert listed(twite) == []


@pytest.mark.usefixtures("no_keyring", "x", "anna")
@pytest.mark.parametrize("name", ["ben", "", "@"])
def test_who_is_not_there_cannot_be_removed(twite: Twite, name: str) -> None:
    assert twite("accounts", "remove", name).returncode == 1
    assert listed(twite) == ["anna"]


def test_without_accounts_the_list_says_how_to_add_one(twite: Twite) -> None:
    assert "twite accounts add" in twite("accounts", "list").stdout.decode()
