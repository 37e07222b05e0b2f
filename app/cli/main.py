"""The command line: which subcommands there are, and how errors and interrupts end them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from app import __version__, logs, paths
from app.cli import accounts, bench, check, count, doctor, draft, drafts, models, outbox, post
from app.errors import UserError

INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells expect it (128 + SIGINT)."""


def main(argv: Sequence[str]) -> int:
    """Run one subcommand; returns the exit status: 0 done, 1 a sentence was printed, 2 usage."""
    for stream in (sys.stdin, sys.stdout):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except UserError as error:
        print(f"{error.what_happened} {error.what_to_do}", file=sys.stderr)
        return 1
    except UnicodeDecodeError:
        print("That text is not UTF-8. Save it as UTF-8 and try again.", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 (the last that sees a bug, whichever it is)
        print(f"Something in Twite broke. Your drafts are safe. {_kept(error)}", file=sys.stderr)
        return 1
    return status


def _kept(error: Exception) -> str:
    """Write down where it broke, without the error's own words."""
    file = logs.start(paths.state_folder())
    logs.record_bug(error)
    logs.stop()
    return f"What is known of it is in {file}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="twite",
        description="Write posts for X with a language model on your own machine. "
        "Without a command, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"twite {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for module in (draft, check, count, drafts, post, outbox, accounts, models, bench, doctor):
        module.add_to(commands)
    return parser
