"""`twite models`: what is installed and what can be, checking it, and the built-in model."""

from __future__ import annotations

import argparse
import sys
from math import isnan
from typing import Any

from app import paths
from app.cli.output import print_json
from app.compose import events
from app.preparing import Preparer
from models.catalog import CatalogModel, find, read_catalog
from models.errors import ModelError
from models.install.progress import Progress
from models.library import BUILT_IN, InstalledModel, Library
from models.manifest import Manifest, verify

_BAR = 28
_MB = 1e6


def add_to(commands: Any) -> None:
    """Add the subcommand and its own."""
    parser = commands.add_parser("models", help="installed models; prepare the built-in one")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the models here, and those that can be installed")
    listing.set_defaults(run=_list)
    for name, run, told in (
        ("install", _install, "download a model from the Hugging Face Hub"),
        ("verify", _verify, "check every file of a model"),
        ("remove", _remove, "remove a model, or what there is of its download"),
    ):
        action = actions.add_parser(name, help=told)
        action.add_argument("id", metavar="ID", help="as `twite models list` says it")
        action.set_defaults(run=run)
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true", help="print JSON")
    preparing = actions.add_parser("prepare", help="make the built-in model, about 30 seconds")
    preparing.add_argument(
        "--again", action="store_true", help="make it anew although it is there and whole"
    )
    preparing.add_argument(
        "--plain", action="store_true", help="as its makers published it, untaught by Twite"
    )
    preparing.set_defaults(run=_prepare)


def _list(arguments: argparse.Namespace) -> int:
    library = Library(paths.models_folder())
    installed = library.installed()
    ids = {model.manifest.id for model in installed}
    others = [model for model in read_catalog() if model.id not in ids]
    if arguments.json:
        print_json([*map(_fields, installed), *map(_catalog_fields, others)])
        return 0
    for model in installed:
        manifest = model.manifest
        print(
            f"{manifest.id}  {manifest.name}, {model.size / _MB:.0f} MB, {manifest.precision}, "
            f"{manifest.licence}{_schooling(manifest)}"
        )
    if not installed:
        print("No model is installed. Prepare the built-in one with: twite models prepare")
    print(_disk_use(library))
    print("\nTo be installed with: twite models install ID")
    for other in others:
        print(
            f"{other.id}  {other.name}, {other.machine}, {other.needed_memory_mb / 1000:.1f} GB of "
            f"memory, download about {other.download_mb} MB, {other.precision}, {other.licence}. "
            f"{other.purpose}"
        )
    return 0


def _disk_use(library: Library) -> str:
    use = library.disk_use()
    unfinished = (
        f", {use.unfinished / _MB:.0f} MB of unfinished downloads" if use.unfinished else ""
    )
    return f"{use.models / _MB:.0f} MB in all{unfinished}; {use.free / 1e9:.1f} GB are free."


def _install(arguments: argparse.Namespace) -> int:
    library = Library(paths.models_folder())
    if arguments.id == BUILT_IN:
        raise ModelError(
            "The built-in model is made on this computer, not downloaded.",
            "Make it with: twite models prepare",
        )
    model = find(arguments.id)
    if not _is_whole(library, model.id):
        _download(library, model)
    installed = InstalledModel(library.path(model.id), library.verify(model.id))
    if arguments.json:
        print_json(_fields(installed))
    else:
        size = installed.size / _MB
        print(f"{model.name} lies ready: {size:.0f} MB, {model.licence}.")
    return 0


def _download(library: Library, model: CatalogModel) -> None:
    # Its HTTP client takes a tenth of a second to import; no other command should wait for it.
    from models.install import hub

    line = _DownloadLine(model.name)
    try:
        hub.install(library.folder, model, line.show, lambda: False)
    finally:
        line.finish()


def _is_whole(library: Library, model_id: str) -> bool:
    try:
        library.verify(model_id)
    except ModelError:
        return False
    return True


def _verify(arguments: argparse.Namespace) -> int:
    library = Library(paths.models_folder())
    manifest = library.verify(arguments.id)
    size = sum(file.size for file in manifest.files)
    if arguments.json:
        print_json({"id": manifest.id, "files": len(manifest.files), "size_bytes": size})
    else:
        print(f"{manifest.name} is whole: {len(manifest.files)} files, {size / _MB:.0f} MB.")
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    freed = Library(paths.models_folder()).remove(arguments.id)
    if arguments.json:
        print_json({"id": arguments.id, "freed_bytes": freed})
    else:
        print(f"{arguments.id} is removed; {freed / _MB:.0f} MB are free again.")
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


class _Bar:
    """A line that is written over, where somebody watches.

    Attributes:
        is_live: whether standard error is a terminal.
    """

    def __init__(self) -> None:
        self.is_live = sys.stderr.isatty()

    def draw(self, share: float, words: str) -> None:
        """Show how much is done, and in words what is."""
        filled = round(_BAR * share)
        sys.stderr.write(f"\r\x1b[K{'█' * filled}{'░' * (_BAR - filled)} {words}")
        sys.stderr.flush()

    def finish(self) -> None:
        """Leave the line as it stands."""
        if self.is_live:
            sys.stderr.write("\n")


class _Progress:
    """How the built-in model comes along: a bar in a terminal, and one line a step in a log."""

    def __init__(self) -> None:
        self._bar = _Bar()
        self._last: events.Event | None = None

    def show(self, event: events.Event) -> None:
        self._last = event
        if not isinstance(event, events.Preparing):
            return
        left = "" if event.seconds_left is None else f", {event.seconds_left:.0f} s left"
        line = f"Built-in model: {event.step.lower()}{left}"
        if self._bar.is_live:
            self._bar.draw(event.fraction, line)
        else:
            print(line, file=sys.stderr, flush=True)

    def finish(self) -> int:
        self._bar.finish()
        if isinstance(self._last, events.Failed):
            raise self._last.error
        return 0 if isinstance(self._last, events.Prepared) else 1


class _DownloadLine(_Bar):
    """How a download comes along; nothing where nobody watches."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def show(self, progress: Progress) -> None:
        if not self.is_live:
            return
        left = progress.seconds_left
        pace = f", {progress.speed / _MB:.1f} MB/s" if progress.speed else ""
        pace += "" if left is None else f", {left:.0f} s left"
        self.draw(
            progress.done / progress.total if progress.total else 0.0,
            f"{self._name}: {progress.step.lower()}, "
            f"{progress.done / _MB:.0f} of {progress.total / _MB:.0f} MB{pace}",
        )


def _fields(model: InstalledModel) -> dict[str, Any]:
    manifest = model.manifest
    return {
        "id": manifest.id,
        "installed": True,
        "name": manifest.name,
        "licence": manifest.licence,
        "source": manifest.source,
        "adapter": manifest.adapter,
        "precision": manifest.precision,
        # JSON has no way to write what was not measured.
        "measured_loss": None if isnan(manifest.measured_loss) else manifest.measured_loss,
        "size_bytes": model.size,
        "needed_memory_mb": manifest.needed_memory_mb,
        "folder": str(model.folder),
    }


def _catalog_fields(model: CatalogModel) -> dict[str, Any]:
    return {
        "id": model.id,
        "installed": False,
        "name": model.name,
        "licence": model.licence,
        "source": model.repository,
        "precision": model.precision,
        "machine": model.machine,
        "download_mb": model.download_mb,
        "needed_memory_mb": model.needed_memory_mb,
        "purpose": model.purpose,
    }
