"""The key-value cache of a batch of rows, in buffers that past and present share.

GroupQueryAttention reads and writes `[rows, kv_heads, capacity, head_dim]` in place when the same
buffer is bound as past and present (onnxruntime, docs/ContribOperators.md), so a step copies
nothing. Rows stand first in memory: the first n rows of a buffer are themselves a valid buffer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.engine.session import Shapes

Floats = npt.NDArray[Any]
_KINDS = ("key", "value")


class Cache:
    """Keys and values of up to `rows` rows of up to `capacity` tokens.

    Attributes:
        rows, capacity: what the buffers hold.
    """

    def __init__(self, shapes: Shapes, rows: int, capacity: int) -> None:
        self.rows = rows
        self.capacity = capacity
        size = (rows, shapes.kv_heads, capacity, shapes.head_dim)
        self._names = [f"{layer}.{kind}" for layer in range(shapes.layers) for kind in _KINDS]
        self._buffers: list[Floats] = [np.zeros(size, shapes.dtype) for _ in self._names]

    def bind(self, binding: ort.IOBinding, rows: int) -> None:
        """Bind the first `rows` rows as past and as present."""
        for name, buffer in zip(self._names, self._buffers, strict=True):
            value = ort.OrtValue.ortvalue_from_numpy(buffer[:rows])
            binding.bind_ortvalue_input(f"past_key_values.{name}", value)
            binding.bind_ortvalue_output(f"present.{name}", value)

    def fill_from(self, source: Cache, start: int, stop: int, rows: int) -> None:
        """Give the first `rows` rows the tokens `start` to `stop` of the source's only row."""
        for mine, theirs in zip(self._buffers, source._buffers, strict=True):
            mine[:rows, :, start:stop] = theirs[:1, :, start:stop]

    def move_row(self, source: int, target: int, start: int, stop: int) -> None:
        """Copy the tokens `start` to `stop` of one row over another's."""
        for buffer in self._buffers:
            buffer[target, :, start:stop] = buffer[source, :, start:stop]
