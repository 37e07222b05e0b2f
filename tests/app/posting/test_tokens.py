"""Tokens that are renewed at the loopback X; where processes share them, in a real keyring."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TypeVar

import filelock
import pytest

from app import logs
from app.posting import tokens as tokens_module
from app.posting.accounts import Account, Way
from app.posting.answers import Refusal, Refused
from app.posting.content import Content
from app.posting.sign_in import Granted
from app.posting.tokens import Strings, Tokens
from app.posting.x_client import XClient
from app.vault import Vault
from tests.helpers.keyring import lasting_vault
from tests.helpers.x_faults import CUT, NOT_JSON, RESET_DONE, RESET_READ, Fault, late, says
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X

T = TypeVar("T")
Start = Callable[..., "subprocess.Popen[str]"]
ROOT = Path(__file__).parents[3]
SECONDS = 20.0
OAUTH1 = ("api key", "api key secret", "access token", "access token secret")
OAUTH2 = ("refresh", "access", "expires")
ARGUMENTS = """
import asyncio, os, sys
from pathlib import Path
from app.posting.accounts import Account, Way
from app.posting.endpoints import Endpoints
from app.posting.tokens import Tokens
from app.posting.x_client import XClient
from app.vault import Vault, open_vault

api, id, client_id, locks = sys.argv[1:5]
account = Account(id, "anna", "Anna", Way.OAUTH2, client_id)
"""
RENEWING = """
async def main():
    tokens = Tokens(account, open_vault(), Endpoints(api), Path(locks))
    await tokens.auth()
    print("ready", flush=True)
    sys.stdin.readline()
    print("asking", flush=True)
    assert await tokens.renewed()
    async with XClient(api, tokens) as client:
        print((await client.me()).id, flush=True)

asyncio.run(main())
"""
DYING = """
from keyring.backends import SecretService

class Dying(SecretService.Keyring):
    left = int(sys.argv[5])

    def set_password(self, service, username, password):
        super().set_password(service, username, password)
        self.left -= 1
        if self.left == 0:
            os._exit(9)

async def main():
    tokens = Tokens(account, Vault(Dying()), Endpoints(api), Path(locks))
    await tokens.auth()
    await tokens.renewed()

asyncio.run(main())
"""


class Gate(Event):
    """A gate for `late` that tells when X stands at it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout or SECONDS)


class Queue(logging.Handler):
    """Tells when somebody waits for a lock, which filelock mentions in its log."""

    def __init__(self) -> None:
        super().__init__()
        self.joined = Event()
        self._log = logging.getLogger("filelock")

    def __enter__(self) -> Queue:
        self._log.addHandler(self)
        self._log.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_: object) -> None:
        self._log.setLevel(logging.NOTSET)
        self._log.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if "not acquired" in record.msg:
            self.joined.set()


class Home:
    """An account that is signed in, and the places that it is kept in."""

    def __init__(self, x: X, vault: Vault, locks: Path) -> None:
        self.x, self.vault, self.locks = x, vault, locks
        self.user = x.add_user("anna")
        self.account = Account(self.user.id, "anna", "Anna", Way.OAUTH2, x.sign_ins.client_id)
        self.access, self.refresh = x.sign_in_directly(self.user)
        self.keep_for(timedelta(hours=2))

    def tokens(self) -> Tokens:
        return Tokens(self.account, self.vault, self.x.endpoints, self.locks)

    def keep_for(self, time: timedelta) -> None:
        granted = Granted(self.access, self.refresh, datetime.now(UTC) + time)
        asyncio.run(self.tokens().keep(granted))

    def kept(self, name: str) -> str | None:
        return self.vault.read(self.account.id, name)

    async def me(self, tokens: Tokens | None = None) -> str:
        """Whose requests X takes them for."""
        async with XClient(self.x.endpoints.api, tokens or self.tokens()) as client:
            return (await client.me()).id

    def busy(self) -> filelock.BaseFileLock:
        """While this is held, somebody else has the turn."""
        return filelock.FileLock(self.locks / f"account-{self.account.id}.lock")

    def renewals(self) -> int:
        """How often X was asked for new tokens."""
        return sum(seen.path == "/2/oauth2/token" for seen in self.x.requests)


@pytest.fixture
def x() -> Iterator[X]:
    with X() as x:
        yield x


@pytest.fixture
def home(x: X, tmp_path: Path) -> Home:
    return Home(x, Vault(None), tmp_path / "locks")


