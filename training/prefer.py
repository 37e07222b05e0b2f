"""Teach the model from its own drafts, read and made right: `python -m training.prefer ROUND`.

The first round goes on from the best adapter of `training.train`, each other one from the round
before. Of each correction the mended draft is preferred
to the draft itself (contrastive preference optimization, arXiv 2401.08417: no reference model, and
the mended one's own cross-entropy in the loss): the two differ only where the draft was wrong, so
that is all that there is to learn. Posts of `training/pairs` are mixed in, so that what was learned
from them stays.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from string import punctuation
from time import perf_counter
from typing import Any

import torch
from peft import set_peft_model_state_dict
from safetensors.torch import load_file
from torch.nn import functional

from models.install.builtin import gguf_file
from models.install.gguf import read_gguf, write_tokenizer
from training.corrections import AS_IS, ROUNDS, Correction, Reading, read_corrections
from training.pairs import read_pairs
from training.train import (
    RUNS,
    Encoder,
    Example,
    batch_loss,
    held_out_loss,
    keep,
    load_model,
    rate_at,
    resume,
)

_CHECKPOINT = 25
"""Steps between two checkpoints, and, four times as many, between two measurements."""
_AT_ONCE = 6
"""Lessons in memory at a time: a step goes through its batch in parts of this many."""


@dataclass(frozen=True)
class Lesson:
    """A post, and the model's own draft that it is better than, where that was wrong."""

    better: Example
    worse: Example | None = None

    def __len__(self) -> int:
        return max(len(self.better), len(self.worse or ()))


def main() -> int:
    """Train through the corrections; prints a line for every measurement."""
    options = _options()
    torch.manual_seed(options.seed)
    folder = run_of(options.round)
    folder.mkdir(parents=True, exist_ok=True)
    write_tokenizer(read_gguf(gguf_file()), folder / "tokenizer.json")
    encode = Encoder(folder / "tokenizer.json")
    readings = read_corrections(options.round)
    kept = Kept(options.likeness, options.opening)
    taught = lessons(encode, [one for one in readings if not one.pair.is_held_out], kept)
    unseen = lessons(encode, [one for one in readings if one.pair.is_held_out], kept)
    pairs = read_pairs()
    known = [Lesson(it) for it in encode.all([one for one in pairs if not one.is_held_out])]
    held_out = encode.all([one for one in pairs if one.is_held_out])
    print(f"{len(taught)} drafts to learn from, {len(unseen)} held out", flush=True)
    model = load_model(options.rank)
    start = run_of(options.round - 1) / "best" / "adapter_model.safetensors"
    set_peft_model_state_dict(model, load_file(start))
    mixed = list(_mixed(taught, known, options))
    _train(model, mixed, unseen, held_out, options, folder)
    return 0


def run_of(number: int) -> Path:
    """Where a round keeps its files; round 0 is the training on the pairs."""
    return RUNS / (f"round-{number}" if number else "posts")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("round", type=int, choices=range(1, ROUNDS + 1))
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--batch", type=int, default=8, help="corrections in a step")
    parser.add_argument("--known", type=int, default=2, help="posts of the pairs in a step")
    parser.add_argument(
        "--likeness", type=float, default=0.7, help="mended drafts less like it are left out"
    )
    parser.add_argument(
        "--opening", type=int, default=0, help="first words that a mended draft has to keep"
    )
    parser.add_argument("--beta", type=float, default=0.1, help="how sharp a preference is")
    parser.add_argument("--weight", type=float, default=0.5, help="of the preferences in the loss")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@dataclass(frozen=True)
class Kept:
    """What a mended draft must have kept of the draft to be learned from.

    Attributes:
        likeness: the share of words, in order. Where a draft had to be written anew, what was wrong
            with it is everything.
        opening: how many of the first words. Other openings for their own sake teach heat: all that
            follows them becomes less likely to be true.
    """

    likeness: float = 0.0
    opening: int = 0

    def of(self, draft: Correction) -> bool:
        """Whether this draft kept so much."""
        before, after = draft.draft.split(), draft.right.split()
        alike = SequenceMatcher(None, before, after).ratio() >= self.likeness
        return alike and _bare(before[: self.opening]) == _bare(after[: self.opening])


def _bare(words: Sequence[str]) -> list[str]:
    return [word.strip(punctuation).casefold() for word in words]


