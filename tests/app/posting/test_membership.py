"""Accounts that come and go, with a real store and the loopback X."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from app.errors import StoreError
from app.posting.accounts import Account, Accounts, Way
from app.posting.answers import Refusal, Refused
from app.posting.callback import PORTS
from app.posting.membership import add_account, add_account_by_strings, remove_account
from app.posting.sign_in import Granted
from app.posting.tokens import Strings, Tokens
from app.posting.x_client import XClient
from app.vault import Vault
from tests.helpers.keyring import lasting_vault
from tests.helpers.lane import TellingLane
from tests.helpers.x_faults import RESET_READ, Fault, late, says
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X

SECONDS = 20.0
STRINGS = Strings("one", "two", "three", "four")
NAMES = ("access", "refresh", "expires", "api key", "access token")


class Gate(Event):
    """A gate for `late` that tells when X stands at it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout or SECONDS)


class Home:
    """Where accounts are kept, and X with one person in front of the browser."""

    def __init__(self, x: X, vault: Vault, folder: Path) -> None:
        self.x, self.vault, self.locks = x, vault, folder / "locks"
        self.user = x.add_user("anna", "Premium")
        self.file = folder / "drafts.sqlite3"
        self.lane = TellingLane(self.file)

    def open_browser(self, address: str) -> bool:
        self.x.approve(address)
        return True

    async def adding(self) -> Account:
        x = self.x
        return await add_account(
            self.lane, self.vault, x.endpoints, self.locks, x.sign_ins.client_id, self.open_browser
        )

    def add(self) -> Account:
        return asyncio.run(self.adding())

    def add_by_strings(self, strings: Strings) -> Account:
        return asyncio.run(
            add_account_by_strings(self.lane, self.vault, self.x.endpoints, self.locks, strings)
        )

    def remove(self, account: Account) -> None:
        asyncio.run(remove_account(self.lane, self.vault, self.x.endpoints, self.locks, account))

    def accounts(self) -> tuple[Account, ...]:
        return self.lane.call(lambda store: Accounts(store.database).all()).result(SECONDS)

    def secrets(self) -> list[str]:
        """The names of what the keyring holds of the person's account."""
        return [name for name in NAMES if self.vault.read(self.user.id, name)]

    def id_at_x(self, account: Account) -> str:
        """Whose account X takes its requests for."""

        async def main() -> str:
            tokens = Tokens(account, self.vault, self.x.endpoints, self.locks)
            async with XClient(self.x.endpoints.api, tokens) as client:
                return (await client.me()).id

        return asyncio.run(main())

    def is_revoked(self) -> bool:
        """Whether X neither takes nor renews what it has granted last."""
        newest = self.x.tokens[-1]
        account = Account("1", "", "", Way.OAUTH2, self.x.sign_ins.client_id)
        tokens = Tokens(account, Vault(None), self.x.endpoints, self.locks)

        async def main() -> None:
            await tokens.keep(Granted(newest.access, newest.refresh, newest.until))
            async with XClient(self.x.endpoints.api, tokens) as client:
                await client.me()

        try:
            asyncio.run(main())
        except Refused as refused:
            return refused.kind is Refusal.SIGN_IN
        return False


@pytest.fixture
def x() -> Iterator[X]:
    with X(PORTS) as x:
        yield x


@pytest.fixture
def home(x: X, tmp_path: Path) -> Iterator[Home]:
    home = Home(x, Vault(None), tmp_path)
    yield home
    assert home.lane.close(SECONDS)


def strings_of(home: Home) -> Strings:
    return Strings(*home.x.four_strings(home.user))


def test_an_account_that_was_added_is_known_by_name_and_signs_requests(home: Home) -> None:
    account = home.add()
    assert (account.id, account.handle, account.way) == (home.user.id, "anna", Way.OAUTH2)
    assert account.writes_long
    assert home.accounts() == (account,)
    assert home.id_at_x(account) == home.user.id


def test_several_accounts_live_side_by_side(home: Home) -> None:
    first = home.add()
    home.x.person = home.x.add_user("ben")
    second = home.add()
    assert home.accounts() == (first, second)
    assert home.id_at_x(first) != home.id_at_x(second)


def test_an_account_that_is_added_again_gets_new_tokens_and_stays_one(home: Home) -> None:
    home.add()
    account = home.add()
    assert home.accounts() == (account,)
    assert home.vault.read(home.user.id, "refresh") == home.x.tokens[-1].refresh


@pytest.mark.parametrize("fault", [RESET_READ, says(503), says(403), says(401)])
def test_where_x_does_not_say_whose_they_are_the_tokens_are_revoked(
    home: Home, fault: Fault
) -> None:
    home.x.next(Kind.ME, fault)
    with pytest.raises(Refused):
        home.add()
    assert home.is_revoked()
    assert (home.secrets(), home.accounts()) == ([], ())


