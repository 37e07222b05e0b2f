"""Installing a model of the catalog from the Hugging Face Hub.

Files arrive beside the models, each under its own hash, and stay there when a download is broken
off, so that the next one goes on. Once all are whole they become a model folder at one stroke.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
import shutil
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from models.catalog import CatalogModel
from models.errors import Cancelled, ModelError
from models.install.folder_settings import Settings, read_tokenizer, settings_among
from models.install.graph_check import check_graph
from models.install.hub_connection import Hub, HubFile, Repository, open_hub
from models.install.hub_refusals import HubError
from models.install.progress import Meter, Report
from models.install.staging import staged
from models.library import Library
from models.manifest import Manifest, ModelFile, write_manifest

NOT_MEASURED = float("nan")
"""A manifest's `measured_loss` where there is no unquantized graph to compare with."""

_LOOK_S = 0.1
"""How often a cancel is looked for."""
_PIECE = 4 * 1024 * 1024
_SPARE_BYTES = 50_000_000
"""Kept free on the disk."""
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_GRAPH = "model.onnx"

_T = TypeVar("_T")


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
        unfinished.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{unfinished}.lock", timeout=0):
            meter = Meter(report)
            hub = open_hub(lambda _seconds: meter.tell("Waiting, as the Hub asks"))
            _run(_Installation(hub, model, unfinished, meter).complete(), is_cancelled)
    except Timeout:
        raise HubError(
            f"{model.name} is being installed already.", "Wait until that has ended."
        ) from None
    except OSError as error:
        raise _disk_error(model, error) from error
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
            self.meter.total = sum(file.size for file in wanted.values())
            self._make_room(wanted.values())
            described = await self._fetched(repository, wanted)
        self.meter.tell("Installing", self.meter.total)
        parts = {name: self.unfinished / file.digest for name, file in wanted.items()}
        # In a thread, as gigabytes may lie in the graph itself and a cancel does not wait for them.
        await asyncio.to_thread(_check, parts)
        manifest = _manifest(self.model, repository, parts, described)
        with staged(self.unfinished.parent, self.model.id) as folder:
            for name, part in parts.items():
                part.rename(folder / name)
            write_manifest(manifest, folder)
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def _make_room(self, wanted: Iterable[HubFile]) -> None:
        """Remove parts of another revision; raises `HubError` where the disk is too full."""
        digests = {file.digest for file in wanted}
        for part in self.unfinished.iterdir():
            if part.name not in digests:
                part.unlink()
        there = sum(part.stat().st_size for part in self.unfinished.iterdir())
        missing = self.meter.total - there + _SPARE_BYTES
        free = shutil.disk_usage(self.unfinished).free
        if missing > free:
            raise HubError(
                f"{self.model.name} needs {missing / 1e9:.1f} GB on the disk, and "
                f"{free / 1e9:.1f} GB are free.",
                "Free some space, and install it again.",
            )

    async def _fetched(
        self, repository: Repository, wanted: dict[str, HubFile]
    ) -> tuple[ModelFile, ...]:
        """What the manifest says of each file, once all of them are there and whole."""
        described = []
        before = 0
        for name, file in wanted.items():
            sha256 = await self._whole(repository, file, before)
            described.append(ModelFile(name, file.size, sha256))
            before += file.size
        return tuple(described)

    async def _whole(self, repository: Repository, file: HubFile, before: int) -> str:
        """Fetch and check a file, a second time where the first brought a wrong byte."""
        part = self.unfinished / file.digest
        for _ in range(2):
            self.meter.begin(before + (part.stat().st_size if part.exists() else 0))
            await self.hub.fetch(
                repository, file, part, lambda have: self.meter.tell("Downloading", before + have)
            )
            self.meter.tell("Checking", before + file.size)
            sha256, digest = await _digests(part, file)
            if digest == file.digest:
                return sha256
            part.unlink()
        raise HubError(
            f"{PurePosixPath(file.path).name} did not arrive as the Hub describes it.",
            "Nothing was installed. Try again on another network.",
        )


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
        name = _GRAPH if name.endswith(".onnx") else name
        if name in wanted or not _SAFE_NAME.fullmatch(name) or file.size < 0:
            raise _unlike_the_catalog(model)
        wanted[name] = file
    if not {_GRAPH, "tokenizer.json"} <= wanted.keys():
        raise _unlike_the_catalog(model)
    return wanted


async def _digests(part: Path, file: HubFile) -> tuple[str, str]:
    """The sha256 of what arrived, and the digest that the Hub gives: the same, or git's sha1."""
    sha256 = hashlib.sha256()
    git = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
    with part.open("rb") as stream:
        while piece := stream.read(_PIECE):
            sha256.update(piece)
            if len(file.digest) == git.digest_size * 2:
                git.update(piece)
            await asyncio.sleep(0)
    found = sha256.hexdigest()
    return found, found if len(file.digest) == len(found) else git.hexdigest()


def _check(parts: dict[str, Path]) -> None:
    """Raises `ModelError` where a graph or a tokenizer is damaged or could do harm."""
    check_graph(parts[_GRAPH], parts)
    read_tokenizer(parts["tokenizer.json"])


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


def _disk_error(model: CatalogModel, error: OSError) -> HubError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HubError(
            f"The disk became full while {model.name} was being written.",
            "Free some space, and install it again; what has arrived is kept.",
        )
    return HubError(
        f"{model.name} could not be written: {error.strerror}.",
        "See to it that Twite may write to its models folder, and install it again.",
    )


def _run(work: Coroutine[Any, Any, _T], is_cancelled: Callable[[], bool]) -> _T:
    """Run to the end; whatever it waits for, it is cancelled within `_LOOK_S`."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    try:
        return loop.run_until_complete(_unless_cancelled(task, is_cancelled))
    finally:
        left = asyncio.all_tasks(loop)
        for one in left:
            one.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_asyncgens())
        if not task.cancelled():
            # Ctrl+C may have struck in it, and goes its own way; asyncio would log it as forgotten.
            task.exception()
        # Not its executor: a look-up of the Hub's name that hangs must not hold up a cancel.
        loop.close()


async def _unless_cancelled(task: asyncio.Task[_T], is_cancelled: Callable[[], bool]) -> _T:
    while not task.done():
        if is_cancelled():
            task.cancel()
        await asyncio.wait({task}, timeout=_LOOK_S)
    try:
        return task.result()
    except asyncio.CancelledError:
        raise Cancelled from None
