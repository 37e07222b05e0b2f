"""`twite count`: how long X says a text is."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from app.cli.output import print_json, read_text
from app.post_text import LIMIT, Weighed, weigh


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "count",
        help="count a text as X does",
        description="Reads a text from standard input and prints its weighted length.",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='read {"text": ...} a line and answer a JSON object a line',
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.jsonl:
        return _count_lines()
    weighed = weigh(read_text())
    if arguments.json:
        print_json(_fields(weighed))
    else:
        left = LIMIT - weighed.weighted_length
        print(f"{weighed.weighted_length} of {LIMIT}, " + _room(left, weighed.valid))
    return 0


def _count_lines() -> int:
    """Answer line by line; a line that cannot be read is answered too: lines stay paired."""
    status = 0
    for line in sys.stdin:
        try:
            text = json.loads(line)["text"]
            if not isinstance(text, str):
                raise TypeError
            answer: dict[str, Any] = _fields(weigh(text))
        except (ValueError, TypeError, KeyError, RecursionError):
            answer, status = {"error": 'not a JSON object with a "text"'}, 1
        print_json(answer)
    return status


def _fields(weighed: Weighed) -> dict[str, Any]:
    return {
        "weighted_length": weighed.weighted_length,
        "valid": weighed.valid,
        "permillage": weighed.permillage,
    }


def _room(left: int, valid: bool) -> str:
    if left < 0:
        return f"{-left} too long"
    return f"{left} left" if valid else "not a valid post"
