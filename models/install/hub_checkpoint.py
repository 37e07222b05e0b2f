"""Fetching a checkpoint from the Hugging Face Hub, to be made into a model here."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from models.errors import ModelError
from models.install.hub_connection import HubFile, Repository, open_hub
from models.install.hub_download import Download, alone, disk_error, run_until
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


@contextmanager
def fetched(
    models_folder: Path, name: str, report: Report, is_cancelled: Callable[[], bool]
) -> Iterator[Path]:
    """Yield a folder with the checkpoint of the repository `name`, as the Hub describes it.

    What has arrived is kept for the next time where the download breaks off; it goes once the body
    has ended without an error. Raises `Cancelled` within a second of `is_cancelled()` turning true,
    and `UserError` where it cannot be had.
    """
    short = name.rpartition("/")[2]
    parts = Library(models_folder).unfinished(f"{short}-checkpoint")
    folder = parts / short
    with ExitStack() as held:
        try:
            held.enter_context(alone(parts, f"{name} is being fetched already."))
            shutil.rmtree(folder, ignore_errors=True)
            run_until(_fetch(name, parts, folder, Meter(report)), is_cancelled)
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
        await Download(hub, name, parts, meter).fetched(repository, wanted)
    folder.mkdir()
    for file_name, file in wanted.items():
        # A second name for the same bytes: they stay under their hash should what follows fail.
        (folder / file_name).hardlink_to(parts / file.digest)


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
