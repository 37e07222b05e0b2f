"""`twite post`: a draft through a door."""

from __future__ import annotations

import argparse
import asyncio
import sys
import webbrowser
from typing import Any

from app import paths
from app.cli.output import print_json
from app.drafts.draft import Draft
from app.drafts.lane import StoreLane
from app.errors import UserError
from app.posting.accounts import Account, Accounts
from app.posting.assembly import address, build_poster, unconfirmed
from app.posting.browser import intent_url
from app.posting.endpoints import endpoints
from app.posting.outbox import Entry, Outbox, State
from app.posting.poster import Outcome
from app.posting.preflight import Door, Preflight, look_at
from app.posting.price import in_words
from app.vault import open_vault

REJECTED, UNKNOWN, NEEDS_SIGN_IN = 3, 4, 5
_CLOSING_S = 5.0


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    purpose = (
        "Posts a draft: through X's API as a signed-in account, or by opening X's own page with "
        "the text in it. Exit status: 0 posted or opened, 3 rejected, 4 unknown (see `twite "
        "outbox`), 5 needs sign-in."
    )
    parser = commands.add_parser("post", help="post a draft", description=purpose)
    parser.add_argument("id", metavar="DRAFT_ID", help="as `twite drafts list` prints it")
    parser.add_argument(
        "--door",
        choices=[Door.API.value, Door.BROWSER.value],
        help="api where an account is signed in or named, else browser",
    )
    parser.add_argument("--account", default="", metavar="NAME", help="which account posts")
    parser.add_argument("--yes", action="store_true", help="post without asking")
    parser.add_argument(
        "--unconfirmed",
        action="store_true",
        help="with --yes: also where the draft claims what its notes do not carry",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    lane = StoreLane(paths.drafts_file())
    try:
        draft = lane.call(lambda store: store.get(arguments.id)).result()
        accounts = lane.call(lambda store: Accounts(store.database).all()).result()
        wants_api = arguments.door == Door.API or arguments.account
        if arguments.door == Door.BROWSER or not (wants_api or accounts):
            return _in_browser(arguments, draft)
        return _through_api(arguments, draft, lane)
    finally:
        lane.close(_CLOSING_S)


def _in_browser(arguments: argparse.Namespace, draft: Draft) -> int:
    seen = look_at(Door.BROWSER, draft.posts, draft.extras)
    _stop_where_refused(seen)
    url = intent_url(seen.contents[0].text)
    if not webbrowser.open(url):
        raise UserError("No browser could be opened.", f"The draft is as it was. Open: {url}")
    if arguments.json:
        print_json({"door": Door.BROWSER.value, "url": url})
    else:
        print("X's page is open in your browser; nothing is posted before you post it there.")
    return 0


def _through_api(arguments: argparse.Namespace, draft: Draft, lane: StoreLane) -> int:
    where = endpoints()
    try:
        account = lane.call(lambda store: Accounts(store.database).find(arguments.account)).result()
    except UserError as error:
        return _end(arguments, "needs sign-in", (), f"{error.what_happened} {error.what_to_do}")
    recent = lane.call(lambda store: Outbox(store.database).recent_texts(account.id, draft.id))
    seen = look_at(Door.API, draft.posts, draft.extras, account, recent=recent.result())
    _stop_where_refused(seen)
    _ask(arguments, draft, account, seen)
    poster = build_poster(lane, open_vault(), where, paths.locks_folder())
    outcome = asyncio.run(poster.post(draft.id, account, seen.contents))
    return end_of(arguments, outcome, account)


def end_of(arguments: argparse.Namespace, outcome: Outcome, account: Account) -> int:
    """Print what became of a thread; the exit status."""
    posts = [_fields(entry, account) for entry in outcome.entries]
    broken = outcome.broken
    state = outcome.state.value
    if broken and broken.kind == "sign in":
        state = "needs sign-in"
    reason = broken.reason if broken and state != State.POSTED else ""
    if state == State.UNKNOWN:
        reason = (
            "X did not confirm a post, so it may or may not be up. Your text is safe: "
            "look with `twite outbox list`."
        )
    return _end(arguments, state, posts, reason)


def _end(arguments: argparse.Namespace, state: str, posts: Any, reason: str) -> int:
    if arguments.json:
        print_json({"door": "api", "state": state, "posts": list(posts), "reason": reason})
    else:
        live = [post["url"] or "posted" for post in posts if post["state"] == State.POSTED]
        if live and state != State.POSTED:
            print(f"{len(live)} of {len(posts)} are live:")
        print("\n".join(live), end="\n" if live else "")
    if reason and not arguments.json:
        print(reason, file=sys.stderr)
    statuses = {"posted": 0, "unknown": UNKNOWN, "needs sign-in": NEEDS_SIGN_IN}
    return statuses.get(state, REJECTED)


def _fields(entry: Entry, account: Account) -> dict[str, Any]:
    return {
        "place": entry.place + 1,
        "state": entry.state.value,
        "id": entry.post_id or None,
        "url": address(account.handle, entry.post_id) or None,
        "reason": entry.reason or None,
    }


def _stop_where_refused(seen: Preflight) -> None:
    if not seen.may_go:
        reason = " ".join(seen.refusals) or "There is nothing in this draft to post."
        raise UserError(reason, "The draft is as it was.")


def _ask(arguments: argparse.Namespace, draft: Draft, account: Account, seen: Preflight) -> None:
    """Have the person say yes to this text, and once more to what its notes do not carry."""
    claims = unconfirmed(draft)
    if arguments.yes and (arguments.unconfirmed or not claims):
        return
    if claims:
        marked = ", ".join(f"{claim.kind} {claim.text!r}" for claim in claims)
        warning = f"The notes do not carry: {marked}."
        if arguments.yes or not sys.stdin.isatty():
            raise UserError(
                warning, "Nothing was sent: correct the draft, or add --yes --unconfirmed."
            )
        print(warning, file=sys.stderr)
        _insist("Post it all the same?")
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise UserError("Nothing was sent, because nobody was asked.", "Add --yes to post.")
    for content in seen.contents:
        print(f"{content.text}\n", file=sys.stderr)
    _insist(f"Post this as @{account.handle} for {in_words(seen.price)}?")


def _insist(question: str) -> None:
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise UserError("Nothing was sent.", "The draft is as it was.")
