"""What the limits cost, beside the model's own step: 8 rows, a vocabulary of 150,000 tokens.

`python -m bench.limits`. The texts are drafts as they grow, token by token; the logits are noise
with a few likely tokens, those of the draft among them. Compared are choosing with the limits and
choosing without, on the same logits, in turn; and a step of the built-in model in the same run.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from app.compose.brief import SAMPLE_NOTES
from app.paths import models_folder
from app.writer_process import rules_for
from models.engine import sampling
from models.engine.decode import Decoder, Run
from models.engine.limits import Limits, Vocabulary
from models.engine.sampling import Logits, Sampling
from models.engine.session import load_graph
from models.engine.tokenizer import Tokenizer
from models.engine.untold import Untold
from models.library import BUILT_IN, Library

ROWS = 8
VOCABULARY = 150_000
LIKELY = 6
TEXT = (
    " On 3 February at 7pm the town council votes on the bike lane for Mill Road. The meeting is"
    " public, so everyone who rides or walks on Mill Road may come and listen to the council."
)


def main() -> None:
    """Measure and print."""
    folder = Library(models_folder()).path(BUILT_IN)
    tokenizer = Tokenizer(folder / "tokenizer.json")
    repeats = -(-VOCABULARY // len(tokenizer.pieces))
    vocabulary = Vocabulary((tokenizer.pieces * repeats)[:VOCABULARY], [2])
    untold = Untold(SAMPLE_NOTES, tokenizer.encode)
    ids = tokenizer.encode(TEXT)
    limited, plain = [], []
    for turn in range(6):
        limits = Limits(rules_for(280, SAMPLE_NOTES), vocabulary, untold, 2.0)
        limited.append(_choose(tokenizer, ids, limits, turn))
        plain.append(_choose(tokenizer, ids, None, turn))
    step = _step(folder / "model.onnx", tokenizer)
    cost = median(limited) - median(plain)
    print(f"choosing for {ROWS} rows from {VOCABULARY:,} tokens, ms a step (medians)")
    print(f"  without limits       {median(plain):6.2f}")
    print(f"  with limits          {median(limited):6.2f}   ({cost:.2f} more)")
    print(f"  a step of {BUILT_IN}, {ROWS} rows, sampling left out: {step:.1f}")
    print(f"  the limits' share of such a step: {100 * cost / (step + median(plain)):.1f} %")


def _choose(tokenizer: Tokenizer, ids: list[int], limits: Limits | None, seed: int) -> float:
    """Milliseconds a step, the mean over a whole draft."""
    generator = np.random.default_rng(seed)
    options = Sampling()
    noise = generator.normal(0.0, 2.0, (ROWS, VOCABULARY)).astype(np.float32)
    spent, written = 0.0, b""
    for place, token in enumerate(ids):
        likely = [*ids[place : place + 2], *generator.integers(3, 40_000, LIKELY)]
        rows: list[Logits] = [row.copy() for row in noise]
        for row in rows:
            row[likely] = generator.normal(13.0, 1.0, len(likely))
        began = perf_counter()
        for row in rows:
            if limits is None:
                sampling.candidates(row, options)
            else:
                limits.candidates(row, written, limits.may_end(written), options)
        spent += perf_counter() - began
        written += tokenizer.pieces[token]
    return 1000 * spent / len(ids)


def _step(file: Path, tokenizer: Tokenizer) -> float:
    """Milliseconds of one step of the built-in model, the graph alone nearly."""
    graph = load_graph(file, "cpu")
    decoder = Decoder(graph, tokenizer.pieces, end_ids=())
    prompt = tuple(tokenizer.encode(TEXT))
    moments: list[float] = []
    for _ in range(3):
        moments.clear()
        run = Run((), prompt, ROWS, ROWS, 40, 1, Sampling())
        decoder.run(run, lambda _rows: moments.append(perf_counter()), lambda: False)
    return 1000 * (moments[-1] - moments[0]) / (len(moments) - 1)


if __name__ == "__main__":
    main()
