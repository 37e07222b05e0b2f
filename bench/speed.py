"""How fast Twite writes, beside llama.cpp on the same machine and in the same run.

`python -m bench.speed [--peers FOLDER] [--rounds N]`. The engines take turns (A B A B) on the CPU
with the same prompt, threads and sampling; every figure is a median over the rounds. A ratio is the
median of the rounds' own ratios, so that load from elsewhere weighs on both sides of it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from time import perf_counter

from app.compose.brief import Brief
from app.compose.events import Event, Finished, Preview, Ready
from app.paths import models_folder
from app.writer import Writer
from bench.peers import Answer, Peer, Task, Timing, gguf, made_environment, python_of
from models.engine.decode import Decoder, Run
from models.engine.sampling import Sampling
from models.engine.session import load_graph
from models.engine.tokenizer import Tokenizer
from models.library import BUILT_IN, Library

BATCHES = (1, 4, 8)
TOKENS = 40
PROMPT_TOKENS = 60
THREADS = 2
TEXT = """The harbour museum opens its new hall on Saturday. Visitors can see forty model ships,
a restored lifeboat from 1931 and letters that sailors wrote home. Entry is free for children, and
the café serves soup until four. Volunteers are wanted for the summer: write to the desk, or come
by on any weekday morning and ask for the keeper of the boats."""
BRIEFS = (
    "Library closed on Friday for new shelves. Open again Saturday at 9. Returns box stays open.",
    "Release 2.3 of our map viewer: starts twice as fast, dark mode, fixes the crash on resize.",
    "Choir looks for two tenors. Rehearsals on Tuesdays at 19:30 in the old school. No audition.",
    "The 14 bus skips Station Road until 12 May because of the bridge works. Use Park Street.",
    "Found a grey cat with a red collar near the mill. She is well and fed. Ask at number 8.",
)
TARGETS = {"drafts": 1.2, "load": 1.0, "ratio": 1.7}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.speed", description=__doc__)
    parser.add_argument("--peers", type=Path, help="an environment that has llama-cpp-python")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    python = python_of(options.peers) if options.peers else made_environment()
    folder = Library(models_folder()).path(BUILT_IN)
    prompt = tuple(Tokenizer(folder / "tokenizer.json").encode(TEXT)[:PROMPT_TOKENS])
    if len(prompt) != PROMPT_TOKENS:
        raise RuntimeError(f"the prompt has {len(prompt)} tokens instead of {PROMPT_TOKENS}")
    twite, peer = _Twite(folder, prompt), Peer(python)
    load_before = _load_average()
    ours, theirs = [], []
    for seed in range(options.rounds):
        ours.append(twite.round(seed))
        theirs.append(peer.round(Task(gguf(), prompt, BATCHES, TOKENS, THREADS, seed)))
    _print_decode(ours, theirs)
    del twite
    _print_drafts([_drafts(seed) for seed in range(options.rounds)])
    print(f"\nLoad average before: {load_before}; after: {_load_average()} (this run included)")


class _Twite:
    """Twite's decoder with nothing that could end a row before its last token."""

    def __init__(self, folder: Path, prompt: tuple[int, ...]) -> None:
        graph = load_graph(folder / "model.onnx", "cpu", THREADS)
        pieces = Tokenizer(folder / "tokenizer.json").pieces
        self._decoder = Decoder(graph, pieces, end_ids=())
        self._prompt = prompt
        self._draw(max(BATCHES), 0)  # untimed: makes the buffers

    def round(self, seed: int) -> Sequence[Timing]:
        self._draw(max(BATCHES), seed)
        return [self._draw(rows, seed) for rows in BATCHES]

    def _draw(self, rows: int, seed: int) -> Timing:
        """The prompt is no prefix, so that it is read anew each time."""
        run = Run((), self._prompt, rows, rows, TOKENS, seed, Sampling(), limits=None)
        steps: list[float] = []
        start = perf_counter()
        self._decoder.run(run, lambda _rows: steps.append(perf_counter()), lambda: False)
        if len(steps) != TOKENS:
            raise RuntimeError(f"{len(steps)} steps instead of {TOKENS}")
        return Timing(rows, TOKENS, steps[0] - start, steps[-1] - steps[0])


