"""One step of the graph over some rows of a cache, with everything bound in place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.engine.cache import Cache
from models.engine.device_memory import run
from models.engine.session import Graph


class Step:
    """Reads `width` new tokens in each of the first `rows` rows of a cache.

    With tokens already in the cache, a width above 1 needs a single row (GroupQueryAttention).
    """

    def __init__(self, graph: Graph, cache: Cache, rows: int, width: int = 1) -> None:
        shapes = graph.shapes
        self._session, self._device = graph.session, graph.memory.device
        self._cache = cache  # kept, since its addresses are bound
        self._ids = np.empty((rows, width), np.int64)
        positions = 1 if shapes.last_only else width
        self._logits = graph.memory.logits((rows, positions, shapes.vocabulary), shapes.dtype)
        self._binding = self._session.io_binding()
        cache.bind(self._binding, rows)
        self._logits.bind(self._binding)

    def run(self, tokens: Sequence[int], lengths: Sequence[int]) -> npt.NDArray[np.float32]:
        """Read the new tokens, row after row; `lengths` count each row's tokens with the new ones.

        Returns the logits `[rows, vocabulary]` after each row's last token, in a buffer that the
        next call writes over. Raises `OutOfMemory`.
        """
        self._ids[...] = np.reshape(tokens, self._ids.shape)
        # GroupQueryAttention takes the lengths from the sums of the mask.
        there = np.arange(max(lengths)) < np.reshape(lengths, (-1, 1))
        self._bind("attention_mask", there.astype(np.int64))
        # Bound anew for each run: where they go to another device, binding is what copies them.
        self._bind("input_ids", self._ids)
        run(self._session, self._binding, self._device)
        return self._logits.last()

    def _bind(self, name: str, values: npt.NDArray[np.int64]) -> None:
        self._binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(values))
