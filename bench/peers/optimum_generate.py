"""optimum's `ORTModelForCausalLM.generate` on its own fp32 graph, with transformers' samplers.

The graph joins the cache to a longer one in each step, and it reads the prompt once for each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from time import perf_counter
from typing import Any

import onnxruntime
import torch
from optimum.onnxruntime import ORTModelForCausalLM  # type: ignore[import-untyped]  # no types
from transformers import StoppingCriteria

from bench.peers.task import Task, Timing, serve
from models.engine.sampling import Sampling


class OptimumGenerate:
    """A folder that optimum exported to."""

    version = f"optimum-onnx {version('optimum-onnx')}"

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(task.threads)
        torch.manual_seed(task.seed)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = task.threads
        self._model = ORTModelForCausalLM.from_pretrained(task.model, session_options=options)

    def draw(self, prompt: Sequence[int], rows: int, tokens: int, ends: Sequence[int]) -> Timing:
        """A batch of the same prompt; without `ends` the end of a text is not to be drawn."""
        sampling, clock = Sampling(), _Clock()
        ids = torch.tensor([prompt])
        start = perf_counter()
        drawn = self._model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=sampling.temperature,
            min_p=sampling.min_p,
            top_p=sampling.top_p,
            num_return_sequences=rows,
            max_new_tokens=tokens,
            min_new_tokens=0 if ends else tokens,
            stopping_criteria=[clock],
        )
        total_s = perf_counter() - start
        written = int((drawn[:, len(prompt) :] != self._model.config.pad_token_id).sum())
        return Timing(rows, written, clock.first - start, total_s)


class _Clock(StoppingCriteria):
    """Stops nothing; `first` is when the rows had their first tokens."""

    first = 0.0

    def __call__(self, input_ids: Any, *_scores: Any, **_options: Any) -> Any:
        self.first = self.first or perf_counter()
        return torch.zeros(len(input_ids), dtype=torch.bool)


if __name__ == "__main__":
    serve(OptimumGenerate)
