"""Fetching files of a repository: each under its hash, kept where the download is broken off."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import shutil
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from models.errors import Cancelled
from models.install.hub_connection import Hub, HubFile, Repository
from models.install.hub_refusals import HubError
from models.install.progress import Meter
from models.manifest import ModelFile

_LOOK_S = 0.1
"""How often a cancel is looked for."""
_PIECE = 4 * 1024 * 1024
_SPARE_BYTES = 50_000_000
"""Kept free on the disk."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Download:
    """Files on their way; `unfinished` holds each under its hash until all are there.

    Attributes:
        name: what a person calls the model.
    """

    hub: Hub
    name: str
    unfinished: Path
    meter: Meter

    async def fetched(
        self,
        repository: Repository,
        wanted: dict[str, HubFile],
        look: Callable[[str, Path], None] = lambda _name, _part: None,
    ) -> tuple[ModelFile, ...]:
        """What a manifest says of each file, once all of them are there and whole.

        `look` is called with the name and the place of each as soon as it is; what it raises ends
        the download.
        """
        self.meter.total = sum(file.size for file in wanted.values())
        self._make_room(wanted.values())
        described = []
        before = 0
        for name, file in wanted.items():
            sha256 = await self._whole(repository, file, before)
            look(name, self.unfinished / file.digest)
            described.append(ModelFile(name, file.size, sha256))
            before += file.size
        return tuple(described)

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
                f"{self.name} needs {missing / 1e9:.1f} GB on the disk, and "
                f"{free / 1e9:.1f} GB are free.",
                "Free some space, and install it again.",
            )

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


@contextmanager
def alone(unfinished: Path, already: str) -> Iterator[None]:
    """Hold what has arrived of one model; raises `HubError` saying `already` where another does."""
    unfinished.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{unfinished}.lock", timeout=0):
            yield
    except Timeout:
        raise HubError(already, "Wait until that has ended.") from None


def disk_error(name: str, error: OSError) -> HubError:
    """What a person is told where a model cannot be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HubError(
            f"The disk became full while {name} was being written.",
            "Free some space, and install it again; what has arrived is kept.",
        )
    return HubError(
        f"{name} could not be written: {error.strerror}.",
        "See to it that Twite may write to its models folder, and install it again.",
    )


def run_until(work: Coroutine[Any, Any, _T], is_cancelled: Callable[[], bool]) -> _T:
    """Run to the end; whatever it waits for, it is cancelled within a tenth of a second."""
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
