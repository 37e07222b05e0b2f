"""Teach the model to prefer posts to its own faulty drafts: `python -m training.prefer`.

Direct preference optimization (DPO, arXiv 2305.18290), from the best adapter of `training.train`:
the post of a pair against the draft of `training/faulty.jsonl` that the model wrote in its place.
The post's own cross-entropy stays in the loss, since DPO alone is content where both become
unlikely (arXiv 2404.19733).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import torch
from peft import set_peft_model_state_dict
from safetensors.torch import load_file
from torch.nn import functional

from training.candidates import read_faulty
from training.pairs import Pair, read_pairs
from training.train import (
    RUNS,
    Encoder,
    Example,
    batch_losses,
    held_out_loss,
    load_model,
    rate_at,
)

_CHECKPOINT = 25


class Preference(NamedTuple):
    """A post, and a draft for the same prompt that is worse."""

    better: Example
    worse: Example


def main() -> int:
    """Train through the preferences; prints a line for every measurement."""
    options = _options()
    torch.manual_seed(options.seed)
    encode = Encoder(RUNS / options.start / "tokenizer.json")
    pairs = read_pairs()
    preferences = _preferences(pairs, encode)
    random.Random(options.seed).shuffle(preferences)
    preferences = preferences[: round(options.share * len(preferences))]
    held_out = encode.all([pair for pair in pairs if pair.is_held_out])
    print(f"{len(preferences)} preferences", flush=True)
    model = load_model(options.rank)
    start = load_file(RUNS / options.start / "best" / "adapter_model.safetensors")
    set_peft_model_state_dict(model, start)
    _train(model, preferences, held_out, options, RUNS / options.name)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="preferred", help="where the run keeps its adapter")
    parser.add_argument("--start", default="posts", help="the run it goes on from")
    parser.add_argument("--share", type=float, default=0.5, help="of the preferences")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--beta", type=float, default=0.1, help="how far from the start it may go")
    parser.add_argument("--anchor", type=float, default=0.2, help="weight of the cross-entropy")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _preferences(pairs: Sequence[Pair], encode: Encoder) -> list[Preference]:
    """One for each faulty draft whose post is still the one that it was written in place of."""
    by_place = {pair.place: pair for pair in pairs}
    found = []
    for entry in read_faulty():
        pair = by_place[entry.place]
        for post in pair.posts:
            if (post.tone, post.length) == (entry.tone, entry.length):
                better = encode.example(pair.notes, post.tone, post.length, post.text)
                worse = encode.example(pair.notes, post.tone, post.length, entry.text)
                found.append(Preference(better, worse))
                break
    return found


def _train(
    model: Any,
    preferences: Sequence[Preference],
    held_out: Sequence[Example],
    options: argparse.Namespace,
    folder: Path,
) -> None:
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    batches = [
        preferences[i : i + options.batch] for i in range(0, len(preferences), options.batch)
    ]
    with torch.no_grad():
        reference = [likelihoods(model, batch, is_training=False) for batch in batches]
    optimizer = torch.optim.AdamW(weights, lr=options.rate, weight_decay=0.0)
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, len(batches)))
    began = perf_counter()
    right = margin = 0.0
    for step, (batch, before) in enumerate(zip(batches, reference, strict=True), 1):
        now = likelihoods(model, batch, is_training=True)
        gain = options.beta * ((now.better - before.better) - (now.worse - before.worse))
        anchor = -(now.better / now.tokens).mean()
        loss = -functional.logsigmoid(gain).mean() + options.anchor * anchor
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        right += ((gain > 0).float().mean().item() - right) / min(step, _CHECKPOINT)
        margin += (gain.mean().item() - margin) / min(step, _CHECKPOINT)
        if step % _CHECKPOINT == 0 or step == len(batches):
            print(
                f"step {step} of {len(batches)}: {right:.2f} preferred, margin {margin:.2f}, "
                f"held out {held_out_loss(model, held_out):.3f}, "
                f"{(perf_counter() - began) / step:.2f} s a step",
                flush=True,
            )
            model.save_pretrained(str(folder / "best"), save_embedding_layers=False)


class Likelihoods(NamedTuple):
    """Log-likelihoods of whole posts, in nats, `[batch]`, and the better ones' tokens."""

    better: torch.Tensor
    worse: torch.Tensor
    tokens: torch.Tensor


def likelihoods(model: Any, batch: Sequence[Preference], *, is_training: bool) -> Likelihoods:
    """Of both sides of every preference."""
    examples = [one.better for one in batch] + [one.worse for one in batch]
    sums = -batch_losses(model, examples, is_training=is_training)
    tokens = torch.tensor([float(len(one.better.post)) for one in batch])
    return Likelihoods(sums[: len(batch)], sums[len(batch) :], tokens)


if __name__ == "__main__":
    raise SystemExit(main())
