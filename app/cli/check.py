"""`twite check`: what a text claims, and which of it its notes carry."""

from __future__ import annotations

import argparse
from typing import Any

from app.cli.output import print_json, read_text
from app.compose.grounding import Claim, Claims, check


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    purpose = "Holds the text on standard input against its notes, claim by claim."
    parser = commands.add_parser("check", help="hold a text against its notes", description=purpose)
    parser.add_argument("--notes", metavar="TEXT", required=True, help="the facts")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    claims = check(arguments.notes, read_text())
    if arguments.json:
        print_json(
            {
                **claim_fields(arguments.notes, claims),
                "left_out": [fact.text for fact in claims.left_out],
            }
        )
    else:
        _print(arguments.notes, claims)
    return 0


def claim_fields(notes: str, claims: Claims) -> dict[str, Any]:
    """`claims` and `coverage`, as `twite draft --json` has them too. Places in code points."""
    return {
        "claims": {
            "supported": [_fields(notes, claim) for claim in claims.supported],
            "unsupported": [_fields(notes, claim) for claim in claims.unsupported],
        },
        "coverage": round(claims.coverage, 3),
    }


def _fields(notes: str, claim: Claim) -> dict[str, Any]:
    source = claim.source
    return {
        "kind": claim.kind.value,
        "text": claim.text,
        "start": claim.span.start,
        "end": claim.span.stop,
        "source": source and {"text": source.of(notes), "start": source.start, "end": source.stop},
        "doubt": claim.doubt and claim.doubt.value,
    }


def _print(notes: str, claims: Claims) -> None:
    for claim in claims.claims:
        if claim.is_supported:
            source = f'  from "{claim.source.of(notes)}"' if claim.source else ""
            print(f"  supported    {claim.kind:12} {claim.text}{source}")
        else:
            print(f"  UNSUPPORTED  {claim.kind:12} {claim.text}  {claim.doubt}")
    for fact in claims.left_out:
        print(f"  left out                  {fact.text}")
    carried = sum(fact.is_kept for fact in claims.facts)
    print(f"{carried} of {len(claims.facts)} facts, {len(claims.unsupported)} unsupported claims.")
