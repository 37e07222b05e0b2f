"""Fetching a checkpoint from the Hugging Face Hub, to be made into a model here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from models.errors import ModelError
from models.install.checkpoint_source import read_config, require_extra
from models.install.hub_connection import HubFile, Repository, open_hub
from models.install.hub_download import Download, alone, disk_error, run_until
from models.install.importing import free_id, id_for
from models.install.progress import Meter, Report
from models.library import Library

_REVISION = "main"
_WANTED = (
    *("config.json", "generation_config.json", "model.safetensors.index.json"),
    *("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "README.md"),
    "*.safetensors",
)
"""All that a checkpoint is made into a model from; programs and pickled weights stay there."""
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_NAME = re.compile(
    rf"(?:https://(?:www\.)?huggingface\.co/)?({_PART}/{_PART})(?:/(?:tree/main/?)?)?"
)


def repository_name(text: str) -> str:
    """The `owner/name` in what a person wrote, which may be the address of the page.

    Raises `ModelError` where there is none: each part is to be a folder's name that leads nowhere
    else.
    """
    if found := _NAME.fullmatch(text.strip()):
        return found[1]
    raise ModelError(
        f"{text.strip() or 'Nothing'} is no name of a repository on the Hub.",
        "Write it as its page has it: owner/name.",
    )


def require_place(models_folder: Path, name: str, model_id: str) -> None:
    """Raise `ModelError` before anything is fetched where it could not be imported afterwards: its
    id is taken, or what imports it is not installed.
    """
    require_extra()
    free_id(Library(models_folder), model_id or id_for(Path(name)))


@contextmanager
def fetched(
    models_folder: Path, name: str, report: Report, is_cancelled: Callable[[], bool]
) -> Iterator[Path]:
    """Yield a folder with the checkpoint of the repository `name`, as the Hub describes it.

    What has arrived is kept for the next time where the download breaks off; it goes once the body
    has ended without an error. Raises `Cancelled` within a second of `is_cancelled()` turning true,
    and `UserError` where it cannot be had.
    """
    name = repository_name(name)
    short = name.rpartition("/")[2]
    parts = Library(models_folder).unfinished(f"{short}-checkpoint")
    folder = parts / short
    with ExitStack() as held:
        try:
            held.enter_context(alone(parts, f"{name} is being fetched already."))
            shutil.rmtree(folder, ignore_errors=True)
            run_until(_fetch(name, parts, folder, Meter(report)), is_cancelled)
        except ModelError:
            # It is no use here however often it is fetched.
            shutil.rmtree(parts)
            raise
        except OSError as error:
            raise disk_error(name, error) from error
        yield folder
        shutil.rmtree(parts, ignore_errors=True)


async def _fetch(name: str, parts: Path, folder: Path, meter: Meter) -> None:
    hub = open_hub(lambda _seconds: meter.tell("Waiting, as the Hub asks"))
    meter.tell("Asking the Hub")
    async with hub:
        repository = await hub.repository(name, _REVISION)
        wanted = _wanted(repository)
        await Download(hub, name, parts, meter).fetched(repository, wanted, partial(_take, folder))


def _take(folder: Path, file_name: str, part: Path) -> None:
    """Name a file that is whole; raises `ModelError` before the weights come, if they are no use.

    A second name for the same bytes: they stay under their hash should what follows fail.
    """
    folder.mkdir(exist_ok=True)
    (folder / file_name).hardlink_to(part)
    if file_name == "config.json":
        read_config(folder)


def _wanted(repository: Repository) -> dict[str, HubFile]:
    """The files to fetch, the small ones first, by their names."""
    wanted = {
        file.path: file
        for file in sorted(repository.files, key=lambda file: file.size)
        if any(fnmatchcase(file.path, pattern) for pattern in _WANTED)
        and _SAFE_NAME.fullmatch(file.path)
    }
    if "config.json" not in wanted or not any(name.endswith(".safetensors") for name in wanted):
        raise ModelError(
            f"{repository.name} holds no checkpoint that Twite can read.",
            "Choose a repository with a config.json and safetensors.",
        )
    return wanted
