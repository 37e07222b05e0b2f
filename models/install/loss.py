"""What a smaller graph loses against the graph it was made from, as KL divergence a token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.engine.cache import cache_for
from models.engine.session import Graph, load_graph

Logits = npt.NDArray[np.float32]


class Reference:
    """What the unrounded graph says of some passages; only one graph is in memory at a time.

    `passages` are token ids; each is read on its own. What is kept takes four bytes for each of
    their tokens and each token of the vocabulary.
    """

    def __init__(self, graph_file: Path, passages: Sequence[Sequence[int]]) -> None:
        graph = load_graph(graph_file, "cpu")
        self._passages = passages
        self._chances = [_log_chances(read_all(graph, passage)) for passage in passages]

    def divergence(self, candidate: Path) -> float:
        """Mean over all positions of KL(reference || candidate), in nats a token."""
        smaller = load_graph(candidate, "cpu")
        total, count = 0.0, 0
        for passage, p in zip(self._passages, self._chances, strict=True):
            q = _log_chances(read_all(smaller, passage))
            total += float((np.exp(p) * (p - q)).sum())
            count += len(passage)
        return total / count


def read_all(graph: Graph, tokens: Sequence[int]) -> Logits:
    """The logits `[tokens, vocabulary]` after each token of one passage."""
    ids = np.asarray([tokens], np.int64)
    logits = np.empty((1, len(tokens), graph.shapes.vocabulary), graph.shapes.dtype)
    binding = graph.session.io_binding()
    cache = cache_for(graph.shapes, 1, len(tokens))
    cache.bind(binding, 1)
    cache.lengthen(len(tokens), [len(tokens)])
    binding.bind_cpu_input("input_ids", ids)
    binding.bind_cpu_input("attention_mask", np.ones_like(ids))
    binding.bind_output("logits", "cpu", 0, logits.dtype, logits.shape, logits.ctypes.data)
    graph.session.run_with_iobinding(binding)
    passage: Logits = logits[0].astype(np.float32)
    return passage


def _log_chances(logits: Logits) -> Logits:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Logits = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