@pytest.fixture
def real(x: X, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Kept in a real keyring, which other processes find."""
    with lasting_vault(tmp_path, monkeypatch) as vault:
        yield Home(x, vault, tmp_path / "locks")


@pytest.fixture
def start(real: Home) -> Iterator[Start]:
    """Starts a Python program with the account as its arguments."""
    with ExitStack() as started:

        def start_it(program: str, *more: str) -> subprocess.Popen[str]:
            api, account = real.x.endpoints.api, real.account
            given = [api, account.id, account.client_id, str(real.locks), *more]
            child = subprocess.Popen(
                [sys.executable, "-c", ARGUMENTS + program, *given],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.enter_context(child)
            started.callback(child.kill)
            return child

        yield start_it


def refusal(work: Callable[[], Awaitable[T]]) -> Refused:
    """Why this was refused."""

    async def main() -> None:
        await work()

    with pytest.raises(Refused) as caught:
        asyncio.run(main())
    return caught.value


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_request_is_signed_with_what_the_keyring_holds(home: Home) -> None:
    assert asyncio.run(home.me()) == home.user.id
    assert home.renewals() == 0


def test_a_token_that_ends_within_a_minute_is_renewed_before_it_is_used(home: Home) -> None:
    home.keep_for(timedelta(seconds=59))
    assert asyncio.run(home.me()) == home.user.id
    assert [seen.path for seen in home.x.requests] == ["/2/oauth2/token", "/2/users/me"]


def test_after_a_401_the_request_goes_out_once_more_with_a_new_token(home: Home) -> None:
    home.x.expire(home.access)
    assert asyncio.run(home.me()) == home.user.id
    assert home.renewals() == 1


def test_what_x_grants_is_in_the_keyring_before_it_is_used(real: Home) -> None:
    real.keep_for(timedelta(0))
    asyncio.run(real.tokens().auth())
    newest = real.x.tokens[-1]
    assert (real.kept("access"), real.kept("refresh")) == (newest.access, newest.refresh)
    ends = datetime.fromisoformat(real.kept("expires") or "")
    assert abs(ends - newest.until) < timedelta(seconds=5)


def test_two_processes_that_renew_at_once_stay_both_signed_in(real: Home, start: Start) -> None:
    processes = [start(RENEWING), start(RENEWING)]
    assert [line(process) for process in processes] == ["ready", "ready"]
    real.x.expire(real.access)
    gate = Gate()
    real.x.next(Kind.TOKEN, late(gate))
    for process in processes:
        go(process)
    assert [line(process) for process in processes] == ["asking", "asking"]
    assert gate.reached.wait(SECONDS)
    gate.set()
    assert [line(process) for process in processes] == [real.user.id, real.user.id]
    assert real.renewals() == 1
    assert real.kept("refresh") == real.x.tokens[-1].refresh


def test_two_requests_of_one_process_that_renew_at_once_renew_once(home: Home) -> None:
    async def both() -> set[str]:
        return set(await asyncio.gather(home.me(), home.me()))

    home.x.expire(home.access)
    assert asyncio.run(both()) == {home.user.id}
    assert home.renewals() == 1


def test_what_another_process_has_renewed_is_used_as_it_is(home: Home) -> None:
    async def main() -> str:
        tokens = home.tokens()
        await tokens.auth()
        await home.me()
        return await home.me(tokens) if await tokens.renewed() else ""

    home.x.expire(home.access)
    assert asyncio.run(main()) == home.user.id
    assert home.renewals() == 1


@pytest.mark.parametrize(
    "fault", [RESET_DONE, RESET_READ, CUT, NOT_JSON, says(503, acts=True), says(500)]
)
def test_an_unclear_renewal_is_refused_keeps_the_old_token_and_is_not_repeated(
    home: Home, fault: Fault
) -> None:
    home.keep_for(timedelta(0))
    home.x.next(Kind.TOKEN, fault)
    assert refusal(home.tokens().auth).kind is Refusal.OFFLINE
    assert home.renewals() == 1
    assert home.kept("refresh") == home.refresh


def test_a_renewal_that_x_never_did_can_be_done_at_the_next_click(home: Home) -> None:
    home.keep_for(timedelta(0))
    home.x.next(Kind.TOKEN, RESET_READ)
    refusal(home.tokens().auth)
    assert asyncio.run(home.me()) == home.user.id


def test_behind_a_lost_answer_the_used_token_is_refused_and_a_sign_in_asked_for(home: Home) -> None:
    home.keep_for(timedelta(0))
    home.x.next(Kind.TOKEN, RESET_DONE)
    refusal(home.tokens().auth)
    assert refusal(home.tokens().auth).kind is Refusal.SIGN_IN


def test_signing_in_again_mends_a_lost_answer(home: Home) -> None:
    home.keep_for(timedelta(0))
    home.x.next(Kind.TOKEN, RESET_DONE)
    refusal(home.tokens().auth)
    home.access, home.refresh = home.x.sign_in_directly(home.user)
    home.keep_for(timedelta(hours=2))
    assert asyncio.run(home.me()) == home.user.id


@pytest.mark.parametrize("saves", [1, 2])
def test_a_process_that_dies_between_its_saves_signs_nobody_out(
    real: Home, start: Start, saves: int
) -> None:
    real.x.expire(real.access)
    assert start(DYING, str(saves)).wait(SECONDS) == 9
    assert real.kept("refresh") == real.x.tokens[-1].refresh
    assert asyncio.run(real.me()) == real.user.id


def test_where_x_refuses_the_renewal_there_are_no_other_credentials(home: Home) -> None:
    async def main() -> bool:
        tokens = home.tokens()
        await tokens.auth()
        return await tokens.renewed() is None

    home.x.next(Kind.TOKEN, says(401))
    assert asyncio.run(main())


def test_a_request_that_x_takes_from_nobody_any_more_asks_for_a_sign_in(home: Home) -> None:
    home.x.expire(home.access)
    home.x.next(Kind.TOKEN, says(400))
    assert refusal(home.me).kind is Refusal.SIGN_IN


def test_an_account_without_secrets_has_to_sign_in(home: Home) -> None:
    asyncio.run(home.tokens().sign_out())
    assert refusal(home.tokens().auth).kind is Refusal.SIGN_IN


def test_offline_nothing_is_lost(home: Home) -> None:
    home.keep_for(timedelta(0))
    with home.x.offline():
        assert refusal(home.tokens().auth).kind is Refusal.OFFLINE
    assert home.kept("refresh") == home.refresh
    assert asyncio.run(home.me()) == home.user.id


def test_where_x_asks_to_wait_that_is_said(home: Home) -> None:
    home.keep_for(timedelta(0))
    home.x.next(Kind.TOKEN, says(429))
    assert refusal(home.tokens().auth).kind is Refusal.WAIT


def test_a_renewal_that_has_begun_is_kept_although_it_is_cancelled(home: Home) -> None:
    async def main() -> None:
        asking = asyncio.create_task(home.tokens().auth())
        assert await asyncio.to_thread(gate.reached.wait, SECONDS)
        asking.cancel()
        asyncio.get_running_loop().call_soon(gate.set)
        with pytest.raises(asyncio.CancelledError):
            await asking

    gate = Gate()
    home.keep_for(timedelta(0))
    home.x.next(Kind.TOKEN, late(gate))
    asyncio.run(main())
    assert home.kept("refresh") == home.x.tokens[-1].refresh != home.refresh


def test_cancelled_while_another_process_renews_it_ends_at_once_and_sends_nothing(
    home: Home,
) -> None:
    async def main() -> None:
        asking = asyncio.create_task(home.tokens().auth())
        assert await asyncio.to_thread(queue.joined.wait, SECONDS)
        asking.cancel()
        await asyncio.wait({asking}, timeout=SECONDS / 4)
        assert asking.cancelled()

    home.keep_for(timedelta(0))
    with home.busy(), Queue() as queue:
        asyncio.run(main())
    assert home.renewals() == 0


def test_a_process_that_renews_forever_is_told_in_a_sentence(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens_module, "_TURN_S", 0.1)
    home.keep_for(timedelta(0))
    with home.busy():
        assert "Another Twite" in refusal(home.tokens().auth).what_happened
    assert home.renewals() == 0


def test_a_folder_that_cannot_be_written_to_is_told_in_a_sentence(home: Home) -> None:
    home.keep_for(timedelta(0))
    home.locks = home.locks / f"account-{home.account.id}.lock"
    assert "cannot write" in refusal(home.tokens().auth).what_happened


def test_a_keyring_that_waits_for_the_person_has_an_end(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Locked:
        unlocked = Event()

        def get_password(self, *_: str) -> None:
            self.unlocked.wait(SECONDS)

        set_password = delete_password = get_password

    monkeypatch.setattr(tokens_module, "_KEYRING_S", 0.05)
    home.vault = Vault(Locked())
    assert "keyring" in refusal(home.tokens().auth).what_happened
    Locked.unlocked.set()


def test_signing_out_revokes_and_forgets(home: Home) -> None:
    asyncio.run(home.tokens().sign_out())
    assert not any(home.kept(name) for name in OAUTH2)
    home.keep_for(timedelta(hours=2))
    assert refusal(home.me).kind is Refusal.SIGN_IN


@pytest.mark.parametrize("fault", [RESET_READ, says(503), says(401)])
def test_signing_out_forgets_although_x_does_not_revoke(home: Home, fault: Fault) -> None:
    home.x.next(Kind.REVOKE, fault, fault)
    asyncio.run(home.tokens().sign_out())
    assert not any(home.kept(name) for name in OAUTH2)


def test_signing_out_forgets_although_x_is_out_of_reach(home: Home) -> None:
    with home.x.offline():
        asyncio.run(home.tokens().sign_out())
    assert not any(home.kept(name) for name in OAUTH2)


def test_signing_out_forgets_although_it_is_cancelled(home: Home) -> None:
    async def main() -> None:
        leaving = asyncio.create_task(home.tokens().sign_out())
        assert await asyncio.to_thread(gate.reached.wait, SECONDS)
        leaving.cancel()
        asyncio.get_running_loop().call_soon(gate.set)
        with pytest.raises(asyncio.CancelledError):
            await leaving

    gate = Gate()
    home.x.next(Kind.REVOKE, late(gate))
    asyncio.run(main())
    assert not any(home.kept(name) for name in OAUTH2)


def strings_of(home: Home) -> Strings:
    return Strings(*home.x.four_strings(home.user))


def by_strings(home: Home) -> Tokens:
    home.account = replace(home.account, way=Way.OAUTH1)
    tokens = home.tokens()
    asyncio.run(tokens.keep(strings_of(home)))
    return tokens


def test_four_strings_sign_a_read(home: Home) -> None:
    assert asyncio.run(home.me(by_strings(home))) == home.user.id


def test_four_strings_sign_a_post_and_its_text_arrives(home: Home) -> None:
    async def main() -> None:
        async with XClient(home.x.endpoints.api, tokens) as client:
            await client.create_post(Content("Signed, and whole."))

    tokens = by_strings(home)
    asyncio.run(main())
    assert [post.text for post in home.x.posts] == ["Signed, and whole."]


def test_four_strings_sign_a_file_and_its_bytes_arrive(home: Home) -> None:
    async def main() -> None:
        async with XClient(home.x.endpoints.api, tokens) as client:
            media_id = await client.begin_upload(5, "image/gif", "tweet_gif")
            await client.append(media_id, 0, b"GIF89")
            await client.finish_upload(media_id)

    tokens = by_strings(home)
    asyncio.run(main())


def test_for_four_strings_that_x_refuses_there_are_no_others(home: Home) -> None:
    assert asyncio.run(by_strings(home).renewed()) is None


def test_a_new_way_of_signing_in_leaves_nothing_of_the_old_one(home: Home) -> None:
    by_strings(home)
    assert all(home.kept(name) for name in OAUTH1)
    assert not any(home.kept(name) for name in OAUTH2)
    home.account = replace(home.account, way=Way.OAUTH2)
    home.keep_for(timedelta(hours=2))
    assert all(home.kept(name) for name in OAUTH2)
    assert not any(home.kept(name) for name in OAUTH1)


def test_no_secret_is_in_what_is_printed_of_it() -> None:
    strings = Strings("secret", "secret", "secret", "secret")
    assert "secret" not in repr((strings, Granted("secret", "secret", datetime.now(UTC))))


def test_no_secret_gets_into_the_log_however_much_the_libraries_say(
    home: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    strings = strings_of(home)
    file = logs.start(tmp_path / "log")
    logging.getLogger(logs.NAME).warning("Begun.")
    with caplog.at_level(logging.DEBUG):
        home.x.expire(home.access)
        asyncio.run(home.me())
        asyncio.run(home.tokens().sign_out())
        asyncio.run(home.me(by_strings(home)))
    logs.stop()
    said = file.read_text("utf-8") + caplog.text
    assert "Begun." in said
    assert "httpcore2" in caplog.text
    secrets = [token for one in home.x.tokens for token in (one.access, one.refresh)]
    assert not any(secret in said for secret in [*secrets, *strings.all()])
