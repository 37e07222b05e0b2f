"""How fast Twite writes, beside other engines on the same machine and in the same run.

`python -m bench.speed [--rounds N]`: minutes; the first time some twenty more, in which the other
engines are installed under `build` and the model is written in their forms. The engines take turns
on the CPU, each in a process of its own, with the same model, prompt, rows, tokens and threads.
Every figure is a median over the rounds, every ratio the median of the rounds' own.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter

from app.compose.brief import Brief
from app.compose.events import Event, Finished, Preview, Ready
from app.compose.prompt import style_of, write_prompt
from app.paths import models_folder
from app.writer import Writer
from bench.bandwidth import read_bandwidth, step_bytes
from bench.peers.environment import made_environment, python_of
from bench.peers.same_model import Forms, made_forms
from bench.peers.task import ROOT, Task, ask
from bench.report import tables
from bench.results import BATCHES, FILE, Measured, Results, Round, write_results
from models.engine.chat import encode_chat, open_answer
from models.engine.tokenizer import Tokenizer
from models.library import BUILT_IN, Library
from models.manifest import read_manifest

TOKENS = 40
PROMPT_TOKENS = 60
THREADS = 2
DRAFTS = 4
LONGEST_DRAFT = 96
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


@dataclass(frozen=True)
class Contestant:
    """An engine: its module in `bench.peers`, the Python that runs it, and what it loads."""

    name: str
    how: str
    module: str
    python: Path
    model: Path


def main() -> None:
    """Measure, print, and keep the figures for `bench.report`."""
    parser = argparse.ArgumentParser(prog="bench.speed", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Library(models_folder()).path(BUILT_IN)
    contestants = _contestants(folder, made_environment(), made_forms(folder))
    load_before = os.getloadavg()[0]
    bandwidth = read_bandwidth(THREADS)
    rounds: list[list[Round]] = [[] for _ in contestants]
    for seed in range(options.rounds):
        print(f"Round {seed + 1} of {options.rounds} ...", flush=True)
        task = _task(folder, seed)
        for contestant, its in zip(contestants, rounds, strict=True):
            its.append(_round(contestant, task))
    results = Results(
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        machine=_machine(),
        threads=THREADS,
        load_before=load_before,
        load_after=os.getloadavg()[0],
        prompt_tokens=PROMPT_TOKENS,
        tokens=TOKENS,
        bandwidth=max(bandwidth, read_bandwidth(THREADS)),
        step_bytes=step_bytes(folder / "model.onnx"),
        engines=tuple(
            Measured(one.name, one.how, _size_mb(one.model), tuple(its))
            for one, its in zip(contestants, rounds, strict=True)
        ),
    )
    write_results(results)
    print(f"\n{tables(results)}\nKept in {FILE.relative_to(ROOT)}; see python -m bench.report.")


def _contestants(twite: Path, peers: Path, forms: Forms) -> Sequence[Contestant]:
    """Twite first, and llama.cpp in the order that `Results` wants."""
    batched = "one batch behind a shared prompt, Twite's sampling without its limits"
    turns = "one after the other, the prompt kept, its own sampling"
    llama_cpp = [
        Contestant(f"llama.cpp, {name}, {bits}-bit", how, module, peers, file)
        for name, how, module in (
            ("batched", batched, "llama_batched"),
            ("in turns", turns, "llama_turns"),
        )
        for bits, file in ((4, forms.gguf_4_bit), (8, forms.gguf_8_bit))
    ]
    own = "one batch behind a shared prompt, sampling and limits included"
    genai = "Twite's graph, one batch, the prompt read for each row, its own sampling"
    optimum = "optimum's fp32 export, one batch, the prompt read for each row, its own sampling"
    return (
        Contestant("Twite, 8-bit", own, "twite", python_of(ROOT / ".venv"), twite),
        *llama_cpp,
        Contestant("onnxruntime-genai, 8-bit", genai, "genai", peers, forms.genai),
        Contestant("optimum, fp32", optimum, "optimum_generate", peers, forms.optimum),
    )


def _task(folder: Path, seed: int) -> Task:
    manifest = read_manifest(folder)
    tokenizer = Tokenizer(folder / "tokenizer.json")
    prompt = tuple(tokenizer.encode(TEXT)[:PROMPT_TOKENS])
    if len(prompt) != PROMPT_TOKENS:
        raise RuntimeError(f"the prompt has {len(prompt)} tokens instead of {PROMPT_TOKENS}")
    briefs = []
    for notes in BRIEFS:
        asked = write_prompt(Brief(notes, count=DRAFTS), style_of(manifest.prompt))
        turns = (*asked.prefix, *asked.turns)
        opening = open_answer(manifest.chat_format, tokenizer)
        briefs.append((*encode_chat(manifest.chat_format, tokenizer, turns), *opening))
    return Task(
        model="",
        prompt=prompt,
        batches=BATCHES,
        tokens=TOKENS,
        threads=THREADS,
        seed=seed,
        source=TEXT,
        briefs=tuple(briefs),
        drafts=DRAFTS,
        ends=manifest.end_of_turn_ids,
        longest=LONGEST_DRAFT,
    )


def _round(contestant: Contestant, task: Task) -> Round:
    task = replace(task, model=str(contestant.model))
    if contestant.module != "twite":
        return Round(ask(contestant.python, contestant.module, task))
    answer = ask(contestant.python, contestant.module, replace(task, briefs=()))
    briefs, first_texts = _drafts(task.seed)
    return Round(replace(answer, briefs_s=briefs), first_texts)


def _drafts(seed: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Twite's writer at each brief: seconds to four drafts, chosen among ten, and to first text."""
    inbox: SimpleQueue[Event] = SimpleQueue()
    writer = Writer(models_folder(), inbox.put, device="cpu")
    writer.start()
    try:
        ready = _next(inbox)
        if not isinstance(ready, Ready):
            raise RuntimeError(f"the model did not load: {ready}")
        _write(writer, inbox, TEXT, seed)  # untimed, as for the others
        timed = [_write(writer, inbox, notes, seed) for notes in BRIEFS]
    finally:
        writer.close()
    return tuple(total for total, _ in timed), tuple(first for _, first in timed)


def _write(writer: Writer, inbox: SimpleQueue[Event], notes: str, seed: int) -> tuple[float, float]:
    start = perf_counter()
    writer.write(Brief(notes, count=DRAFTS, seed=seed))
    end = _next(inbox)
    if not isinstance(end, Finished):
        raise RuntimeError(f"no drafts: {end}")
    return perf_counter() - start, end.timings.first_text_s


def _next(inbox: SimpleQueue[Event]) -> Event:
    while isinstance(event := inbox.get(timeout=120), Preview):
        pass
    return event


def _size_mb(model: Path) -> float:
    files = [model] if model.is_file() else model.glob("model.onnx*")
    return sum(file.stat().st_size for file in files) / 1e6


def _machine() -> str:
    """The processor and what bears on the speed, as Linux tells it."""
    described = Path("/proc/cpuinfo").read_text("utf-8")
    name = next(line for line in described.splitlines() if line.startswith("model name"))
    vnni = ", AVX-512 VNNI" if "avx512_vnni" in described else ""
    return f"{os.cpu_count()} cores of {name.partition(': ')[2]}{vnni}, {platform.system()}"


if __name__ == "__main__":
    main()
