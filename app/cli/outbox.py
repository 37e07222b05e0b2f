"""`twite outbox`: the posts that X has not confirmed."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from typing import TYPE_CHECKING, Any

from app.cli.actions import add_action, open_lane
from app.cli.output import print_json
from app.cli.post import NEEDS_SIGN_IN, UNKNOWN, fields, legible, print_live
from app.drafts.lane import StoreLane
from app.errors import UserError
from app.places import places
from app.posting.accounts import Account, Accounts
from app.posting.answers import Refusal, Refused
from app.posting.assembly import build_poster
from app.posting.endpoints import endpoints
from app.posting.outbox import Entry, Outbox, State
from app.posting.outcome import Outcome
from app.vault import open_vault

if TYPE_CHECKING:
    from app.posting.poster import Poster

_WITHOUT_SIGN_IN = (
    "Sign in again, or look on X yourself and say what you have found: --posted or --not-posted."
)
_POST_ID = re.compile(r"(?:\S+/status/)?([0-9]{1,20})(?:[/?]\S*)?")
"""As it stands, or at the end of the post's address."""


def add_to(commands: Any) -> None:
    """Add the subcommand and its own."""
    parser = commands.add_parser("outbox", help="the posts that X has not confirmed")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add_action(actions, "list", _list, "the posts that may or may not be on X")
    purpose = (
        "Look for such a post on X, or say what you have found there. Exit status: 0 it is "
        "settled, 1 nothing was changed for the reason that is printed, 4 still unknown, 5 needs "
        "sign-in."
    )
    resolve = add_action(actions, "resolve", _resolve, purpose)
    resolve.add_argument("id", type=int, help="as `twite outbox list` prints it")
    answer = resolve.add_mutually_exclusive_group()
    answer.add_argument(
        "--posted",
        nargs="?",
        const="",
        type=_post_id,
        metavar="POST_ID",
        help="it is on X, under this id or address",
    )
    answer.add_argument(
        "--not-posted", action="store_true", help="it is not on X, and may be sent once more"
    )


def _list(arguments: argparse.Namespace) -> int:
    with open_lane() as lane:
        poster = build_poster(lane, open_vault(), endpoints(), places().locks_folder)
        asyncio.run(poster.recover())
        found = lane.call(lambda store: Outbox(store.database).unknowns()).result()
    if arguments.json:
        print_json([_row(entry) for entry in found])
        return 0
    for entry in found:
        sent = entry.created.astimezone().strftime("%Y-%m-%d %H:%M")
        first_line = legible(entry.content.text.split("\n", 1)[0])
        print(f"{entry.id}  {sent}  {entry.draft}  {first_line}")
    if not found:
        print("X has confirmed everything.")
    return 0


def _resolve(arguments: argparse.Namespace) -> int:
    with open_lane() as lane:
        poster = build_poster(lane, open_vault(), endpoints(), places().locks_folder)
        asyncio.run(poster.recover())
        entry = _unknown(arguments.id, lane)
        account = _account(entry, lane)
        try:
            outcome = asyncio.run(_outcome(arguments, lane, poster, entry, account))
        except Refused as refused:
            if refused.kind is not Refusal.SIGN_IN:
                raise
            print(f"{refused.what_happened} {_WITHOUT_SIGN_IN}", file=sys.stderr)
            return NEEDS_SIGN_IN
    return _end(arguments, outcome, entry, account)


def _unknown(id: int, lane: StoreLane) -> Entry:
    entry = lane.call(lambda store: Outbox(store.database).entry(id)).result()
    if entry.state in (State.WAITING, State.SENDING):
        raise UserError("That post is on its way at the moment.", "Wait for it to end.")
    if entry.state is not State.UNKNOWN:
        raise UserError("That post is accounted for already.", "Nothing was changed.")
    return entry


def _account(entry: Entry, lane: StoreLane) -> Account | None:
    """None where it has been removed: its writer can still say what became of the post."""
    accounts = lane.call(lambda store: Accounts(store.database).all()).result()
    return next((account for account in accounts if account.id == entry.account), None)


async def _outcome(
    arguments: argparse.Namespace,
    lane: StoreLane,
    poster: Poster,
    entry: Entry,
    account: Account | None,
) -> Outcome:
    if arguments.not_posted:
        return await poster.resolve(entry, is_up=False)
    if arguments.posted is not None:
        _refuse_id(arguments.posted, entry, lane)
        return await poster.resolve(entry, is_up=True, post_id=arguments.posted)
    if account is None:
        raise Refused(Refusal.SIGN_IN, "The account of this post is not signed in here.")
    return await poster.check(entry, account)


def _refuse_id(post_id: str, entry: Entry, lane: StoreLane) -> None:
    """A thread goes on behind this id, so it must be there and be right."""
    if post_id in lane.call(lambda store: Outbox(store.database).known_ids()).result():
        raise UserError("That is the id of another post.", "Nothing was changed.")
    if not post_id and entry.place + 1 < entry.places:
        raise UserError(
            "The thread can go on only behind a post whose id is known.",
            "Nothing was changed: add the post's id or address behind --posted.",
        )


def _end(
    arguments: argparse.Namespace, outcome: Outcome, entry: Entry, account: Account | None
) -> int:
    """Print what is known of the post now; the exit status."""
    state = next(one.state for one in outcome.entries if one.id == entry.id)
    posts = [fields(one, account) for one in outcome.entries]
    said = _what_to_do(state, outcome, entry)
    if arguments.json:
        print_json({"state": state.value, "posts": posts, "reason": said})
    else:
        print_live(posts)
        if said:
            print(said, file=sys.stderr)
    return UNKNOWN if state is State.UNKNOWN else 0


def _what_to_do(state: State, outcome: Outcome, entry: Entry) -> str:
    if state is State.UNKNOWN:
        return (
            "X does not show this post, though it may do so in a minute. Look yourself, then say: "
            f"twite outbox resolve {entry.id} --posted POST_ID, or --not-posted."
        )
    if outcome.state is State.POSTED:
        return ""
    return f"What is not on X yet goes out with: twite post {entry.draft}"


def _post_id(given: str) -> str:
    """The id alone, of an id or an address; "" stays."""
    found = _POST_ID.fullmatch(given)
    if given and not found:
        raise argparse.ArgumentTypeError(f"{given!r} is no post's id or address")
    return found[1] if found else ""


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "draft": entry.draft,
        "place": entry.place + 1,
        "account": entry.account,
        "sent": entry.created.isoformat(),
        "text": entry.content.text,
    }
