"""An account that is signed in at the loopback X."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.posting.accounts import Account, Way
from app.posting.sign_in import Granted
from app.posting.tokens import Tokens
from app.vault import Vault
from tests.helpers.x_oauth import User
from tests.helpers.x_server import X


def account_of(x: X, user: User) -> Account:
    """As Twite would list this person."""
    is_paying = user.subscription != "None"
    return Account(user.id, user.name, user.name, Way.OAUTH2, x.sign_ins.client_id, is_paying)


def sign_in(x: X, user: User, vault: Vault, locks: Path) -> Account:
    """The account, with its tokens in the vault, and no browser in between."""
    account = account_of(x, user)
    access, refresh = x.sign_in_directly(user)
    granted = Granted(access, refresh, datetime.now(UTC) + timedelta(hours=2))
    asyncio.run(Tokens(account, vault, x.endpoints, locks).keep(granted))
    return account
