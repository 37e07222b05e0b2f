"""Hugging Face checkpoints of a few thousand random weights, as transformers saves them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

VOCABULARY = 259
"""A token for each byte, and three control tokens."""
WINDOW = 8
"""Tokens that a sliding window sees, where a family has one."""
LAYERS = 2
_CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_SHAPE = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "bos_token_id": 256,
    "eos_token_id": 256,
    "pad_token_id": 256,
}
_OF_FAMILY: dict[str, dict[str, Any]] = {
    "gemma2": {"head_dim": 32, "sliding_window": WINDOW},
    "gemma3_text": {
        "head_dim": 32,
        "sliding_window": WINDOW,
        "layer_types": ["sliding_attention", "full_attention"],
    },
    "llama": {"tie_word_embeddings": False},
    "mistral": {"head_dim": 32, "sliding_window": WINDOW},
    "phi3": {"sliding_window": WINDOW},
    "qwen2": {"tie_word_embeddings": True},
    "qwen3": {"head_dim": 32, "tie_word_embeddings": True},
    "smollm3": {"tie_word_embeddings": True, "no_rope_layers": [1, 0]},
}


def write_checkpoint(
    folder: Path, family: str = "llama", dtype: str = "float32", **changes: Any
) -> Any:
    """Write a checkpoint into a folder; returns PyTorch's model of it, in fp32.

    `changes` are settings of its `config.json`; with `shards`, the most bytes that a file of
    weights may have.
    """
    # torch and transformers take seconds to import.
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(7)
    shards = changes.pop("shards", 1 << 30)
    settings = {**_SHAPE, **_OF_FAMILY[family], **changes}
    auto: Any = AutoModelForCausalLM
    model = auto.from_config(AutoConfig.for_model(family, **settings))
    kind = getattr(torch, dtype)
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(0.0 if weight.dim() > 1 else 1.0, 0.15)
            weight.copy_(weight.to(kind))
    deepcopy(model).to(kind).save_pretrained(folder, max_shard_size=shards)
    write_tokenizer(folder)
    return model.eval()


def checkpoint_files(folder: Path, family: str = "llama") -> dict[str, bytes]:
    """The files of a checkpoint, by their names, as a repository on the Hub holds them."""
    write_checkpoint(folder, family)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def write_tokenizer(folder: Path) -> None:
    """Write `tokenizer.json`, one token a byte, and its settings with a ChatML template."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in _CONTROLS])
    tokenizer.save(str(folder / "tokenizer.json"))
    template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    )
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))


def torch_logits(model: Any, tokens: list[int]) -> npt.NDArray[np.float32]:
    """The logits `[tokens, vocabulary]` after each token, as PyTorch has them."""
    import torch

    with torch.no_grad():
        logits: npt.NDArray[np.float32] = model(torch.tensor([tokens])).logits[0].numpy()
    return logits
