"""llama.cpp at its best: rows as one batch behind a shared prompt, through its low-level interface.

Chooses tokens with Twite's sampling, which needs only numpy and takes less time than a chain of
llama.cpp's samplers over the whole vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import llama_cpp  # type: ignore[import-not-found]  # only the peers' environment has it
import numpy as np

from bench.peers.task import Task, Timing, serve
from models.engine.sampling import Sampling, candidates, choose


class LlamaBatched:
    """A context of llama.cpp whose sequences share one key-value buffer.

    With `kv_unified` a copied sequence points at the prompt's cells, so copying costs nothing.
    """

    version = f"llama-cpp-python {llama_cpp.__version__}"

    def __init__(self, task: Task) -> None:
        self._seed = task.seed
        rows = max(*task.batches, task.drafts)
        model_params = llama_cpp.llama_model_default_params()
        model_params.n_gpu_layers = 0
        self._model = llama_cpp.llama_model_load_from_file(task.model.encode(), model_params)
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = task.room
        params.n_seq_max = rows
        params.n_threads = params.n_threads_batch = task.threads
        params.kv_unified = True
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        self._memory = llama_cpp.llama_get_memory(self._context)
        vocabulary = llama_cpp.llama_model_get_vocab(self._model)
        self._vocabulary = llama_cpp.llama_vocab_n_tokens(vocabulary)
        self._batch: Any = llama_cpp.llama_batch_init(task.room, 0, 1)

    def draw(self, prompt: Sequence[int], rows: int, tokens: int, ends: Sequence[int]) -> Timing:
        """Prefill once in sequence 0, copy it to the others, decode the living ones as a batch."""
        generators = [np.random.default_rng([self._seed, row]) for row in range(rows)]
        llama_cpp.llama_memory_clear(self._memory, True)
        start = perf_counter()
        length = len(prompt)
        self._decode(prompt, range(length), [0] * length, wanted=[length - 1])
        for row in range(1, rows):
            llama_cpp.llama_memory_seq_cp(self._memory, 0, row, 0, -1)
        last = {row: self._choose(length - 1, generators[row]) for row in range(rows)}
        first = perf_counter()
        written = rows
        for position in range(length, length + tokens - 1):
            living = [row for row in last if last[row] not in ends]
            if not living:
                break
            self._decode(
                [last[row] for row in living], [position] * len(living), living, range(len(living))
            )
            last = {row: self._choose(at, generators[row]) for at, row in enumerate(living)}
            written += len(living)
        return Timing(rows, written, first - start, perf_counter() - start)

    def _decode(
        self,
        tokens: Sequence[int],
        positions: Sequence[int],
        sequences: Sequence[int],
        wanted: Sequence[int],
    ) -> None:
        """Read tokens; logits are computed for the places in `wanted` alone."""
        batch = self._batch
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place] = token
            batch.pos[place] = positions[place]
            batch.n_seq_id[place] = 1
            batch.seq_id[place][0] = sequences[place]
            batch.logits[place] = place in wanted
        status = llama_cpp.llama_decode(self._context, batch)
        if status:
            raise RuntimeError(f"llama_decode returned {status}")

    def _choose(self, place: int, generator: np.random.Generator) -> int:
        pointer = llama_cpp.llama_get_logits_ith(self._context, place)
        logits = np.ctypeslib.as_array(pointer, (self._vocabulary,))
        return choose(candidates(logits, Sampling()), generator)


if __name__ == "__main__":
    serve(LlamaBatched)
