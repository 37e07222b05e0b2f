"""A model folder appears whole or not at all: it is made beside its place and renamed into it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".making-"


@contextmanager
def staged(library: Path, model_id: str) -> Iterator[Path]:
    """Yield an empty folder; on leaving without an error it becomes `<library>/<model_id>`.

    What a killed preparation left behind is removed first; one that is still running is not.
    """
    library.mkdir(parents=True, exist_ok=True)
    sweep(library)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=library))
    try:
        yield folder
        _put_in_place(folder, library / model_id)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(folder: Path, target: Path) -> None:
    """Rename over an older folder of the same id, which is put aside and then removed."""
    folder.chmod(0o755)
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=target.parent))
        target.rename(old / "old")
        folder.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        folder.rename(target)


def discard(folder: Path) -> None:
    """Make a model folder disappear at once, then remove what was in it."""
    aside = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=folder.parent))
    try:
        folder.rename(aside / "old")
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def sweep(library: Path) -> None:
    """Remove what preparations that are no longer running left behind."""
    for folder in library.glob(f"{_PREFIX}*"):
        maker = folder.name.removeprefix(_PREFIX).split("-", 1)[0]
        if not maker.isdigit() or not _is_running(int(maker)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # another user's process is one too
    return True
