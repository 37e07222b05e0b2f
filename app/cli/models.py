"""`twite models`: what is installed, and preparing the built-in model."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from app import paths
from app.cli.output import print_json
from app.compose import events
from app.preparing import Preparer
from models.library import BUILT_IN, InstalledModel, Library
from models.manifest import Manifest, verify

_BAR = 28


def add_to(commands: Any) -> None:
    """Add the subcommand and its own."""
    parser = commands.add_parser("models", help="installed models; prepare the built-in one")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the installed models")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(run=_list)
    preparing = actions.add_parser("prepare", help="make the built-in model, about 30 seconds")
    preparing.add_argument(
        "--again", action="store_true", help="make it anew although it is there and whole"
    )
    preparing.add_argument(
        "--plain", action="store_true", help="as its makers published it, untaught by Twite"
    )
    preparing.set_defaults(run=_prepare)


def _list(arguments: argparse.Namespace) -> int:
    installed = Library(paths.models_folder()).installed()
    if arguments.json:
        print_json([_fields(model) for model in installed])
        return 0
    for model in installed:
        manifest = model.manifest
        print(
            f"{manifest.id}  {manifest.name}, {model.size / 1e6:.0f} MB, {manifest.precision}, "
            f"{manifest.licence}{_schooling(manifest)}"
        )
    if not installed:
        print("No model is installed. Prepare the built-in one with: twite models prepare")
    return 0


def _prepare(arguments: argparse.Namespace) -> int:
    library = Library(paths.models_folder())
    if library.has(BUILT_IN) and not arguments.again:
        manifest = verify(library.path(BUILT_IN))
        if bool(manifest.adapter) != arguments.plain:
            print(f"The built-in model lies ready{_schooling(manifest)}.")
            return 0
    progress = _Progress()
    preparer = Preparer(library.folder, progress.show, plain=arguments.plain)
    preparer.start()
    try:
        preparer.wait()
    except KeyboardInterrupt:
        preparer.close()
        raise
    return progress.finish()


def _schooling(manifest: Manifest) -> str:
    """What Twite made of the built-in model; of others there is nothing to say."""
    if manifest.id != BUILT_IN:
        return ""
    return ", taught to write posts" if manifest.adapter else ", as its makers published it"


class _Progress:
    """A line that is written over in a terminal, and one line a step in a log."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last: events.Event | None = None

    def show(self, event: events.Event) -> None:
        self._last = event
        if not isinstance(event, events.Preparing):
            return
        filled = round(_BAR * event.fraction)
        left = "" if event.seconds_left is None else f", {event.seconds_left:.0f} s left"
        line = f"Built-in model: {event.step.lower()}{left}"
        if self._live:
            bar = "█" * filled + "░" * (_BAR - filled)
            sys.stderr.write(f"\r\x1b[K{bar} {line}")
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def finish(self) -> int:
        if self._live:
            sys.stderr.write("\n")
        if isinstance(self._last, events.Failed):
            raise self._last.error
        return 0 if isinstance(self._last, events.Prepared) else 1


def _fields(model: InstalledModel) -> dict[str, Any]:
    manifest = model.manifest
    return {
        "id": manifest.id,
        "name": manifest.name,
        "licence": manifest.licence,
        "source": manifest.source,
        "adapter": manifest.adapter,
        "precision": manifest.precision,
        "measured_loss": manifest.measured_loss,
        "size_bytes": model.size,
        "needed_memory_mb": manifest.needed_memory_mb,
        "folder": str(model.folder),
    }