def lessons(
    encode: Encoder,
    readings: Sequence[Reading],
    kept: Kept = Kept(),
) -> list[Lesson]:
    """One for each draft that kept enough: preferred to the draft where that was mended, else
    learned as it is.
    """
    return [
        Lesson(
            encode.example(one.notes, one.tone, one.length, draft.right),
            None
            if draft.label == AS_IS
            else encode.example(one.notes, one.tone, one.length, draft.draft),
        )
        for one in readings
        for draft in one.drafts
        if kept.of(draft)
    ]


def _mixed(
    taught: Sequence[Lesson], known: Sequence[Lesson], options: argparse.Namespace
) -> Iterator[list[Lesson]]:
    """The batches of the whole run."""
    chance = random.Random(options.seed)
    others = itertools.cycle(chance.sample(known, len(known)))
    order = [
        one for _ in range(-int(-options.epochs // 1)) for one in chance.sample(taught, len(taught))
    ][: round(options.epochs * len(taught))]
    for start in range(0, len(order), options.batch):
        batch = [*order[start : start + options.batch], *itertools.islice(others, options.known)]
        yield sorted(batch, key=len)  # what is read side by side is filled up to the longest


def _train(
    model: Any,
    batches: Sequence[list[Lesson]],
    unseen: Sequence[Lesson],
    held_out: Sequence[Example],
    options: argparse.Namespace,
    folder: Path,
) -> None:
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=options.rate, weight_decay=0.0)
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, len(batches)))
    first, _ = resume(model, optimizer, pace, folder)
    began = perf_counter()
    for step, batch in enumerate(batches[first:], first + 1):
        for start in range(0, len(batch), _AT_ONCE):
            part = batch[start : start + _AT_ONCE]
            loss = lesson_loss(model, part, options.beta, options.weight)
            (loss * len(part) / len(batch)).backward()  # type: ignore[no-untyped-call]  # torch has no type for it
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        if step % _CHECKPOINT and step < len(batches):
            continue
        keep(model, optimizer, pace, step, 0.0, folder)
        print(f"step {step} of {len(batches)}, {pace_of(began, step - first)}", flush=True)
        if step % (4 * _CHECKPOINT) == 0 or step == len(batches):
            model.save_pretrained(str(folder / "best"), save_embedding_layers=False)
            print(
                f"{measured(model, unseen)}, pairs held out {held_out_loss(model, held_out):.3f}",
                flush=True,
            )


def pace_of(began: float, steps: int) -> str:
    """How long a step took since then."""
    return f"{(perf_counter() - began) / steps:.2f} s a step"


def lesson_loss(model: Any, batch: Sequence[Lesson], beta: float, weight: float) -> torch.Tensor:
    """Cross-entropy of the posts, in nats a token, and `weight` times the preferences' loss."""
    better, worse = _likelihoods(model, batch, is_training=True)
    tokens = sum(len(one.better.post) for one in batch)
    margins = [good - bad for good, bad in zip(better, worse, strict=True) if bad is not None]
    loss: torch.Tensor = -torch.stack(better).sum() / tokens
    if not margins:
        return loss
    return loss - weight * functional.logsigmoid(beta * torch.stack(margins)).mean()


def measured(model: Any, unseen: Sequence[Lesson], size: int = 8) -> str:
    """How well unseen corrections are liked: their share that is, and loss a token."""
    pairs = [one for one in unseen if one.worse]
    liked, total, tokens = 0, 0.0, 0
    for start in range(0, len(pairs), size):
        batch = pairs[start : start + size]
        better, worse = _likelihoods(model, batch, is_training=False)
        liked += sum(bool(w is not None and b > w) for b, w in zip(better, worse, strict=True))
        total -= sum(float(value) for value in better)
        tokens += sum(len(one.better.post) for one in batch)
    return f"{liked} of {len(pairs)} mended drafts liked better, {total / max(1, tokens):.3f} nats"


def _likelihoods(
    model: Any, batch: Sequence[Lesson], *, is_training: bool
) -> tuple[list[torch.Tensor], list[torch.Tensor | None]]:
    """Log-likelihoods of whole posts, in nats: of the better ones, and of the worse ones."""
    worse = [one.worse for one in batch if one.worse]
    examples = [*(one.better for one in batch), *worse]
    losses = batch_loss(model, examples, is_training=is_training)
    parts = torch.split(losses, [len(example.post) for example in examples])
    sums = [-one.sum() for one in parts]
    of_worse = iter(sums[len(batch) :])
    return sums[: len(batch)], [next(of_worse) if one.worse else None for one in batch]


if __name__ == "__main__":
    raise SystemExit(main())
