"""Teach the built-in model to write posts: `python -m training.train`.

Low-rank adaptation (LoRA, arXiv 2106.09685) of the built-in model's own weights, dequantized, on
`training/pairs`. The loss is taken over the post alone. A run can be stopped at any time and goes
on where its last checkpoint was; the same arguments give the same adapter on the same machine.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn import functional
from transformers import AutoModelForCausalLM

from app.compose.brief import Brief, Length, Tone
from app.compose.prompt import Style, write_prompt
from models.engine.chat import encode_chat, open_answer
from models.engine.tokenizer import Tokenizer
from models.install.builtin import gguf_file
from models.install.gguf import read_gguf, write_tokenizer
from training.pairs import Pair, read_pairs

RUNS = Path(__file__).parent / "runs"
_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_WARM_UP = 0.05
"""The share of the steps over which the learning rate rises."""
_CHECKPOINT = 50
"""Steps between two checkpoints: two minutes of work at most are lost."""
_LONGEST = 400
"""Tokens of notes and post; pairs beyond that are left out."""
_PROMPT, _FILLER = -1, -2
"""Whose a token is, where it is no post's."""


@dataclass(frozen=True)
class Example:
    """Token ids of a prompt and of the post, with its end of turn."""

    prompt: tuple[int, ...]
    post: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.post)


def main() -> int:
    """Train to the end, or to the interrupt; prints a line for every measurement."""
    options = _options()
    folder = RUNS / options.name
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    pairs = read_pairs()
    taught = [pair for pair in pairs if not pair.is_held_out]
    random.Random(options.seed).shuffle(taught)
    write_tokenizer(read_gguf(gguf_file()), folder / "tokenizer.json")
    encode = Encoder(folder / "tokenizer.json")
    examples = encode.all(taught[: round(options.share * len(taught))])
    held_out = encode.all([pair for pair in pairs if pair.is_held_out])
    print(f"{len(examples)} posts to learn from, {len(held_out)} held out", flush=True)
    _train(load_model(options.rank), examples, held_out, options, folder)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="posts", help="where the run keeps its files")
    parser.add_argument("--share", type=float, default=1.0, help="of the pairs, for a curve")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--epochs", type=float, default=1.2)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def load_model(rank: int, dtype: torch.dtype = torch.bfloat16) -> PeftModel:
    """The built-in model's weights, frozen, with fresh adapters of this rank in fp32."""
    gguf = gguf_file()
    base = AutoModelForCausalLM.from_pretrained(str(gguf.parent), gguf_file=gguf.name, dtype=dtype)
    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=_LINEAR, bias="none"
    )
    return get_peft_model(base, config)


class Encoder:
    """From pairs to token ids, exactly as the program asks the model."""

    def __init__(self, tokenizer: Path) -> None:
        self._tokenizer = Tokenizer(tokenizer)
        self._end = self._tokenizer.control("<|im_end|>")

    def all(self, pairs: Sequence[Pair]) -> list[Example]:
        """Every post of the pairs that is not too long."""
        examples = [
            self.example(pair.notes, post.tone, post.length, post.text)
            for pair in pairs
            for post in pair.posts
        ]
        return [example for example in examples if len(example) <= _LONGEST]

    def example(self, notes: str, tone: Tone, length: Length, text: str) -> Example:
        """One post behind its prompt."""
        prompt = write_prompt(Brief(notes, tone, length), Style.TAUGHT)
        messages = (*prompt.prefix, *prompt.turns)
        ids = encode_chat("chatml", self._tokenizer, messages)
        ids += open_answer("chatml", self._tokenizer)
        return Example(tuple(ids), (*self._tokenizer.encode(text), self._end))


def _train(
    model: PeftModel,
    examples: Sequence[Example],
    held_out: Sequence[Example],
    options: argparse.Namespace,
    folder: Path,
) -> None:
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=options.rate, weight_decay=0.0)
    each = math.ceil(len(examples) / options.batch)
    steps = round(options.epochs * each)
    pace = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_at(step, steps))
    step, best = resume(model, optimizer, pace, folder)
    began, first = perf_counter(), step
    running = 0.0
    for batch in itertools.islice(batches(examples, options.batch, options.seed), step, steps):
        loss = batch_loss(model, batch, is_training=True).mean()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        pace.step()
        optimizer.zero_grad()
        step += 1
        running += (loss.item() - running) / min(step - first, 50)
        if step % _CHECKPOINT == 0 or step == steps:
            seconds = (perf_counter() - began) / (step - first)
            unseen = held_out_loss(model, held_out)
            print(
                f"step {step} of {steps}: loss {running:.3f}, held out {unseen:.3f}, "
                f"{seconds:.2f} s a step",
                flush=True,
            )
            if unseen < best:
                best = unseen
                model.save_pretrained(str(folder / "best"), save_embedding_layers=False)
            keep(model, optimizer, pace, step, best, folder)


