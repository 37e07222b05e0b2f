"""Installing a model of the catalog from the Hugging Face Hub.

Files arrive beside the models, each under its own hash, and stay there when a download is broken
off, so that the next one goes on. Once all are whole they become a model folder at one stroke.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from models.catalog import CatalogModel
from models.errors import ModelError
from models.install.check_process import GRAPH, check_apart
from models.install.folder_settings import Settings, settings_among
from models.install.hub_connection import Hub, HubFile, Repository, open_hub
from models.install.hub_download import Download, alone, disk_error, run_until
from models.install.onnx_source import TOKENIZER
from models.install.progress import Meter, Report
from models.install.staging import staged
from models.library import Library
from models.manifest import NOT_MEASURED, Manifest, ModelFile, write_manifest

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def install(
    models_folder: Path, model: CatalogModel, report: Report, is_cancelled: Callable[[], bool]
) -> Path:
    """Download a model and put it among the installed ones; returns its folder.

    Raises `Cancelled` within a second of `is_cancelled()` turning true, and `UserError` where it
    cannot be done; what has arrived by then is kept for the next time.
    """
    library = Library(models_folder)
    unfinished = library.unfinished(model.id)
    try:
        with alone(unfinished, f"{model.name} is being installed already."):
            meter = Meter(report)
            hub = open_hub(lambda _seconds: meter.tell("Waiting, as the Hub asks"))
            run_until(_Installation(hub, model, unfinished, meter).complete(), is_cancelled)
    except OSError as error:
        raise disk_error(model.name, error) from error
    return library.path(model.id)


@dataclass(frozen=True)
class _Installation:
    """One model on its way; `unfinished` holds each file under its hash until all are there."""

    hub: Hub
    model: CatalogModel
    unfinished: Path
    meter: Meter

    async def complete(self) -> None:
        self.meter.tell("Asking the Hub")
        async with self.hub:
            repository = await self.hub.repository(self.model.repository, self.model.revision)
            wanted = _wanted(self.model, repository)
            download = Download(self.hub, self.model.name, self.unfinished, self.meter)
            described = await download.fetched(repository, wanted)
        self.meter.tell("Installing", self.meter.total)
        parts = {name: self.unfinished / file.digest for name, file in wanted.items()}
        await check_apart(parts)
        manifest = _manifest(self.model, repository, parts, described)
        with staged(self.unfinished.parent, self.model.id) as folder:
            for name, part in parts.items():
                part.rename(folder / name)
            write_manifest(manifest, folder)
        shutil.rmtree(self.unfinished, ignore_errors=True)


def _wanted(model: CatalogModel, repository: Repository) -> dict[str, HubFile]:
    """The files to fetch, the small ones first, by their names in the model folder."""
    matched = [
        file
        for file in sorted(repository.files, key=lambda file: file.size)
        if any(fnmatchcase(file.path, pattern) for pattern in model.files)
    ]
    for pattern in model.files:
        if not any(fnmatchcase(file.path, pattern) for file in matched):
            raise _unlike_the_catalog(model)
    wanted: dict[str, HubFile] = {}
    for file in matched:
        name = PurePosixPath(file.path).name
        name = GRAPH if name.endswith(".onnx") else name
        if name in wanted or not _SAFE_NAME.fullmatch(name) or file.size < 0:
            raise _unlike_the_catalog(model)
        wanted[name] = file
    if not {GRAPH, TOKENIZER} <= wanted.keys():
        raise _unlike_the_catalog(model)
    return wanted


def _manifest(
    model: CatalogModel,
    repository: Repository,
    parts: dict[str, Path],
    files: tuple[ModelFile, ...],
) -> Manifest:
    settings = _settings(model, parts)
    return Manifest(
        id=model.id,
        name=model.name,
        licence=model.licence,
        source=f"{repository.name} at {repository.commit} (Hugging Face Hub)",
        chat_format=model.chat_format,
        end_of_turn_ids=settings.end_of_turn_ids,
        context_length=settings.context_length,
        precision=model.precision,
        measured_loss=NOT_MEASURED,
        needed_memory_mb=model.needed_memory_mb,
        files=files,
    )


def _settings(model: CatalogModel, parts: dict[str, Path]) -> Settings:
    """End tokens and the context's length, which every model of the catalog comes with."""
    try:
        settings = settings_among(parts)
    except ModelError as error:
        raise _unlike_the_catalog(model) from error
    if not settings.end_of_turn_ids or not settings.context_length:
        raise _unlike_the_catalog(model)
    return settings


def _unlike_the_catalog(model: CatalogModel) -> ModelError:
    return ModelError(
        f"What {model.repository} holds now is not what Twite's catalog says of it.",
        "Choose another model, and please report this.",
    )
