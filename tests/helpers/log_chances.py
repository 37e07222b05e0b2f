"""What a model thinks of tokens, by the book."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Logits = Callable[[Sequence[int]], npt.NDArray[np.float32]]
"""From tokens read at once to logits `[tokens, vocabulary]`."""


def log_chances(logits_of: Logits, before: Sequence[int], given: Sequence[int]) -> list[float]:
    """Of each given token behind those before it, in nats."""
    logits = logits_of([*before, *given])[len(before) - 1 : -1].astype(np.float64)
    totals = np.log(np.exp(logits - logits.max(-1, keepdims=True)).sum(-1)) + logits.max(-1)
    chances: list[float] = (logits[range(len(given)), given] - totals).tolist()
    return chances
