"""`twite drafts`: list, show and add drafts."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

from app import paths
from app.cli.actions import add_action
from app.cli.output import print_json, read_text
from app.drafts.draft import Draft, DraftSummary, Folder
from app.drafts.provenance import as_fields
from app.drafts.store import DraftStore


def add_to(commands: Any) -> None:
    """Add the subcommand and its own."""
    parser = commands.add_parser("drafts", help="list, show and add drafts")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add_action(actions, "list", _list, "the drafts, last changed first")
    show = add_action(actions, "show", _show, "one draft, whole")
    show.add_argument("id", help="as `twite drafts list` prints it")
    record = add_action(actions, "provenance", _provenance, "where a draft's words come from")
    record.add_argument("id", help="as `twite drafts list` prints it")
    add_action(actions, "new", _new, "keep the text on standard input as a draft; prints its id")


def _list(arguments: argparse.Namespace) -> int:
    with closing(DraftStore(paths.drafts_file())) as store:
        summaries = store.summaries(Folder.DRAFTS)
    if arguments.json:
        print_json([_summary_fields(summary) for summary in summaries])
        return 0
    for summary in summaries:
        changed = summary.changed.astimezone().strftime("%Y-%m-%d %H:%M")
        print(f"{summary.id}  {changed}  {summary.weighted_length:>4}  {summary.first_line}")
    if not summaries:
        print("There are no drafts yet.")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with closing(DraftStore(paths.drafts_file())) as store:
        draft = store.get(arguments.id)
    if arguments.json:
        print_json(_draft_fields(draft))
    else:
        print("\n\n".join(draft.posts))
    return 0


def _provenance(arguments: argparse.Namespace) -> int:
    with closing(DraftStore(paths.drafts_file())) as store:
        fields = as_fields(store.provenance(arguments.id))
    if arguments.json:
        print_json(fields)
        return 0
    for entry in fields["generated"]:
        print(f"{entry['at']}  {entry['model']} wrote: {entry['text']}")
    for entry in fields["confirmed"]:
        print(f"{entry['at']}  confirmed {entry['claim']}")
    for post in fields["posts"]:
        print(_by_hand(post))
    return 0


def _by_hand(post: dict[str, Any]) -> str:
    """What a person did to one post, in a line."""
    if post["generated_as"] is None:
        return f"written by hand: {post['text']}"
    changes = [f"{change['from']!r} to {change['to']!r}" for change in post["changed_by_hand"]]
    return f"changed by hand: {', '.join(changes)}" if changes else "not changed by hand"


def _new(arguments: argparse.Namespace) -> int:
    text = read_text()
    with closing(DraftStore(paths.drafts_file())) as store:
        draft = store.create(posts=(text,))
    print_json(_draft_fields(draft)) if arguments.json else print(draft.id)
    return 0


def _summary_fields(summary: DraftSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "first_line": summary.first_line,
        "posts": summary.post_count,
        "weighted_length": summary.weighted_length,
        "links": summary.link_count,
        "changed": summary.changed.isoformat(),
    }


def _draft_fields(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "posts": list(draft.posts),
        "notes": draft.notes,
        "folder": draft.folder.value,
        "created": draft.created.isoformat(),
        "changed": draft.changed.isoformat(),
    }
