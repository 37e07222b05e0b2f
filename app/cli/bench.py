"""`twite bench`: how fast a model writes on this machine.

The work is done in a child (`python -m app.cli.bench`), so that the memory told of is the model's
alone.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app import paths
from app.cli.draft import add_model_options, explain_device
from app.cli.output import print_json
from app.errors import ModelError, UserError
from app.model_speed import measuring_command, read_answer
from models.library import Library

_MOST_ROWS = 256
_MOST_TOKENS = 1_000_000
"""Far more than any model reads; which of them does not, it says itself."""


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "bench",
        help="measure how fast a model writes on this machine",
        description="Has a model write rows side by side after one prompt, sampling and limits "
        "included, several times; the fastest counts. No row ends before its last token.",
    )
    for name, default, most, meaning in (
        ("--rows", 8, _MOST_ROWS, "rows written side by side"),
        ("--prompt-tokens", 60, _MOST_TOKENS, "tokens read first"),
        ("--tokens", 40, _MOST_TOKENS, "tokens written in each row"),
    ):
        parser.add_argument(
            name, type=_whole(most), default=default, metavar="N", help=f"{meaning} ({default})"
        )
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    folder = Library(paths.models_folder()).path(arguments.model)
    work = (arguments.rows, arguments.prompt_tokens, arguments.tokens)
    speed = _measure_in_child(folder, arguments.device, work)
    explain_device(arguments.device, speed.pop("device_note"))
    if arguments.json:
        print_json(speed)
    else:
        _print(speed, arguments)
    return 0


def _measure_in_child(folder: Path, device: str, work: tuple[int, int, int]) -> dict[str, Any]:
    done = subprocess.run(
        measuring_command(folder, device, work),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    nothing = UserError(
        f"The model's process ended before it had measured anything ({_last_line(done.stderr)}).",
        "Try fewer rows or tokens; the memory may not have sufficed.",
    )
    return read_answer(done.stdout, nothing)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["without a word"])[-1].rstrip(".")


def _print(speed: dict[str, Any], arguments: argparse.Namespace) -> None:
    rows = "1 row" if arguments.rows == 1 else f"{arguments.rows} rows"
    print(f"{speed['model']} on {speed['device']}")
    print(f"    {rows} of {arguments.tokens} tokens after {arguments.prompt_tokens}")
    print(f"    first text after {1000 * speed['first_text_s']:.0f} ms")
    print(f"    all after {speed['total_s']:.2f} s, {speed['tokens_per_s']:.0f} tokens a second")
    print(f"    at most {speed['peak_memory_mb']:.0f} MB of memory")


def _whole(most: int) -> Any:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {most}")

    return read


def main() -> int:
    """The child: measure, and print one JSON object. What libraries print is no part of it."""
    # The model's runtime takes a second to import, which no other command should wait for.
    from app.writer_process import rules_for
    from models.engine.measure import Work, measure

    answers = io.TextIOWrapper(os.fdopen(os.dup(1), "wb"), encoding="utf-8")
    os.dup2(2, 1)
    folder, device, *counts = sys.argv[1:]
    try:
        speed = measure(Path(folder), device, Work(*map(int, counts)), rules_for)
    except ModelError as error:
        answer: dict[str, Any] = {
            "what_happened": error.what_happened,
            "what_to_do": error.what_to_do,
        }
    else:
        answer = {key: _rounded(value) for key, value in asdict(speed).items()}
    json.dump(answer, answers)
    answers.flush()
    return 0


def _rounded(value: str | float) -> str | float:
    return value if isinstance(value, str) else round(value, 4 if value < 100 else 1)


if __name__ == "__main__":
    sys.exit(main())
