"""`twite accounts`: whom Twite may post as."""

from __future__ import annotations

import argparse
import asyncio
import sys
import webbrowser
from collections.abc import Callable, Coroutine
from getpass import getpass
from typing import TYPE_CHECKING, Any

from app.cli.actions import add_action, open_lane
from app.cli.output import print_json
from app.cli.post import NEEDS_SIGN_IN
from app.drafts.lane import StoreLane
from app.errors import UserError
from app.places import places
from app.posting.accounts import Account, Accounts
from app.posting.answers import Refusal, Refused
from app.posting.callback import PORTS, callback_address
from app.posting.endpoints import endpoints
from app.posting.price import POST, POST_WITH_LINK, in_words
from app.vault import Vault, open_vault

# What talks to X takes a third of a second to import; no other command should wait for it.
if TYPE_CHECKING:
    from app.posting.tokens import Strings

_PRICE = (
    f"X charges your app {in_words(POST)} for a post, and {in_words(POST_WITH_LINK)} for one "
    "with a link."
)
_CALLBACKS = "\n".join(f"       {callback_address(port)}" for port in PORTS)
_GUIDE = f"""\
Twite posts through an app at X that is your own:
  1. Make one at https://console.x.com.
  2. In its user authentication settings choose "Native App" and "Read and write",
     and enter these three callback addresses:
{_CALLBACKS}
  3. Copy its OAuth 2.0 client id; it is no secret.
{_PRICE}
"""
_GUIDE_TO_STRINGS = f"""\
Twite posts through an app at X that is your own:
  1. Make one at https://console.x.com.
  2. In its user authentication settings choose "Read and write".
  3. Under "Keys and tokens" make an API key and, behind that, an access token for your account.
{_PRICE}
"""
_STRINGS = ("API key", "API key secret", "Access token", "Access token secret")


def add_to(commands: Any) -> None:
    """Add the subcommand and its own."""
    purpose = (
        "The accounts that Twite may post as. Exit status: 0 done, 1 a sentence was printed, "
        "5 the sign-in failed."
    )
    parser = commands.add_parser("accounts", help="whom Twite may post as", description=purpose)
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add = add_action(actions, "add", _with_store(_add), "sign in to an account at X")
    add.add_argument("--client-id", default="", metavar="ID", help="of your app; asked for if left")
    add.add_argument(
        "--oauth1",
        action="store_true",
        help="take the four strings of X's developer console, asked for or on lines of standard "
        "input, in place of signing in with the browser",
    )
    add_action(actions, "list", _with_store(_list), "the accounts that are signed in")
    remove = add_action(
        actions, "remove", _with_store(_remove), "sign out of an account and forget it"
    )
    remove.add_argument("name", metavar="NAME", help="its handle")


def _with_store(
    run: Callable[[argparse.Namespace, StoreLane], int],
) -> Callable[[argparse.Namespace], int]:
    def with_store(arguments: argparse.Namespace) -> int:
        with open_lane() as lane:
            try:
                return run(arguments, lane)
            except Refused as refused:
                if refused.kind is not Refusal.SIGN_IN:
                    raise
                print(f"{refused.what_happened} {refused.what_to_do}", file=sys.stderr)
                return NEEDS_SIGN_IN

    return with_store


def _add(arguments: argparse.Namespace, lane: StoreLane) -> int:
    vault = open_vault()
    if not vault.is_lasting:
        raise UserError(
            "There is no keyring here that Twite trusts, so a sign-in would last for this "
            "command only.",
            "Sign in from Twite's window: there it lasts until the window closes.",
        )
    account = asyncio.run(_signing_in(arguments, lane, vault))
    if arguments.json:
        print_json(_fields(account))
    else:
        print(f"You are signed in as @{account.handle}.")
    return 0


def _signing_in(
    arguments: argparse.Namespace, lane: StoreLane, vault: Vault
) -> Coroutine[Any, Any, Account]:
    """What the person has to bring is asked for here, before anything runs."""
    from app.posting.membership import add_account, add_account_by_strings

    where, locks = endpoints(), places().locks_folder
    if arguments.oauth1:
        return add_account_by_strings(lane, vault, where, locks, _asked_strings())
    client_id = _asked_client_id(arguments.client_id)
    return add_account(lane, vault, where, locks, client_id, _open_browser)


def _asked_strings() -> Strings:
    from app.posting.tokens import Strings

    _say(_GUIDE_TO_STRINGS)
    if sys.stdin.isatty():
        lines = [getpass(f"{name}: ").strip() for name in _STRINGS]
    else:
        lines = [sys.stdin.readline().strip() for _ in _STRINGS]
    if not all(lines):
        raise UserError(
            "All four strings are needed.", f"In this order: {', '.join(_STRINGS)}; one a line."
        )
    return Strings(*lines)


def _asked_client_id(given: str) -> str:
    _say(_GUIDE)
    if not given:
        print("Client id: ", end="", file=sys.stderr, flush=True)
        given = sys.stdin.readline()
    if not given.strip():
        raise UserError("A client id is needed.", "Your app's page at console.x.com shows it.")
    return given.strip()


def _open_browser(address: str) -> bool:
    """Where none opens, somebody at a terminal can still take the address elsewhere."""
    _say(f"X's page opens in your browser. If it does not, open this address:\n{address}")
    return webbrowser.open(address) or sys.stderr.isatty()


def _list(arguments: argparse.Namespace, lane: StoreLane) -> int:
    accounts = lane.call(lambda store: Accounts(store.database).all()).result()
    if arguments.json:
        print_json([_fields(account) for account in accounts])
        return 0
    for account in accounts:
        print(f"@{account.handle}  {account.name}")
    if not accounts:
        print("No account is signed in. Add one with: twite accounts add")
    return 0


def _remove(arguments: argparse.Namespace, lane: StoreLane) -> int:
    from app.posting.membership import remove_account

    if not arguments.name.strip("@ "):
        raise UserError("No account was named.", "See them with: twite accounts list")
    account = lane.call(lambda store: Accounts(store.database).find(arguments.name)).result()
    vault = open_vault()
    asyncio.run(remove_account(lane, vault, endpoints(), places().locks_folder, account))
    if arguments.json:
        print_json(_fields(account))
    else:
        print(f"You are signed out of @{account.handle}.")
    if not vault.is_lasting:
        _say(
            "No keyring could be opened here, so X was not told. If you had signed in to stay, "
            "withdraw Twite's access at https://x.com/settings/connected_apps."
        )
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _fields(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "handle": account.handle,
        "name": account.name,
        "way": account.way.value,
        "writes_long": account.writes_long,
    }
