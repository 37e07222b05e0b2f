"""`twite draft`: notes in, drafts out, in a terminal."""

from __future__ import annotations

import argparse
import sys
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from app import paths
from app.cli.check import claim_fields
from app.cli.output import print_json, read_text
from app.compose import events
from app.compose.brief import COUNTS, Brief, Length, Tone
from app.errors import NotesError, UserError
from app.writer import Writer
from models.library import BUILT_IN

_E = TypeVar("_E")
_LOADING_S = 60.0
_WRITING_S = 300.0
"""The longest waits for an event before the model is taken to hang, in seconds."""


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "draft",
        help="write drafts from notes",
        description="Writes drafts from notes with the model on this machine, offline.",
    )
    parser.add_argument("--notes", metavar="TEXT", help="the facts, or - to read standard input")
    parser.add_argument("--count", type=_count, default=4, help="how many drafts, 1 to 8")
    parser.add_argument("--tone", choices=[tone.value for tone in Tone], default=Tone.PLAIN.value)
    parser.add_argument(
        "--length", choices=[length.value for length in Length], default=Length.FULL.value
    )
    parser.add_argument("--seed", type=int, help="the same number gives the same drafts again")
    add_model_options(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_run)


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add `--model` and `--device`."""
    parser.add_argument(
        "--model", metavar="ID", default=BUILT_IN, help="as `twite models list` prints it"
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where the model runs: an NVIDIA GPU if there is one (auto), or as said",
    )


def explain_device(wanted: str, note: str) -> None:
    """Say on standard error why it is not CUDA, where that was asked for."""
    if wanted == "cuda" and note:
        print(f"Not on CUDA: {note}", file=sys.stderr)


def _run(arguments: argparse.Namespace) -> int:
    brief = Brief(
        notes=_notes(arguments.notes),
        tone=Tone(arguments.tone),
        length=Length(arguments.length),
        count=arguments.count,
        seed=arguments.seed,
    )
    brief.check()
    ready, finished = _write(brief, arguments.model, arguments.device)
    explain_device(arguments.device, ready.device_note)
    if arguments.json:
        print_json(_fields(brief.notes, ready, finished))
    elif finished.variants:
        _print(ready, finished)
    else:
        raise events.NOTHING_KEPT
    return 0


def _write(brief: Brief, model: str, device: str) -> tuple[events.Ready, events.Finished]:
    """Run one brief through the writer; raises its error where it fails."""
    inbox: SimpleQueue[events.Event] = SimpleQueue()
    writer = Writer(paths.models_folder(), inbox.put, model, device)
    writer.warm_up(brief)
    writer.start()
    try:
        ready = _await(inbox, events.Ready, _LOADING_S)
        writer.write(brief)
        return ready, _await(inbox, events.Finished, _WRITING_S)
    finally:
        writer.close()


def _await(inbox: SimpleQueue[events.Event], kind: type[_E], seconds: float) -> _E:
    """The next event of a kind; whatever went wrong meanwhile is raised."""
    while True:
        try:
            event = inbox.get(timeout=seconds)
        except Empty:
            raise UserError(
                f"The model has not answered for {seconds:.0f} seconds.",
                "Nothing is lost: try again, with shorter notes if it happens again.",
            ) from None
        if isinstance(event, kind):
            return event
        if isinstance(event, events.Failed | events.Died):
            raise event.error


def _notes(given: str | None) -> str:
    if given == "-" or (given is None and not sys.stdin.isatty()):
        return read_text()
    if given is None:
        raise NotesError("There are no notes to write from.", 'Give some with --notes "TEXT".')
    return given


def _count(text: str) -> int:
    if text.isdigit() and int(text) in COUNTS:
        return int(text)
    raise argparse.ArgumentTypeError("a number from 1 to 8")


def _print(ready: events.Ready, finished: events.Finished) -> None:
    for variant in finished.variants:
        print(variant.text)
        print(f"    {variant.weighted_length} characters", end="")
        print(f", {variant.facts_kept} of {variant.facts_total} facts", end="")
        print(f", adds: {', '.join(variant.added)}" if variant.added else "")
        for claim in variant.claims.unsupported:
            print(f"    check: {claim.text} ({claim.doubt})")
        print()
    total = finished.timings.total_s
    print(f"{ready.model_name} on {ready.device}, {total:.1f} s. Nothing left this computer.")


def _fields(notes: str, ready: events.Ready, finished: events.Finished) -> dict[str, Any]:
    timings = finished.timings
    return {
        "model": ready.model_id,
        "device": ready.device,
        "drafts": [
            {
                "text": variant.text,
                "weighted_length": variant.weighted_length,
                **claim_fields(notes, variant.claims),
            }
            for variant in finished.variants
        ],
        "timings": {
            "load_s": round(timings.load_s, 3),
            "first_text_s": round(timings.first_text_s, 3),
            "total_s": round(timings.total_s, 3),
        },
    }
