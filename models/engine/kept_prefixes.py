"""Prefilled prefixes on disk: a large model reads its worked examples once, not at every start.

A file holds the keys and values of one prefix as they stood in the cache, and is of use to the very
graph, tokens and runtime that made it. It is safetensors: to read one runs nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

_MOST = 4
"""Files kept for a model, the last used ones. One is some 35 MB for 1.5 billion parameters."""
_WORTH_S = 0.3
"""What takes less than this to read is read again."""
_TENSOR = "cache"


class KeptPrefixes:
    """The prefixes of one model. A folder that cannot be used keeps none, without a word.

    Args:
        folder: where the files lie; made when the first is kept.
        model: what tells this model's graph from every other, for example its files' digests.
        worth_s: seconds of reading from which on a prefix is kept.
    """

    def __init__(self, folder: Path, model: str, worth_s: float = _WORTH_S) -> None:
        self._folder = folder
        self._model = model
        self._worth_s = worth_s

    def find(self, prefix: Sequence[int]) -> npt.NDArray[Any] | None:
        """The keys and values, `[2 * layers, kv_heads, tokens, head_dim]`, where they are kept
        whole.
        """
        file = self._file(prefix)
        if not file.is_file():
            return None
        from safetensors import SafetensorError, safe_open  # costs an import that few starts need

        try:
            with safe_open(file, "numpy") as kept:
                cache: npt.NDArray[Any] = kept.get_tensor(_TENSOR)
                is_whole = (kept.metadata() or {}).get("sha256") == _digest(cache)
            os.utime(file)
        except (OSError, SafetensorError):
            return None
        return cache if is_whole and cache.shape[2:3] == (len(prefix),) else None

    def keep(self, prefix: Sequence[int], cache: npt.NDArray[Any], took_s: float) -> None:
        """Keep what took so long to read, and let go what was used longest ago."""
        if took_s < self._worth_s:
            return
        from safetensors.numpy import save_file  # as above

        cache = np.ascontiguousarray(cache)  # safetensors takes the bytes as they lie
        file = self._file(prefix)
        new = file.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(exist_ok=True)
            save_file({_TENSOR: cache}, new, {"sha256": _digest(cache)})
            new.replace(file)
            for old in sorted(self._folder.iterdir(), key=_used)[:-_MOST]:
                old.unlink()
        except OSError:
            with suppress(OSError):
                new.unlink(missing_ok=True)

    def _file(self, prefix: Sequence[int]) -> Path:
        tokens = np.array(prefix, np.int64).tobytes()
        about = f"{ort.__version__} {self._model} ".encode() + tokens
        return self._folder / f"{hashlib.sha256(about).hexdigest()[:32]}.safetensors"


def _digest(cache: npt.NDArray[Any]) -> str:
    return hashlib.sha256(cache.data).hexdigest()


def _used(file: Path) -> float:
    return file.stat().st_mtime
