"""One step of the graph over some rows of a cache, with everything bound in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.engine.cache import Cache
from models.engine.session import Graph


class Step:
    """Reads `width` new tokens in each of the first `rows` rows of a cache.

    With tokens already in the cache, a width above 1 needs a single row (GroupQueryAttention).
    """

    def __init__(self, graph: Graph, cache: Cache, rows: int, width: int = 1) -> None:
        self._session = graph.session
        self._rows = rows
        self._ids = np.empty((rows, width), np.int64)
        positions = 1 if graph.shapes.last_only else width
        self._logits: npt.NDArray[Any] = np.empty(
            (rows, positions, graph.shapes.vocabulary), graph.shapes.dtype
        )
        self._binding = self._session.io_binding()
        cache.bind(self._binding, rows)
        self._binding.bind_ortvalue_input("input_ids", ort.OrtValue.ortvalue_from_numpy(self._ids))
        self._binding.bind_ortvalue_output("logits", ort.OrtValue.ortvalue_from_numpy(self._logits))

    def run(self, tokens: Sequence[int], length: int) -> npt.NDArray[np.float32]:
        """Read the new tokens, row after row; `length` counts a row's tokens with the new ones.

        Returns the logits `[rows, vocabulary]` after each row's last token, in a buffer that the
        next call writes over.
        """
        self._ids[...] = np.reshape(tokens, self._ids.shape)
        # GroupQueryAttention takes the lengths from the mask: all rows are equally long.
        mask = np.ones((self._rows, length), np.int64)
        self._binding.bind_ortvalue_input("attention_mask", ort.OrtValue.ortvalue_from_numpy(mask))
        self._session.run_with_iobinding(self._binding)
        return self._logits[:, -1].astype(np.float32, copy=False)