def _drafts(seed: int) -> tuple[float, float, list[float]]:
    """One writer: seconds from start to `Ready`, its own load seconds, seconds of each brief."""
    inbox: SimpleQueue[Event] = SimpleQueue()
    writer = Writer(models_folder(), inbox.put, device="cpu")
    start = perf_counter()
    writer.start()
    try:
        ready = _next(inbox)
        until_ready = perf_counter() - start
        if not isinstance(ready, Ready):
            raise RuntimeError(f"the model did not load: {ready}")
        return until_ready, ready.load_s, [_write(writer, inbox, notes, seed) for notes in BRIEFS]
    finally:
        writer.close()


def _write(writer: Writer, inbox: SimpleQueue[Event], notes: str, seed: int) -> float:
    start = perf_counter()
    writer.write(Brief(notes, count=4, seed=seed))
    end = _next(inbox)
    if not isinstance(end, Finished):
        raise RuntimeError(f"no drafts: {end}")
    return perf_counter() - start


def _next(inbox: SimpleQueue[Event]) -> Event:
    while isinstance(event := inbox.get(timeout=120), Preview):
        pass
    return event


def _print_decode(ours: Sequence[Sequence[Timing]], theirs: Sequence[Answer]) -> None:
    print(
        f"Twite (A) and {theirs[0].version} (B), {len(ours)} rounds A B, CPU, {THREADS} threads,\n"
        f"{TOKENS} tokens a row after one prompt of {PROMPT_TOKENS}, same sampling; end-of-turn\n"
        "tokens end no row (A: end_ids=(), limits=None), so every row runs all its tokens.\n"
        "A runs its own 8-bit build of the model, B the Q4_1 GGUF that it was built from.\n\n"
        "rows  decode tokens/s       with prefill          to first token ms\n"
        "          A     B  A/B          A     B  A/B          A     B"
    )
    for place, rows in enumerate(BATCHES):
        a = [timings[place] for timings in ours]
        b = [answer.timings[place] for answer in theirs]
        decode = _compare([t.decode_rate for t in a], [t.decode_rate for t in b])
        whole = _compare([t.whole_rate for t in a], [t.whole_rate for t in b])
        first = [1000 * median(t.prefill_s for t in side) for side in (a, b)]
        print(f"{rows:4}  {decode}      {whole}      {first[0]:5.0f} {first[1]:5.0f}")
    ratios = [
        x[-1].decode_rate / y.timings[-1].decode_rate for x, y in zip(ours, theirs, strict=True)
    ]
    print(
        f"\nDecode at {BATCHES[-1]} rows: {median(ratios):.2f} x llama.cpp "
        f"(rounds {_list(ratios)}); target at least {TARGETS['ratio']}"
    )
    print(f"llama.cpp load: {median(answer.load_s for answer in theirs):.2f} s")


def _print_drafts(rounds: Sequence[tuple[float, float, list[float]]]) -> None:
    briefs = [median(seconds) for seconds in zip(*(r[2] for r in rounds), strict=True)]
    print(
        f"Twite load: {median(r[1] for r in rounds):.2f} s in its process, "
        f"{median(r[0] for r in rounds):.2f} s from start() to Ready; target {TARGETS['load']} s\n"
        f"4 drafts, write() to Finished: {median(briefs):.2f} s "
        f"(briefs {_list(briefs)}); target {TARGETS['drafts']} s"
    )


def _compare(ours: Sequence[float], theirs: Sequence[float]) -> str:
    ratio = median(a / b for a, b in zip(ours, theirs, strict=True))
    return f"{median(ours):5.0f} {median(theirs):5.0f} {ratio:4.2f}"


def _list(values: Iterable[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)


def _load_average() -> str:
    return _list(os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
