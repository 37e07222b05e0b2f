"""Twite's decoder at a task, sampling and limits included: `python -m bench.peers.twite`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from app import __version__
from app.writer_process import rules_for
from bench.peers.task import Task, Timing, serve
from models.engine.decode import Decoder, Run
from models.engine.limits import Vocabulary
from models.engine.measure import Unending
from models.engine.sampling import Sampling
from models.engine.session import load_graph
from models.engine.tokenizer import Tokenizer
from models.engine.untold import Untold
from models.manifest import read_manifest

_WEIGHT_LIMIT = 320
"""Eight letters for each of 40 tokens, so that no row comes to X's limit."""


class TwiteDecoder:
    """The decode loop with limits that do all their work and let no row end."""

    version = f"Twite {__version__}"

    def __init__(self, task: Task) -> None:
        folder = Path(task.model)
        manifest = read_manifest(folder)
        tokenizer = Tokenizer(folder / "tokenizer.json")
        self._limits = Unending(
            rules_for(_WEIGHT_LIMIT, task.source),
            Vocabulary(tokenizer.pieces, manifest.end_of_turn_ids),
            Untold(task.source, tokenizer.encode),
            manifest.source_boost,
        )
        graph = load_graph(folder / "model.onnx", "cpu", task.threads)
        self._decoder = Decoder(graph, tokenizer.pieces, end_ids=())
        self._seed = task.seed

    def draw(self, prompt: Sequence[int], rows: int, tokens: int, ends: Sequence[int]) -> Timing:
        """The prompt is no prefix, so that it is read anew each time."""
        if ends:
            raise ValueError("Twite's drafts are measured through its writer")
        sampling = Sampling()
        run = Run((), tuple(prompt), rows, rows, tokens, self._seed, sampling, self._limits)
        steps: list[float] = []
        start = perf_counter()
        self._decoder.run(run, lambda _rows: steps.append(perf_counter()), lambda: False)
        if len(steps) != tokens:
            raise RuntimeError(f"{len(steps)} steps instead of {tokens}")
        return Timing(rows, rows * tokens, steps[0] - start, steps[-1] - start)


if __name__ == "__main__":
    serve(TwiteDecoder)
