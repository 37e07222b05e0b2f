"""What an account signs its requests with: kept in the keyring, renewed, given up.

X's refresh tokens are good once. So whoever renews holds a lock that other processes heed, looks
whether one of them has renewed already, and keeps what X grants before anything uses it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import filelock
import httpx2
from authlib.integrations.httpx_client import (
    OAuth1Auth,
)

from app.errors import UserError
from app.posting.accounts import Account, Way
from app.posting.answers import Refusal, Refused, signed_out
from app.posting.endpoints import Endpoints
from app.posting.sign_in import Granted, PublicClient, granted_by
from app.vault import Vault

_T = TypeVar("_T")
_LEEWAY = timedelta(seconds=60)
_KEYRING_S = 60.0
"""How long a keyring may take, which may be asking the person to unlock it."""
_TURN_S = 30.0
"""How long to wait for another process that is renewing."""
_WHOLE_S = 180.0
"""The longest that the turn, X's answer and the keyring may take together."""
_REVOKING_S = 20.0
_OAUTH1 = ("api key", "api key secret", "access token", "access token secret")
_OAUTH2 = ("refresh", "access", "expires")
"""In the order in which they are kept: where that breaks off, the refresh token mends it."""


@dataclass(frozen=True)
class Strings:
    """The four strings of OAuth 1.0a, as X's developer console shows them."""

    api_key: str = field(repr=False)
    api_key_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)

    def auth(self) -> httpx2.Auth:
        """Signs requests."""
        signature: httpx2.Auth = _Signature(*self.all())
        return signature

    def all(self) -> tuple[str, str, str, str]:
        """In the order of the fields."""
        return (self.api_key, self.api_key_secret, self.access_token, self.access_token_secret)


