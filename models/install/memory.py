"""How much memory a model takes once it is loaded."""

from __future__ import annotations

from collections.abc import Iterable

from models.engine.session import Shapes
from models.manifest import ModelFile

_ROWS, _TOKENS = 9, 512
"""A prompt and eight rows of this many tokens."""
_PROGRAM_MB = 200


def needed_memory_mb(files: Iterable[ModelFile], precision: str, shapes: Shapes) -> int:
    """Resident memory of a loaded model with eight rows, roughly, in MB of 1,000,000 bytes.

    Measured on a CPU: the files and a tenth at 8 bits and at 32, 1.6 times the files at 16 bits,
    which onnxruntime widens; 110 MB for the cache of the built-in model at 256 tokens.
    """
    weights = sum(file.size for file in files) * (2.0 if precision == "16-bit" else 1.2)
    token = 2 * shapes.layers * shapes.kv_heads * shapes.head_dim * shapes.cache_dtype.itemsize
    # Attention that joins its cache anew at every step reads one buffer and writes another.
    cache = token * _TOKENS * _ROWS * (1 if shapes.in_place else 2)
    return round((weights + cache) / 1e6) + _PROGRAM_MB