def rate_at(step: int, steps: int) -> float:
    """The share of the learning rate at a step: up in a line, down in half a cosine."""
    rise = max(1, round(_WARM_UP * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def batches(examples: Sequence[Example], size: int, seed: int) -> Iterator[list[Example]]:
    """Batches of posts of like length, epoch after epoch without end, in the order of the seed."""
    for epoch in itertools.count():
        chance = random.Random(seed * 1000 + epoch)
        order = list(examples)
        chance.shuffle(order)
        pools = [order[i : i + 20 * size] for i in range(0, len(order), 20 * size)]
        of_epoch = [
            sorted(pool, key=len)[i : i + size] for pool in pools for i in range(0, len(pool), size)
        ]
        chance.shuffle(of_epoch)
        yield from of_epoch


def batch_loss(model: Any, batch: Sequence[Example], *, is_training: bool) -> torch.Tensor:
    """Cross-entropy of every token of the posts, in nats, `[tokens]`, one example after the other.

    Posts from the same prompt are read in one row behind it, each blind to the others, so that the
    prompt is read once.
    """
    model.train(is_training)
    core: Any = model.get_base_model() if isinstance(model, PeftModel) else model
    rows = _Rows(batch)
    with torch.autocast("cpu", dtype=torch.bfloat16), torch.set_grad_enabled(is_training):
        hidden = core.model(
            input_ids=rows.ids, attention_mask=rows.mask, position_ids=rows.positions
        ).last_hidden_state
        # The head is a third of the work, and only the posts need it.
        logits = core.lm_head(hidden[rows.row, rows.column]).float()
        return functional.cross_entropy(logits, rows.wanted, reduction="none")


class _Rows:
    """Examples side by side, one row for each prompt.

    Attributes:
        ids, positions: `[rows, width]`, int64; the posts behind a prompt all begin at its end.
        mask: `[rows, 1, width, width]`, whether a token sees another.
        row, column: `[tokens]`, where each token of the posts is foretold.
        wanted: `[tokens]`, which it is.
    """

    def __init__(self, batch: Sequence[Example]) -> None:
        numbers: dict[tuple[int, ...], int] = {}
        ids: list[list[int]] = []
        positions: list[list[int]] = []
        owners: list[list[int]] = []
        row: list[int] = []
        column: list[int] = []
        wanted: list[int] = []
        for example in batch:
            prompt = example.prompt
            number = numbers.setdefault(prompt, len(numbers))
            if number == len(ids):
                ids.append(list(prompt))
                positions.append(list(range(len(prompt))))
                owners.append([_PROMPT] * len(prompt))
            start = len(ids[number])
            answer = example.post[:-1]
            ids[number] += answer
            positions[number] += range(len(prompt), len(prompt) + len(answer))
            owners[number] += [start] * len(answer)
            column += [len(prompt) - 1, *range(start, start + len(answer))]
            row += [number] * len(example.post)
            wanted += example.post
        width = max(map(len, ids))
        self.ids, self.positions = _filled(ids, width, 0), _filled(positions, width, 0)
        owner = _filled(owners, width, _FILLER)
        mine = (owner[:, :, None] == owner[:, None, :]) | (owner == _PROMPT)[:, None, :]
        self.mask = (mine & torch.ones(width, width, dtype=torch.bool).tril())[:, None]
        self.row, self.column, self.wanted = map(torch.tensor, (row, column, wanted))


def _filled(rows: Sequence[Sequence[int]], width: int, filler: int) -> torch.Tensor:
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])


def held_out_loss(model: Any, examples: Sequence[Example], size: int = 16) -> float:
    """Mean loss a token."""
    order = sorted(examples, key=len)
    losses = [
        batch_loss(model, order[start : start + size], is_training=False)
        for start in range(0, len(order), size)
    ]
    return float(torch.cat(losses).mean())


def keep(model: Any, optimizer: Any, pace: Any, step: int, best: float, folder: Path) -> None:
    """Write a checkpoint, in place of the last one."""
    state = {
        "weights": {n: p for n, p in model.named_parameters() if p.requires_grad},
        "optimizer": optimizer.state_dict(),
        "pace": pace.state_dict(),
        "random": torch.get_rng_state(),
        "step": step,
        "best": best,
    }
    torch.save(state, folder / "checkpoint.new")
    (folder / "checkpoint.new").replace(folder / "checkpoint.pt")


def resume(model: Any, optimizer: Any, pace: Any, folder: Path) -> tuple[int, float]:
    """Where the last run stopped: steps done and the best held-out loss so far."""
    file = folder / "checkpoint.pt"
    if not file.exists():
        return 0, math.inf
    state = torch.load(file, weights_only=True)
    model.load_state_dict(state["weights"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    pace.load_state_dict(state["pace"])
    torch.set_rng_state(state["random"])
    return int(state["step"]), float(state["best"])


if __name__ == "__main__":
    raise SystemExit(main())
