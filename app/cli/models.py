"""`twite models`: what is installed, what can be, and bringing in a model of one's own."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from app import paths
from app.cli.model_progress import DownloadLine, MakingLine
from app.cli.output import print_json
from app.hub_importing import HubImporter
from app.importing import Importer
from app.preparing import Preparer
from models.catalog import CatalogModel, find, read_catalog
from models.errors import ModelError
from models.library import BUILT_IN, InstalledModel, Library
from models.manifest import Manifest, read_manifest, verify

_MB = 1e6
_ON_THE_HUB = r"https://.+|\w[\w.-]*/\w[\w.-]*"
"""What is no folder and looks like this is meant to be on the Hub."""

_T = TypeVar("_T", Importer, HubImporter, Preparer)


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
    for name, source, told in (
        ("import", "PATH", "a GGUF file, an ONNX model or a checkpoint's folder that lies here"),
        ("export", "PATH_OR_ID", "a Hugging Face checkpoint: its folder, or its name on the Hub"),
    ):
        action = actions.add_parser(name, help=f"make a model of {told}")
        action.add_argument("source", metavar=source, help=told)
        action.add_argument("--id", default="", help="what to call it here")
        action.add_argument("--chat-format", default="", help="where it cannot be found out")
        action.set_defaults(run=_import if name == "import" else _export)
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
        f", {use.unfinished / _MB:.0f} MB of unfinished downloads, which can be removed: "
        f"{', '.join(library.unfinished_ids())}"
        if use.unfinished
        else ""
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
    installed = _whole(library, model.id) or _download(library, model)
    if arguments.json:
        print_json(_fields(installed))
    else:
        size = installed.size / _MB
        print(f"{model.name} lies ready: {size:.0f} MB, {model.licence}.")
    return 0


def _download(library: Library, model: CatalogModel) -> InstalledModel:
    """Fetch it; every byte is checked on the way."""
    # Its HTTP client takes a tenth of a second to import; no other command should wait for it.
    from models.install import hub

    line = DownloadLine(model.name)
    try:
        folder = hub.install(library.folder, model, line.show, lambda: False)
    finally:
        line.finish()
    return InstalledModel(folder, read_manifest(folder))


def _whole(library: Library, model_id: str) -> InstalledModel | None:
    """A model whose files were checked; None where it is not there or not as it was installed."""
    try:
        manifest = library.verify(model_id)
    except ModelError:
        return None
    return InstalledModel(library.path(model_id), manifest)


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
    line = MakingLine("Built-in model")
    _run(Preparer(library.folder, line.show, plain=arguments.plain), lambda it: it.start())
    line.made()
    return 0


def _import(arguments: argparse.Namespace) -> int:
    return _make_from(Path(arguments.source), arguments)


def _export(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.source)
    if folder.exists() or not re.fullmatch(_ON_THE_HUB, arguments.source):
        return _make_from(folder, arguments)
    return _make_from(arguments.source, arguments)


def _make_from(source: Path | str, arguments: argparse.Namespace) -> int:
    """Make a model of what a person has, or of a checkpoint by its name on the Hub; says what
    became of it.
    """
    library = Library(paths.models_folder())
    wishes = (arguments.id, arguments.chat_format)
    if isinstance(source, str):
        line = MakingLine(source)
        _run(HubImporter(library.folder, line.show), lambda it: it.start(source, *wishes))
    else:
        line = MakingLine(source.name)
        _run(Importer(library.folder, line.show), lambda it: it.start(source, *wishes))
    folder = library.path(line.made())
    installed = InstalledModel(folder, read_manifest(folder))
    if arguments.json:
        print_json(_fields(installed))
    else:
        manifest = installed.manifest
        print(
            f"{manifest.id} lies ready: {installed.size / _MB:.0f} MB, {manifest.precision}"
            f"{_losses(manifest)}. Licence: {manifest.licence}."
        )
    return 0


def _run(making: _T, start: Callable[[_T], None]) -> None:
    """Begin, and wait for the end; Ctrl+C leaves nothing half-made."""
    start(making)
    try:
        making.wait()
    except KeyboardInterrupt:
        making.close()
        raise


def _losses(manifest: Manifest) -> str:
    return f" (lost: {manifest.tried})" if manifest.tried else ""


def _schooling(manifest: Manifest) -> str:
    """What Twite made of the built-in model; of others there is nothing to say."""
    if manifest.id != BUILT_IN:
        return ""
    return ", taught to write posts" if manifest.adapter else ", as its makers published it"


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
        "measured_loss": manifest.known_loss,
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
