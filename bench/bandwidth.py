"""What bounds the decoding of one row: how fast weights can be read, and how many there are.

`python -m bench.bandwidth` prints what the memory gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from math import prod
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

_BYTES = 1 << 30
_TRIES = 8


def read_bandwidth(threads: int) -> float:
    """Bytes a second that threads read together from a buffer far larger than any cache.

    The largest number of a part is sought, which is nothing but reading; the best of several tries
    counts, since anything else that runs only takes away from it.
    """
    parts = np.array_split(np.ones(_BYTES // 4, np.int32), threads)
    with ThreadPoolExecutor(threads) as pool:
        return max(_try(pool, parts) for _ in range(_TRIES))


def _try(pool: ThreadPoolExecutor, parts: Iterable[Any]) -> float:
    start = perf_counter()
    list(pool.map(np.max, parts))
    return _BYTES / (perf_counter() - start)


def step_bytes(graph: Path) -> int:
    """The weights that a graph multiplies by in each step; of an embedding it reads a few rows."""
    import onnx  # takes a second to import

    model = onnx.load(str(graph), load_external_data=False)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    used = {name for node in model.graph.node if "MatMul" in node.op_type for name in node.input}
    return sum(_bytes(weights[name]) for name in used & weights.keys())


def _bytes(tensor: Any) -> int:
    import onnx  # takes a second to import

    width = int(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize)
    return width * int(prod(tensor.dims))


if __name__ == "__main__":
    print(f"{read_bandwidth(2) / 1e9:.1f} GB/s with 2 threads")
