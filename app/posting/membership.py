"""Accounts come and go: signed in at X, known by name, kept with their secrets, signed out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import httpx2

from app.drafts.lane import StoreLane
from app.errors import UserError
from app.posting.accounts import Account, Accounts, Way
from app.posting.answers import Refusal, Refused
from app.posting.endpoints import Endpoints
from app.posting.sign_in import Granted, sign_in
from app.posting.tokens import Strings, Tokens, revoke
from app.posting.x_client import Me, XClient
from app.vault import Vault

_T = TypeVar("_T")


async def add_account(
    lane: StoreLane,
    vault: Vault,
    endpoints: Endpoints,
    locks: Path,
    client_id: str,
    open_browser: Callable[[str], bool],
) -> Account:
    """Sign in with the browser. Where anything fails behind that, X is told to forget the grant.

    An account that is here already gets the new tokens in the place of its own.
    """
    granted = await sign_in(client_id, endpoints, open_browser)
    try:
        account = _account(await _me(endpoints, granted), Way.OAUTH2, client_id)
        await _keep(lane, account, Tokens(account, vault, endpoints, locks), granted)
    except BaseException:
        await revoke(client_id, endpoints, granted)
        raise
    return account


async def add_account_by_strings(
    lane: StoreLane, vault: Vault, endpoints: Endpoints, locks: Path, strings: Strings
) -> Account:
    """Take the four strings of OAuth 1.0a, once X has said whose they are."""
    try:
        me = await _me(endpoints, strings)
    except Refused as refused:
        if refused.kind is not Refusal.SIGN_IN:
            raise
        raise Refused(
            Refusal.SIGN_IN,
            "X does not accept these four strings.",
            "Copy them from console.x.com once more, where the app must be allowed to write.",
        ) from None
    account = _account(me, Way.OAUTH1, "")
    await _keep(lane, account, Tokens(account, vault, endpoints, locks), strings)
    return account


async def remove_account(
    lane: StoreLane, vault: Vault, endpoints: Endpoints, locks: Path, account: Account
) -> None:
    """Sign out at X, so far as X can be reached, and forget the account and its secrets."""
    try:
        await Tokens(account, vault, endpoints, locks).sign_out()
    except asyncio.CancelledError:
        await _forget(lane, account)  # its secrets are gone
        raise
    await _forget(lane, account)


class _Newcomer:
    """An `x_client.Authority` that is not kept anywhere yet."""

    def __init__(self, granted: Granted | Strings) -> None:
        self._granted = granted

    async def auth(self) -> httpx2.Auth:
        return self._granted.auth()

    async def renewed(self) -> httpx2.Auth | None:
        return None


async def _me(endpoints: Endpoints, granted: Granted | Strings) -> Me:
    async with XClient(endpoints.api, _Newcomer(granted)) as client:
        return await client.me()


def _account(me: Me, way: Way, client_id: str) -> Account:
    return Account(me.id, me.handle, me.name, way, client_id, me.writes_long)


async def _keep(
    lane: StoreLane, account: Account, tokens: Tokens, granted: Granted | Strings
) -> None:
    """The secrets and the account, or neither."""
    try:
        await tokens.keep(granted)
        await _in_store(lane, lambda accounts: accounts.keep(account))
    except BaseException:
        try:
            with suppress(UserError):
                await _forget(lane, account)
        finally:
            with suppress(UserError):
                await tokens.sign_out()
        raise


async def _forget(lane: StoreLane, account: Account) -> None:
    await _in_store(lane, lambda accounts: accounts.forget(account.id))


async def _in_store(lane: StoreLane, work: Callable[[Accounts], _T]) -> _T:
    """Cancelled, this ends behind the work, which may have begun and cannot be stopped."""
    done = asyncio.wrap_future(lane.call(lambda store: work(Accounts(store.database))))
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait({done})
        raise
