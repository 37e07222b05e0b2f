"""onnxruntime-genai on Twite's own graph, with its own samplers.

It reads the prompt once for each row: its batches are of prompts, and share nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from time import perf_counter

import numpy as np
import onnxruntime_genai  # type: ignore[import-not-found]  # only the peers' environment has it

from bench.peers.task import Task, Timing, serve
from models.engine.sampling import Sampling


class GenaiGenerator:
    """A model folder with a `genai_config.json`, as `bench.peers.same_model` writes it."""

    version = f"onnxruntime-genai {onnxruntime_genai.__version__}"

    def __init__(self, task: Task) -> None:
        self._seed = task.seed
        config = onnxruntime_genai.Config(task.model)
        threads = {"session_options": {"intra_op_num_threads": task.threads}}
        config.overlay(json.dumps({"model": {"decoder": threads}}))
        self._model = onnxruntime_genai.Model(config)

    def draw(self, prompt: Sequence[int], rows: int, tokens: int, ends: Sequence[int]) -> Timing:
        """A batch of the same prompt; without `ends` the end of a text is not to be drawn."""
        sampling, length = Sampling(), len(prompt) + tokens
        params = onnxruntime_genai.GeneratorParams(self._model)
        params.set_search_options(
            do_sample=True,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            batch_size=rows,
            max_length=length,
            min_length=0 if ends else length,
            random_seed=self._seed,
        )
        start = perf_counter()
        generator = onnxruntime_genai.Generator(self._model, params)
        generator.append_tokens(np.array([prompt] * rows, np.int32))
        generator.generate_next_token()
        first = perf_counter()
        while not generator.is_done():
            generator.generate_next_token()
        total_s = perf_counter() - start
        texts = [generator.get_sequence(row)[len(prompt) :].tolist() for row in range(rows)]
        return Timing(rows, sum(_length(text, ends) for text in texts), first - start, total_s)


def _length(text: Sequence[int], ends: Sequence[int]) -> int:
    """Tokens up to the end of a text; what follows pads it to the length of its batch."""
    return next((place + 1 for place, token in enumerate(text) if token in ends), len(text))


if __name__ == "__main__":
    serve(GenaiGenerator)
