"""The key-value cache of a batch of rows.

GroupQueryAttention reads and writes `[rows, kv_heads, capacity, head_dim]` in place when the same
buffer is bound as past and present (onnxruntime, docs/ContribOperators.md), so a step copies
nothing. Plain attention joins the past and the new tokens to a longer present, so it takes turns
between two buffers. Rows stand first in memory: the first n rows are themselves a valid cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.engine.session import Shapes

Floats = npt.NDArray[Any]
_KINDS = ("key", "value")


def cache_for(shapes: Shapes, rows: int, capacity: int) -> Cache:
    """The kind of cache that a graph works with."""
    return (Cache if shapes.in_place else JoinedCache)(shapes, rows, capacity)


class Cache:
    """Keys and values of up to `rows` rows of up to `capacity` tokens, in place.

    Attributes:
        rows, capacity: what the buffers hold.
    """

    def __init__(self, shapes: Shapes, rows: int, capacity: int) -> None:
        self.rows = rows
        self.capacity = capacity
        self._shapes = shapes
        self._names = [f"{layer}.{kind}" for layer in range(shapes.layers) for kind in _KINDS]
        self._allocate()

    def bind(self, binding: ort.IOBinding, rows: int) -> None:
        """Have a step over the first `rows` rows read and write this cache."""
        self._binding, self._bound = binding, rows
        for name, buffer in zip(self._names, self._buffers, strict=True):
            value = ort.OrtValue.ortvalue_from_numpy(buffer[:rows])
            binding.bind_ortvalue_input(f"past_key_values.{name}", value)
            binding.bind_ortvalue_output(f"present.{name}", value)

    def lengthen(self, width: int, length: int) -> None:
        """Make ready for a step that reads `width` tokens and leaves `length` in each bound row."""
        if self._shapes.positions:
            places = np.arange(length - width, length, dtype=np.int64)
            value = ort.OrtValue.ortvalue_from_numpy(np.tile(places, (self._bound, 1)))
            self._binding.bind_ortvalue_input("position_ids", value)

    def fill_from(self, source: Cache, start: int, stop: int, rows: int) -> None:
        """Give the first `rows` rows the tokens `start` to `stop` of the source's only row."""
        for mine, theirs in zip(self._buffers, source._buffers, strict=True):
            mine[:rows, :, start:stop] = theirs[:1, :, start:stop]

    def move_row(self, source: int, target: int, start: int, stop: int) -> None:
        """Copy the tokens `start` to `stop` of one row over another's."""
        for buffer in self._buffers:
            buffer[target, :, start:stop] = buffer[source, :, start:stop]

    def _allocate(self) -> None:
        size = (self.rows, self._shapes.kv_heads, self.capacity, self._shapes.head_dim)
        self._buffers: list[Floats] = [
            np.zeros(size, self._shapes.cache_dtype) for _ in self._names
        ]


class JoinedCache(Cache):
    """The same for plain attention: packed, the tokens of a row as long as they are.

    Each buffer has a twin: a step reads one of the two and writes the other.
    """

    def bind(self, binding: ort.IOBinding, rows: int) -> None:
        self._binding, self._bound = binding, rows

    def lengthen(self, width: int, length: int) -> None:
        if self._length > length - width:
            self._cut(length - width)
        for name, (past, present) in zip(self._names, self._twins, strict=True):
            before = self._packed(past, self._bound, length - width)
            after = self._packed(present, self._bound, length)
            value = ort.OrtValue.ortvalue_from_numpy
            self._binding.bind_ortvalue_input(f"past_key_values.{name}", value(before))
            self._binding.bind_ortvalue_output(f"present.{name}", value(after))
        self._turn(length)
        super().lengthen(width, length)

    def fill_from(self, source: Cache, start: int, stop: int, rows: int) -> None:  # noqa: ARG002 (as `Cache` has it)
        """Packed rows grow at every head, so the tokens before `start` are copied as well."""
        assert isinstance(source, JoinedCache)
        self._length = stop
        for (mine, _), (theirs, _) in zip(self._twins, source._twins, strict=True):
            whole = self._packed(theirs, 1, source._length)
            self._packed(mine, rows, stop)[...] = whole[:, :, :stop]

    def move_row(self, source: int, target: int, start: int, stop: int) -> None:
        for past, _ in self._twins:
            packed = self._packed(past, max(source, target) + 1, self._length)
            packed[target, :, start:stop] = packed[source, :, start:stop]

    def _allocate(self) -> None:
        size = self.rows * self._shapes.kv_heads * self.capacity * self._shapes.head_dim
        self._length = 0
        self._twins: list[tuple[Floats, Floats]] = [
            (np.zeros(size, self._shapes.cache_dtype), np.zeros(size, self._shapes.cache_dtype))
            for _ in self._names
        ]

    def _packed(self, buffer: Floats, rows: int, length: int) -> Floats:
        size = (rows, self._shapes.kv_heads, length, self._shapes.head_dim)
        return buffer[: np.prod(size)].reshape(size)

    def _cut(self, length: int) -> None:
        """Forget the tokens from `length` on."""
        for past, other in self._twins:
            kept = self._packed(past, self._bound, self._length)[:, :, :length]
            self._packed(other, self._bound, length)[...] = kept
        self._turn(length)

    def _turn(self, length: int) -> None:
        self._twins = [(present, past) for past, present in self._twins]
        self._length = length
