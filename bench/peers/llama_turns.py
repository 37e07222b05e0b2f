"""llama.cpp as desktop apps use it: one text after the other, the prompt kept between them.

`Llama.generate` with its own samplers; it keeps what a new prompt has in common with the last one,
so that the prompt is read once for all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from time import perf_counter

import llama_cpp  # type: ignore[import-not-found]  # only the peers' environment has it

from bench.peers.task import Task, Timing, serve
from models.engine.sampling import Sampling


class LlamaTurns:
    """The class `Llama`, with a context as long as one text needs."""

    version = f"llama-cpp-python {llama_cpp.__version__}"

    def __init__(self, task: Task) -> None:
        self._llama = llama_cpp.Llama(
            task.model,
            n_ctx=task.room,
            n_threads=task.threads,
            n_threads_batch=task.threads,
            n_gpu_layers=0,
            verbose=False,
        )
        self._seed = task.seed

    def draw(self, prompt: Sequence[int], rows: int, tokens: int, ends: Sequence[int]) -> Timing:
        """Write the rows in turn; only the first of them reads the prompt."""
        sampling = Sampling()
        self._llama.reset()
        written, first = 0, 0.0
        start = perf_counter()
        for row in range(rows):
            self._llama.set_seed(1000 * self._seed + row)
            drawn = self._llama.generate(
                prompt,
                temp=sampling.temperature,
                min_p=sampling.min_p,
                top_p=sampling.top_p,
            )
            for token in islice(drawn, tokens):
                first = first or perf_counter()
                written += 1
                if token in ends:
                    break
        return Timing(rows, written, first - start, perf_counter() - start)


if __name__ == "__main__":
    serve(LlamaTurns)
