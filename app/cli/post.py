"""`twite post`: a draft through a door."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import webbrowser
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.cli.actions import open_lane
from app.cli.output import print_json
from app.drafts.draft import Draft
from app.drafts.lane import StoreLane
from app.errors import UserError
from app.places import places
from app.posting.accounts import Account, Accounts, NoAccountError
from app.posting.answers import Refusal
from app.posting.assembly import build_poster, unconfirmed
from app.posting.browser import intent_url
from app.posting.content import Content
from app.posting.endpoints import endpoints
from app.posting.outbox import Entry, Outbox, State
from app.posting.outcome import Outcome, address
from app.posting.preflight import Door, Preflight, look_at
from app.posting.price import in_words, price_of
from app.vault import open_vault

REJECTED, UNKNOWN, NEEDS_SIGN_IN = 3, 4, 5
_SIGNED_OUT = "needs sign-in"
_STATUSES = {State.POSTED.value: 0, State.UNKNOWN.value: UNKNOWN, _SIGNED_OUT: NEEDS_SIGN_IN}
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters: a terminal obeys them, and so would show another text than the one sent."""


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    purpose = (
        "Posts a draft: through X's API as a signed-in account, or by opening X's own page with "
        "the text in it. Exit status: 0 posted or opened, 1 nothing was sent for the reason that "
        "is printed, 3 rejected, 4 unknown (see `twite outbox`), 5 needs sign-in."
    )
    parser = commands.add_parser("post", help="post a draft", description=purpose)
    parser.add_argument("id", metavar="DRAFT_ID", help="as `twite drafts list` prints it")
    parser.add_argument(
        "--door",
        choices=[Door.API.value, Door.BROWSER.value],
        help="api where an account is signed in or named, else browser",
    )
    parser.add_argument("--account", metavar="NAME", help="which account posts")
    parser.add_argument("--yes", action="store_true", help="post without asking")
    parser.add_argument(
        "--unconfirmed",
        action="store_true",
        help="with --yes: also where the draft claims what its notes do not carry",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.account is not None and not arguments.account.strip("@ "):
        raise UserError("No account was named.", "See them with: twite accounts list")
    with open_lane() as lane:
        draft = lane.call(lambda store: store.get(arguments.id)).result()
        accounts = lane.call(lambda store: Accounts(store.database).all()).result()
        wants_api = arguments.door == Door.API or arguments.account
        if arguments.door == Door.BROWSER or not (wants_api or accounts):
            return _in_browser(arguments, draft)
        return _through_api(arguments, draft, lane)


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
    where, name = endpoints(), arguments.account or ""
    try:
        account = lane.call(lambda store: Accounts(store.database).find(name)).result()
    except NoAccountError as error:
        return _end(arguments, _SIGNED_OUT, (), f"{error.what_happened} {error.what_to_do}")
    poster = build_poster(lane, open_vault(), where, places().locks_folder)
    asyncio.run(poster.recover())
    before = Outcome(lane.call(lambda store: Outbox(store.database).of_draft(draft.id)).result())
    if before.state is State.UNKNOWN:
        return _end_of(arguments, before, account)
    recent = lane.call(lambda store: Outbox(store.database).recent_texts(account.id, draft.id))
    seen = look_at(Door.API, draft.posts, draft.extras, account, recent=recent.result())
    _stop_where_refused(seen)
    _ask(arguments, draft, account, _still_to_go(seen, before))
    return _end_of(arguments, asyncio.run(poster.post(draft.id, account, seen.contents)), account)


def _still_to_go(seen: Preflight, before: Outcome) -> tuple[Content, ...]:
    """What of a thread is not on X yet."""
    to_go = seen.contents[sum(entry.state is State.POSTED for entry in before.entries) :]
    if not to_go:
        raise UserError("This draft is on X already.", "Nothing was sent a second time.")
    return to_go


def _end_of(arguments: argparse.Namespace, outcome: Outcome, account: Account) -> int:
    """Print what became of a thread; the exit status."""
    broken = outcome.broken
    state = outcome.state.value
    if broken and broken.kind == Refusal.SIGN_IN:
        state = _SIGNED_OUT
    reason = broken.reason if broken and state != State.POSTED else ""
    if state == State.UNKNOWN:
        reason = (
            "X did not confirm a post, so it may or may not be up. Your text is safe: "
            "look with `twite outbox list`."
        )
    posts = [fields(entry, account) for entry in outcome.entries]
    return _end(arguments, state, posts, reason, outcome.until)


def _end(
    arguments: argparse.Namespace,
    state: str,
    posts: Sequence[dict[str, Any]],
    reason: str,
    until: datetime | None = None,
) -> int:
    if arguments.json:
        when = until.isoformat() if until else None
        found = {"state": state, "posts": list(posts), "reason": reason, "until": when}
        print_json({"door": Door.API.value, **found})
    else:
        print_live(posts)
        if until:
            reason += f" That is at {until.astimezone():%H:%M:%S}."
        if reason:
            print(reason, file=sys.stderr)
    return _STATUSES.get(state, REJECTED)


def print_live(posts: Sequence[dict[str, Any]]) -> None:
    """Where the posts are to be seen that are on X."""
    live = [post["url"] or "posted" for post in posts if post["state"] == State.POSTED]
    if live and len(live) < len(posts):
        print(f"{len(live)} of {len(posts)} are live:")
    for place in live:
        print(place)


def fields(entry: Entry, account: Account | None) -> dict[str, Any]:
    """A row of the outbox for programs; without its account, it has no address."""
    return {
        "place": entry.place + 1,
        "state": entry.state.value,
        "id": entry.post_id or None,
        "url": (account and address(account.handle, entry.post_id)) or None,
        "reason": entry.reason or None,
    }


def legible(text: str) -> str:
    """The text with what a terminal would not show, but obey, written out."""
    return _UNSEEN.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _stop_where_refused(seen: Preflight) -> None:
    if not seen.may_go:
        reason = " ".join(seen.refusals) or "There is nothing in this draft to post."
        raise UserError(reason, "The draft is as it was.")


def _ask(
    arguments: argparse.Namespace, draft: Draft, account: Account, to_go: Sequence[Content]
) -> None:
    """Have the person say yes to this text, and once more to what its notes do not carry."""
    claims = unconfirmed(draft)
    if arguments.yes and (arguments.unconfirmed or not claims):
        return
    if claims:
        marked = ", ".join(f"{claim.kind} {claim.text!r}" for claim in claims)
        warning = f"The notes do not carry: {marked}."
        if arguments.yes or not _is_somebody_there():
            raise UserError(
                warning, "Nothing was sent: correct the draft, or add --yes --unconfirmed."
            )
        print(warning, file=sys.stderr)
        _insist("Post it all the same?")
    if arguments.yes:
        return
    if not _is_somebody_there():
        raise UserError("Nothing was sent, because nobody was asked.", "Add --yes to post.")
    for content in to_go:
        print(f"{_on_screen(content)}\n", file=sys.stderr)
    _insist(f"Post this as @{account.handle} for {in_words(price_of(to_go))}?")


def _on_screen(content: Content) -> str:
    """The text, and what goes out with it."""
    media, poll = content.extras.media, content.extras.poll
    lines = [content.text, *(f"[{one.file}: {one.alt_text or 'no alt text'}]" for one in media)]
    if poll:
        lines.append(f"[poll of {poll.minutes} minutes: {' / '.join(poll.options)}]")
    return legible("\n".join(lines))


def _is_somebody_there() -> bool:
    """Whether a question would be answered; Python has no `stdin` where it came closed."""
    return bool(sys.stdin and sys.stdin.isatty())


def _insist(question: str) -> None:
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise UserError("Nothing was sent.", "The draft is as it was.")
