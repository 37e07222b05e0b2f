"""Fetching a checkpoint from the Hugging Face Hub, to be made into a model here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.install.checkpoint_source import import_needs, read_config, require_extra
from models.install.hub_connection import HubFile, Repository, open_hub
from models.install.hub_download import Download, alone, disk_error, run_until
from models.install.hub_name import Name
from models.install.hub_refusals import NotOnHub
from models.install.importing import free_id, id_for
from models.install.progress import Meter, Report
from models.install.room import require_room
from models.library import Library

_REVISION = "main"
_SMALL = (
    *("config.json", "generation_config.json", "model.safetensors.index.json"),
    *("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "README.md"),
)
_WEIGHTS, _SHARD = "model.safetensors", re.compile(r"model-[0-9]+-of-[0-9]+\.safetensors")
"""With `_SMALL` all that a checkpoint is made into a model from: weights of other names are never
read, and programs and pickled weights stay there."""

_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}
"""Of a number, by what `config.json` calls its kind."""


class _NoUse(ModelError):
    """The checkpoint is of no use here, however often it is fetched."""


def id_here(library: Library, name: Name, model_id: str) -> str:
    """What it will be called here: the id itself, or the first that is free of those it can have.

    Raises `ModelError` before anything is fetched where it could not be imported afterwards: the id
    is taken, or what imports it is not installed.
    """
    require_extra()
    short, long = id_for(Path(name.short)), id_for(Path(f"{name.owner}-{name.short}"))
    return free_id(library, model_id or (long if library.has(short) else short))


@contextmanager
def fetched(
    models_folder: Path, name: Name, report: Report, is_cancelled: Callable[[], bool]
) -> Iterator[Path]:
    """Yield a folder with the checkpoint of the repository `name`, as the Hub describes it.

    What has arrived is kept for the next time where the download breaks off; it goes once the body
    has ended without an error. Raises `Cancelled` within a second of `is_cancelled()` turning true,
    and `UserError` where it cannot be had.
    """
    parts = Library(models_folder).unfinished(name.unfinished_id)
    folder = parts / name.short
    with ExitStack() as held:
        try:
            held.enter_context(alone(parts, f"{name} is being fetched already."))
            shutil.rmtree(folder, ignore_errors=True)
            run_until(_fetch(name, parts, folder, Meter(report)), is_cancelled)
        except _NoUse:
            shutil.rmtree(parts)
            raise
        except OSError as error:
            raise disk_error(str(name), error) from error
        yield folder
        shutil.rmtree(parts, ignore_errors=True)


async def _fetch(name: Name, parts: Path, folder: Path, meter: Meter) -> None:
    hub = open_hub(lambda _seconds: meter.tell("Waiting, as the Hub asks"))
    meter.tell("Asking the Hub")
    async with hub:
        try:
            repository = await hub.repository(str(name), _REVISION)
        except NotOnHub as error:
            raise ModelError(
                f"There is no {name} on the Hub, or it is not shown to everybody.",
                "Look at how its page spells it; for a private one, run `hf auth login`.",
            ) from error
        wanted = _wanted(repository)
        weights = sum(file.size for name, file in wanted.items() if name not in _SMALL)
        take = partial(_take, folder, weights)
        await Download(hub, str(name), parts, meter).fetched(repository, wanted, take)


def _take(folder: Path, weights: int, file_name: str, part: Path) -> None:
    """Name a file that is whole; raises `ModelError` before the weights come, if they are no use.

    A second name for the same bytes: they stay under their hash should what follows fail.
    """
    folder.mkdir(exist_ok=True)
    try:
        (folder / file_name).hardlink_to(part)
    except OSError:
        # A disk without such names, as of FAT: the next time it is fetched again.
        part.rename(folder / file_name)
    if file_name == "config.json":
        config = _config(folder)
        kind = config.get("dtype") or config.get("torch_dtype")
        require_room(folder.name, import_needs(weights / _BYTES.get(str(kind), 4)), folder)


def _config(folder: Path) -> dict[str, Any]:
    try:
        return read_config(folder)
    except ModelError as error:
        raise _NoUse(error.what_happened, error.what_to_do) from error


def _wanted(repository: Repository) -> dict[str, HubFile]:
    """The files to fetch, the small ones first, by their names."""
    there = {file.path: file for file in repository.files}
    shards = [path for path in there if _SHARD.fullmatch(path)]
    weights = [_WEIGHTS] if _WEIGHTS in there else shards
    if "config.json" not in there or not weights:
        raise _NoUse(
            f"{repository.name} holds no checkpoint that Twite can read.",
            "Choose a repository with a config.json and a model.safetensors.",
        )
    if "tokenizer.json" not in there:
        raise _NoUse(
            f"{repository.name} has no tokenizer.json, only a slow tokenizer or none.",
            "Choose another model.",
        )
    wanted = [path for path in (*_SMALL, *weights) if path in there]
    return {path: there[path] for path in sorted(wanted, key=lambda path: there[path].size)}
