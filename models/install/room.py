"""Whether this computer has room for the work that makes a model."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from math import inf
from pathlib import Path

from models.errors import ModelError


@dataclass(frozen=True)
class Needs:
    """Bytes that an import takes while it is at work."""

    memory: float
    disk: float


def require_room(name: str, needs: Needs, folder: Path) -> None:
    """Raise `ModelError` where the import of `name` fits neither into memory nor onto the disk."""
    there = computer_memory()
    if needs.memory > there:
        raise ModelError(
            f"Importing {name} takes {needs.memory / 1e9:.1f} GB of memory, and this computer has "
            f"{there / 1e9:.1f} GB.",
            "Choose a smaller model, or one that is an ONNX model already.",
        )
    free = shutil.disk_usage(folder).free
    if needs.disk > free:
        raise ModelError(
            f"Importing {name} takes {needs.disk / 1e9:.1f} GB on the disk for a while, and "
            f"{free / 1e9:.1f} GB are free.",
            "Free some space, and import it again.",
        )


def computer_memory() -> float:
    """Bytes of memory that this computer has; without limit where it does not tell."""
    if sys.platform == "win32":
        import ctypes  # Windows alone needs it

        kilobytes = ctypes.c_ulonglong()
        ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 or inf
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
