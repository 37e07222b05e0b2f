"""`twite outbox`: the posts that X has not confirmed."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from typing import Any

from app import paths
from app.cli.output import print_json
from app.cli.post import end_of
from app.drafts.lane import StoreLane
from app.posting.accounts import Accounts
from app.posting.assembly import build_poster
from app.posting.endpoints import endpoints
from app.posting.outbox import Entry, Outbox
from app.vault import open_vault

_CLOSING_S = 5.0


def add_to(commands: Any) -> None:
    """Add the subcommand and its own."""
    parser = commands.add_parser("outbox", help="the posts that X has not confirmed")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _action(actions, "list", _list, "the posts that may or may not be on X")
    purpose = "look for such a post on X, or say what you have found there"
    resolve = _action(actions, "resolve", _resolve, purpose)
    resolve.add_argument("id", type=int, help="as `twite outbox list` prints it")
    answer = resolve.add_mutually_exclusive_group()
    answer.add_argument(
        "--posted", nargs="?", const="", metavar="POST_ID", help="it is on X, under this id"
    )
    answer.add_argument(
        "--not-posted", action="store_true", help="it is not on X, and may be sent once more"
    )


def _action(
    actions: Any, name: str, run: Callable[[argparse.Namespace], int], purpose: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=purpose, description=purpose)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def _list(arguments: argparse.Namespace) -> int:
    lane = StoreLane(paths.drafts_file())
    try:
        poster = build_poster(lane, open_vault(), endpoints(), paths.locks_folder())
        asyncio.run(poster.recover())
        found = lane.call(lambda store: Outbox(store.database).unknowns()).result()
    finally:
        lane.close(_CLOSING_S)
    if arguments.json:
        print_json([_fields(entry) for entry in found])
        return 0
    for entry in found:
        sent = entry.created.astimezone().strftime("%Y-%m-%d %H:%M")
        first_line = entry.content.text.split("\n", 1)[0]
        print(f"{entry.id}  {sent}  {entry.draft}  {first_line}")
    if not found:
        print("X has confirmed everything.")
    return 0


def _resolve(arguments: argparse.Namespace) -> int:
    lane = StoreLane(paths.drafts_file())
    try:
        entry = lane.call(lambda store: Outbox(store.database).entry(arguments.id)).result()
        account = lane.call(lambda store: Accounts(store.database).find(entry.account)).result()
        poster = build_poster(lane, open_vault(), endpoints(), paths.locks_folder())
        if arguments.posted is not None or arguments.not_posted:
            said = poster.resolve(
                entry, is_up=not arguments.not_posted, post_id=arguments.posted or ""
            )
            outcome = asyncio.run(said)
        else:
            outcome = asyncio.run(poster.check(entry, account))
    finally:
        lane.close(_CLOSING_S)
    return end_of(arguments, outcome, account)


def _fields(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "draft": entry.draft,
        "place": entry.place + 1,
        "account": entry.account,
        "sent": entry.created.isoformat(),
        "text": entry.content.text,
    }
