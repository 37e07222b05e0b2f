"""Twite's own copies of what drafts carry, and which of them nothing carries any more."""

from __future__ import annotations

import re
from collections.abc import Collection
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_ISREG

from app.drafts.lane import StoreLane
from app.drafts.store import DraftStore
from app.posting.media import UNFINISHED
from app.posting.outbox import Outbox

_KEPT = timedelta(days=1)
"""Undo, and a draft that is not saved yet, may still want what nothing names."""
_OURS = re.compile(rf"[0-9a-f]{{64}}\.\w+|{re.escape(UNFINISHED)}[0-9a-f]{{32}}")
_PUT_ASIDE = "*.damaged-*"
"""A drafts file that could not be read lies beside the folder, and may name any of them."""


def tidy(lane: StoreLane, folder: Path) -> Future[None]:
    """Sweep the folder on the store's thread, where no draft is saved meanwhile."""

    def work(store: DraftStore) -> None:
        named = store.media_files() | Outbox(store.database).media_files()
        if not any(folder.parent.glob(_PUT_ASIDE)):
            sweep(folder, named, datetime.now(UTC))

    return lane.call(work)


def sweep(folder: Path, named: Collection[str], now: datetime) -> None:
    """Remove the copies that are a day old and not `named`, by path, and what broke off as old.

    A file that cannot be removed at the moment is left to the next time, and any that `take` has
    not written, for good.
    """
    if not folder.is_dir():
        return
    names = {Path(path).name for path in named}
    latest = (now - _KEPT).timestamp()
    for file in folder.iterdir():
        if file.name in names or not _OURS.fullmatch(file.name):
            continue
        with suppress(OSError):
            found = file.lstat()
            if S_ISREG(found.st_mode) and found.st_mtime <= latest:
                file.unlink()
