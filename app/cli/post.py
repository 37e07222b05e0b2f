"""`twite post`: a draft through a door."""

from __future__ import annotations

import argparse
import webbrowser
from contextlib import closing
from typing import Any

from app import paths
from app.cli.output import print_json
from app.drafts.store import DraftStore
from app.errors import UserError
from app.posting.browser import intent_url
from app.posting.preflight import Door, look_at


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    purpose = "Opens X's own page for writing a post, with the draft's text in it, in your browser."
    parser = commands.add_parser("post", help="open a draft on X's page", description=purpose)
    parser.add_argument("id", metavar="DRAFT_ID", help="as `twite drafts list` prints it")
    parser.add_argument("--door", choices=[Door.BROWSER.value], default=Door.BROWSER.value)
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    with closing(DraftStore(paths.drafts_file())) as store:
        draft = store.get(arguments.id)
    seen = look_at(Door(arguments.door), draft.posts)
    if not seen.may_go:
        reason = " ".join(seen.refusals) or "There is nothing in this draft to post."
        raise UserError(reason, "The draft is as it was.")
    url = intent_url(seen.posts[0])
    if not webbrowser.open(url):
        raise UserError("No browser could be opened.", f"The draft is as it was. Open: {url}")
    if arguments.json:
        print_json({"door": arguments.door, "url": url})
    else:
        print("X's page is open in your browser; nothing is posted before you post it there.")
    return 0