def test_where_the_account_cannot_be_kept_the_tokens_are_revoked_and_forgotten(
    home: Home, tmp_path: Path
) -> None:
    (tmp_path / "drafts.sqlite3").mkdir()
    with pytest.raises(StoreError):
        home.add()
    assert home.is_revoked()
    assert home.secrets() == []


def test_cancelled_behind_the_grant_the_tokens_are_revoked(home: Home) -> None:
    async def main() -> None:
        adding = asyncio.create_task(home.adding())
        assert await asyncio.to_thread(gate.reached.wait, SECONDS)
        adding.cancel()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await adding

    gate = Gate()
    home.x.next(Kind.ME, late(gate))
    asyncio.run(main())
    assert home.is_revoked()
    assert home.accounts() == ()


def test_cancelled_while_it_is_being_written_down_no_account_is_left(home: Home) -> None:
    async def main() -> None:
        adding = asyncio.create_task(home.adding())
        assert await asyncio.to_thread(home.lane.begun.wait, SECONDS)
        adding.cancel()
        await asyncio.sleep(0)
        other_program.rollback()
        with pytest.raises(asyncio.CancelledError):
            await adding

    home.accounts()
    home.lane.begun.clear()
    with closing(sqlite3.connect(home.file)) as other_program:
        other_program.execute("BEGIN IMMEDIATE")
        asyncio.run(main())
    assert home.is_revoked()
    assert (home.secrets(), home.accounts()) == ([], ())


def test_four_strings_make_an_account(home: Home) -> None:
    account = home.add_by_strings(strings_of(home))
    assert (account.id, account.way, account.client_id) == (home.user.id, Way.OAUTH1, "")
    assert home.accounts() == (account,)
    assert home.id_at_x(account) == home.user.id


def test_four_strings_that_x_does_not_know_make_none(home: Home) -> None:
    with pytest.raises(Refused, match="does not accept these four strings") as caught:
        home.add_by_strings(STRINGS)
    assert caught.value.kind is Refusal.SIGN_IN
    assert (home.secrets(), home.accounts()) == ([], ())


def test_an_account_changes_its_way_of_signing_in(home: Home) -> None:
    home.add()
    account = home.add_by_strings(strings_of(home))
    assert home.accounts() == (account,)
    assert home.secrets() == ["api key", "access token"]
    assert home.id_at_x(account) == home.user.id


def test_a_removed_account_is_signed_out_at_x_and_forgotten(home: Home) -> None:
    home.remove(home.add())
    assert home.is_revoked()
    assert (home.secrets(), home.accounts()) == ([], ())


def test_a_real_keyring_holds_what_an_account_needs_and_nothing_once_it_is_removed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lasting_vault(tmp_path, monkeypatch) as vault:
        home.vault = vault
        account = home.add()
        assert home.secrets() == ["access", "refresh", "expires"]
        home.remove(account)
        assert home.secrets() == []


def test_removing_one_account_leaves_the_other_alone(home: Home) -> None:
    first = home.add()
    home.x.person = home.x.add_user("ben")
    home.remove(home.add())
    assert home.accounts() == (first,)
    assert home.id_at_x(first) == first.id


def test_an_account_is_removed_although_x_is_out_of_reach(home: Home) -> None:
    account = home.add()
    with home.x.offline():
        home.remove(account)
    assert (home.secrets(), home.accounts()) == ([], ())


def test_cancelled_while_it_signs_out_an_account_is_removed_all_the_same(home: Home) -> None:
    async def main() -> None:
        x = home.x
        removing = asyncio.create_task(
            remove_account(home.lane, home.vault, x.endpoints, home.locks, account)
        )
        assert await asyncio.to_thread(gate.reached.wait, SECONDS)
        removing.cancel()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await removing

    account, gate = home.add(), Gate()
    home.x.next(Kind.REVOKE, late(gate))
    asyncio.run(main())
    assert (home.secrets(), home.accounts()) == ([], ())


def test_an_account_of_four_strings_is_removed(home: Home) -> None:
    home.remove(home.add_by_strings(strings_of(home)))
    assert (home.secrets(), home.accounts()) == ([], ())


def test_the_drafts_file_holds_no_secret(home: Home, tmp_path: Path) -> None:
    home.add()
    strings = strings_of(home)
    home.x.person = home.user
    home.add_by_strings(strings)
    newest = home.x.tokens[-1]
    files = [file.read_bytes() for file in tmp_path.glob("drafts.sqlite3*")]
    assert any(b"anna" in content for content in files)
    for secret in (newest.access, newest.refresh, *strings.all()):
        assert not any(secret.encode() in content for content in files)
