"""What the subcommands that keep or send drafts are built of."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app import paths
from app.drafts.lane import StoreLane

_CLOSING_S = 5.0


def add_action(
    actions: Any, name: str, run: Callable[[argparse.Namespace], int], purpose: str
) -> argparse.ArgumentParser:
    """Add one action of a subcommand, with `--json`."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=purpose, description=purpose)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


@contextmanager
def open_lane() -> Iterator[StoreLane]:
    """The drafts, for a command that also waits for something else."""
    lane = StoreLane(paths.drafts_file())
    try:
        yield lane
    finally:
        lane.close(_CLOSING_S)
