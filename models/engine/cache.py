"""The key-value cache of a batch of rows.

GroupQueryAttention reads and writes `[rows, kv_heads, capacity, head_dim]` in place when the same
buffer is bound as past and present (onnxruntime, docs/ContribOperators.md), so a step copies
nothing. Plain attention joins the past and the new tokens to a longer present, so it takes turns
between two buffers. Rows stand first in memory: the first n rows are themselves a valid cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import onnxruntime as ort

from models.engine.device_memory import HOST, Buffer, Floats, Memory, Part
from models.engine.session import Shapes

_KINDS = ("key", "value")


def cache_for(shapes: Shapes, rows: int, capacity: int, memory: Memory = HOST) -> Cache:
    """The kind of cache that a graph works with; raises `OutOfMemory`."""
    return (Cache if shapes.in_place else JoinedCache)(shapes, rows, capacity, memory)


class Cache:
    """Keys and values of up to `rows` rows of up to `capacity` tokens, in place.

    Attributes:
        rows, capacity: what the buffers hold.
    """

    def __init__(self, shapes: Shapes, rows: int, capacity: int, memory: Memory) -> None:
        self.rows = rows
        self.capacity = capacity
        self._shapes = shapes
        self._memory = memory
        names = [f"{layer}.{kind}" for layer in range(shapes.layers) for kind in _KINDS]
        self._names = [(f"past_key_values.{name}", f"present.{name}") for name in names]
        self._buffers = self._allocate()

    def bind(self, binding: ort.IOBinding, rows: int) -> None:
        """Have a step over the first `rows` rows read and write this cache, which has to live on
        for as long as the binding is run.
        """
        self._binding, self._bound = binding, rows
        shape = self._shape(rows, self.capacity)
        for (past, present), buffer in zip(self._names, self._buffers, strict=True):
            buffer.bind_input(binding, past, shape)
            buffer.bind_output(binding, present, shape)

    def lengthen(self, width: int, lengths: Sequence[int]) -> None:
        """Make ready for a step that reads `width` tokens and leaves so many in each bound row."""
        if self._shapes.positions:
            places = np.reshape(lengths, (-1, 1)) + np.arange(-width, 0)
            value = ort.OrtValue.ortvalue_from_numpy(places.astype(np.int64))
            self._binding.bind_ortvalue_input("position_ids", value)

    def fill_from(self, source: Cache, start: int, stop: int, rows: int, first: int = 0) -> None:
        """Give `rows` rows from the `first` on the tokens `start` to `stop` of the source's only
        row.

        They hold the tokens before `start` already.
        """
        one = Part(source._buffers, self._shape(1, source.capacity))
        before = prod(self._shape(first, self.capacity))
        spread = Part(self._buffers, self._shape(rows, self.capacity), before)
        self._memory.copy(one, spread, start, stop)

    def move_row(self, source: int, target: int, start: int, stop: int) -> None:
        """Copy the tokens `start` to `stop` of one row over another's; they share those before."""
        one, other = self._row(source, self.capacity), self._row(target, self.capacity)
        self._memory.copy(one, other, start, stop)

    def tokens(self, stop: int) -> Floats:
        """A copy of the first tokens of the first row, up to `stop`, in memory that numpy sees:
        `[2 * layers, kv_heads, tokens, head_dim]`.
        """
        return np.stack([array[0, :, :stop] for array in self._first_row().arrays()])

    def put(self, tokens: Floats) -> None:
        """Have the first row begin with these; raises `ValueError` where they do not fit."""
        for mine, theirs in zip(self._first_row().arrays(), tokens, strict=True):
            mine[0, :, : tokens.shape[2]] = theirs

    def _first_row(self) -> Part:
        return self._row(0, self.capacity)

    def _allocate(self) -> list[Buffer]:
        size = prod(self._shape(self.rows, self.capacity))
        return [self._memory.buffer(size, self._shapes.cache_dtype) for _ in self._names]

    def _shape(self, rows: int, length: int) -> tuple[int, int, int, int]:
        return (rows, self._shapes.kv_heads, length, self._shapes.head_dim)

    def _row(self, row: int, length: int) -> Part:
        shape = self._shape(1, length)
        return Part(self._buffers, shape, row * prod(shape))


class JoinedCache(Cache):
    """The same for plain attention: packed, all rows equally long and no longer than they are.

    Each buffer has a twin: a step reads one of the two and writes the other.
    """

    def __init__(self, shapes: Shapes, rows: int, capacity: int, memory: Memory) -> None:
        super().__init__(shapes, rows, capacity, memory)
        self._twins = self._allocate()
        self._length = 0

    def bind(self, binding: ort.IOBinding, rows: int) -> None:
        self._binding, self._bound = binding, rows

    def lengthen(self, width: int, lengths: Sequence[int]) -> None:
        length = max(lengths)
        if self._length > length - width:
            self._cut(length - width)
        before = self._shape(self._bound, length - width)
        after = self._shape(self._bound, length)
        for (past, present), buffer, twin in zip(
            self._names, self._buffers, self._twins, strict=True
        ):
            buffer.bind_input(self._binding, past, before)
            twin.bind_output(self._binding, present, after)
        self._turn(length)
        super().lengthen(width, lengths)

    def fill_from(
        self,
        source: Cache,
        start: int,  # noqa: ARG002 (as `Cache` has it)
        stop: int,
        rows: int,
        first: int = 0,
    ) -> None:
        """All rows are filled at once, and the tokens before `start` as well: packed, rows grow at
        every head.
        """
        assert isinstance(source, JoinedCache)
        assert first == 0
        self._length = stop
        one = Part(source._buffers, self._shape(1, source._length))
        self._memory.copy(one, Part(self._buffers, self._shape(rows, stop)), 0, stop)

    def move_row(self, source: int, target: int, start: int, stop: int) -> None:
        one, other = self._row(source, self._length), self._row(target, self._length)
        self._memory.copy(one, other, start, stop)

    def put(self, tokens: Floats) -> None:
        self._length = tokens.shape[2]
        super().put(tokens)

    def _first_row(self) -> Part:
        return self._row(0, self._length)

    def _cut(self, length: int) -> None:
        """Forget the tokens from `length` on."""
        whole = Part(self._buffers, self._shape(self._bound, self._length))
        kept = Part(self._twins, self._shape(self._bound, length))
        self._memory.copy(whole, kept, 0, length)
        self._turn(length)

    def _turn(self, length: int) -> None:
        self._buffers, self._twins = self._twins, self._buffers
        self._length = length