class Tokens:
    """One account's `x_client.Authority`.

    Belongs to one client, whose requests follow one another: what `renewed` takes to have failed is
    what was given last. Where anything keeps a request from leaving, that is `Refused`.
    """

    def __init__(self, account: Account, vault: Vault, endpoints: Endpoints, locks: Path) -> None:
        self._account = account
        self._vault = vault
        self._endpoints = endpoints
        self._lock_file = locks / f"account-{account.id}.lock"
        self._given = ""

    async def auth(self) -> httpx2.Auth:
        """Good for a minute at least; raises `Refused` (SIGN_IN) where there is none to be had."""
        with _refusing():
            if self._account.way is Way.OAUTH1:
                return (await _aside(self._strings)).auth()
            granted = await _aside(self._granted)
            if granted.expires - datetime.now(UTC) < _LEEWAY:
                granted = await self._newer(granted.access)
            return self._giving(granted)

    async def renewed(self) -> httpx2.Auth | None:
        """Other credentials than were given last, or None where there are none to be had."""
        if self._account.way is Way.OAUTH1:
            return None
        try:
            with _refusing():
                return self._giving(await self._newer(self._given))
        except Refused as refused:
            if refused.kind is Refusal.SIGN_IN:
                return None
            raise

    async def keep(self, granted: Granted | Strings) -> None:
        """Put these in the place of whatever the account had."""

        def work(is_given_up: Callable[[], bool]) -> None:
            with self._turn(is_given_up):
                if isinstance(granted, Granted):
                    self._write(granted)
                    self._forget(_OAUTH1)
                else:
                    for name, secret in zip(_OAUTH1, granted.all(), strict=True):
                        self._vault.write(self._account.id, name, secret)
                    self._forget(_OAUTH2)

        await _to_its_end(work)

    async def sign_out(self) -> None:
        """Revoke at X, so far as X can be reached, and forget in any case."""

        def work(is_given_up: Callable[[], bool]) -> None:
            with ExitStack() as turn:
                with suppress(UserError):
                    turn.enter_context(self._turn(is_given_up))
                try:
                    self._revoke()
                finally:
                    self._forget(_OAUTH1 + _OAUTH2)

        await _to_its_end(work)

    async def _newer(self, stale: str) -> Granted:
        """What follows the access token `stale`: from the keyring, or else from X."""

        def work(is_given_up: Callable[[], bool]) -> Granted:
            with self._turn(is_given_up):
                held = self._granted()
                if held.access != stale:
                    return held
                granted = asyncio.run(self._refreshed(held))
                self._write(granted)
                return granted

        return await _to_its_end(work)

    async def _refreshed(self, held: Granted) -> Granted:
        async with PublicClient(self._account.client_id) as client:
            asking = client.refresh_token(self._endpoints.token, refresh_token=held.refresh)
            return await granted_by(asking)

    def _revoke(self) -> None:
        if self._account.way is Way.OAUTH2:
            with suppress(UserError):
                asyncio.run(revoke(self._account.client_id, self._endpoints, self._granted()))

    def _giving(self, granted: Granted) -> httpx2.Auth:
        self._given = granted.access
        return granted.auth()

    def _granted(self) -> Granted:
        refresh, access, expires = self._read(_OAUTH2)
        return Granted(access, refresh, datetime.fromisoformat(expires))

    def _strings(self) -> Strings:
        return Strings(*self._read(_OAUTH1))

    def _read(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            secret = self._vault.read(self._account.id, name)
            if secret is None:
                raise signed_out()
            yield secret

    def _write(self, granted: Granted) -> None:
        secrets = (granted.refresh, granted.access, granted.expires.isoformat())
        for name, secret in zip(_OAUTH2, secrets, strict=True):
            self._vault.write(self._account.id, name, secret)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self._vault.forget(self._account.id, name)

    @contextmanager
    def _turn(self, is_given_up: Callable[[], bool]) -> Iterator[None]:
        """Alone among all processes."""
        lock = filelock.FileLock(self._lock_file, timeout=_TURN_S)
        try:
            self._lock_file.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(cancel_check=is_given_up)
        except filelock.Timeout:
            raise UserError(
                "Another Twite is busy with this account's sign-in.",
                "Your text is safe: try again in a minute.",
            ) from None
        except OSError as error:
            raise UserError(
                f"Twite cannot write to {self._lock_file.parent}.",
                "Your text is safe: see whether the disk is full or read-only, then try again.",
            ) from error
        try:
            yield
        finally:
            lock.release()


async def revoke(client_id: str, endpoints: Endpoints, granted: Granted) -> None:
    """Tell X that these are no longer good, so far as X can be reached within a while."""
    tokens = {"refresh_token": granted.refresh, "access_token": granted.access}
    with suppress(TimeoutError):
        async with asyncio.timeout(_REVOKING_S), PublicClient(client_id) as client:
            for kind, token in tokens.items():
                with suppress(UserError):
                    await client.revoke_token(endpoints.revoke, token=token, token_type_hint=kind)


class _Signature(OAuth1Auth):  # type: ignore[misc]  # Authlib has no types
    """As X wants it: the signature covers the address alone, for bodies that are no forms.

    Authlib's own either drops such a body or adds its hash, of which X says nothing.
    https://docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature
    """

    def prepare(self, method: str, uri: str, headers: Any, body: bytes) -> tuple[str, Any, bytes]:
        uri, headers, _ = self.sign(method, uri, headers, b"")
        return uri, headers, body


@contextmanager
def _refusing() -> Iterator[None]:
    """A shut keyring, too, means that nothing has happened at X."""
    try:
        yield
    except Refused:
        raise
    except UserError as error:
        raise Refused(Refusal.INVALID, error.what_happened, error.what_to_do) from error


async def _aside(work: Callable[[], _T]) -> _T:
    """What the keyring answers, with an end: it may be asking the person to unlock it."""
    try:
        async with asyncio.timeout(_KEYRING_S):
            return await _begun(work)
    except TimeoutError:
        raise _shut() from None


async def _to_its_end(work: Callable[[Callable[[], bool]], _T]) -> _T:
    """As `_aside`, for what must not be left half done: cancelled, this ends behind the work.

    The work gets a function that tells whether it is given up, to ask while it can still be.
    """
    given_up = threading.Event()
    begun = _begun(lambda: work(given_up.is_set))
    try:
        async with asyncio.timeout(_WHOLE_S):
            return await asyncio.shield(begun)
    except TimeoutError:
        raise _shut() from None
    except asyncio.CancelledError:
        given_up.set()
        await asyncio.wait({begun}, timeout=_WHOLE_S)
        raise


def _begun(work: Callable[[], _T]) -> asyncio.Future[_T]:
    """In a thread of its own, which does not keep Twite from ending."""
    done: Future[_T] = Future()
    done.set_running_or_notify_cancel()

    def run() -> None:
        try:
            done.set_result(work())
        except UserError as error:
            done.set_exception(error)
        except BaseException as error:
            done.set_exception(error)
            raise

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return asyncio.wrap_future(done)


def _shut() -> UserError:
    return UserError(
        "The system's keyring did not answer in time.",
        "Your text is safe: unlock the keyring and try again.",
    )
