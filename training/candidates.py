"""The model's own drafts from the notes of the pairs: `python -m training.candidates`.

What it writes wrongly is worth as much to its next lesson as a good post: `training.prefer` has it
prefer the post to the draft. Drafts are drawn without limits from the installed built-in model, and
the most faulty one of each post's is kept in `training/faulty.jsonl`. It goes on where it was.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from app.compose.brief import Brief, Length, Tone
from app.compose.grounding import check
from app.compose.prompt import Style, write_prompt
from app.compose.ranking import is_copy
from app.paths import models_folder
from app.post_text import ends_sentence, weigh
from models.engine.sampling import Sampling
from models.engine.writer import ModelWriter
from models.library import BUILT_IN, Library
from training.pairs import Pair, Post, read_pairs

FAULTY = Path(__file__).parent / "faulty.jsonl"
_SEED = 1
_ROWS = 4
_TOKENS = 96
_SAMPLING = Sampling(temperature=0.8, min_p=0.0001, top_p=0.95, apart=0.0)
_LEAST_FAULT = 0.12
"""Below this a draft is as good as its post, as far as rules can see."""


@dataclass(frozen=True)
class Faulty:
    """A draft that is worse than the post that was asked for.

    Attributes:
        place: the pair, as file and line.
        fault: how bad it is; 1 is a claim that the notes do not carry, or all of the notes lost.
    """

    place: str
    tone: Tone
    length: Length
    text: str
    fault: float


def main() -> None:
    """Write a line for every pair that has none yet; prints how far it is."""
    pairs = [pair for pair in read_pairs() if not pair.is_held_out]
    random.Random(_SEED).shuffle(pairs)
    done = {entry.place for entry in read_faulty()} if FAULTY.exists() else set()
    writer = ModelWriter(Library(models_folder()).path(BUILT_IN))
    for number, pair in enumerate(pairs):
        if pair.place in done:
            continue
        post = pair.posts[number % len(pair.posts)]
        worst = _worst(pair, post, _drafts(writer, pair, post, seed=number))
        if worst:
            with FAULTY.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(worst), ensure_ascii=False) + "\n")
        if number % 100 == 0:
            print(f"{number} of {len(pairs)}", flush=True)


def read_faulty() -> list[Faulty]:
    """The drafts that are kept."""
    lines = FAULTY.read_text("utf-8").splitlines()
    return [
        Faulty(**{**entry, "tone": Tone(entry["tone"]), "length": Length(entry["length"])})
        for entry in map(json.loads, lines)
    ]


def _drafts(writer: ModelWriter, pair: Pair, post: Post, seed: int) -> list[str]:
    prompt = write_prompt(Brief(pair.notes, post.tone, post.length), Style.TAUGHT)
    rows = writer.write(
        prompt.prefix,
        prompt.turns,
        rows=_ROWS,
        enough=_ROWS,
        tokens=_TOKENS,
        seed=seed,
        sampling=_SAMPLING,
        source=pair.notes,
        rules=None,
        on_step=lambda _rows: None,
        is_cancelled=lambda: False,
    )
    return [row.written.decode("utf-8", "ignore").strip() for row in rows]


def _worst(pair: Pair, post: Post, drafts: Iterable[str]) -> Faulty | None:
    """The most faulty draft, or None where all are good."""
    standard = check(pair.notes, post.text)
    faults = []
    for draft in drafts:
        claims = check(pair.notes, draft)
        fault = float(len(claims.unsupported) - len(standard.unsupported))
        fault += max(0.0, standard.coverage - claims.coverage)
        fault += is_copy(draft, pair.notes)
        fault += not ends_sentence(draft + "\n")
        fault += weigh(draft).weighted_length > post.length.weighted_limit
        faults.append((round(fault, 2), draft))
    fault, draft = max(faults)
    if fault < _LEAST_FAULT:
        return None
    return Faulty(pair.place, post.tone, post.length, draft, fault)


if __name__ == "__main__":
    main()
