"""From a GGUF file to an fp32 ONNX graph and a tokenizer. Needs the extra `export`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ModelError

_CONTROL = 3
"""`token_type` of a control token in a GGUF vocabulary (ggml-org/ggml, docs/gguf.md)."""


@dataclass(frozen=True)
class GgufModel:
    """What the file says of its model. `tokens`, `token_types` and `merges` are its vocabulary."""

    path: Path
    context_length: int
    end_of_turn_id: int
    pre_tokenizer: str
    tokens: tuple[str, ...]
    token_types: tuple[int, ...]
    merges: tuple[str, ...]


def read_gguf(path: Path) -> GgufModel:
    """Read a GGUF file's metadata; raises `ModelError` where it is no BPE language model."""
    # gguf comes with the extra `export` alone, so it is imported where it is used.
    from gguf import GGUFReader

    fields = GGUFReader(path).fields

    def value(key: str) -> Any:
        return fields[key].contents()

    if value("tokenizer.ggml.model") != "gpt2":
        raise ModelError(
            f"{path.name} uses a tokenizer that Twite does not know.",
            "Choose a model with a byte-level BPE tokenizer.",
        )
    return GgufModel(
        path=path,
        context_length=int(value(f"{value('general.architecture')}.context_length")),
        end_of_turn_id=int(value("tokenizer.ggml.eos_token_id")),
        pre_tokenizer=value("tokenizer.ggml.pre"),
        tokens=tuple(value("tokenizer.ggml.tokens")),
        token_types=tuple(value("tokenizer.ggml.token_type")),
        merges=tuple(value("tokenizer.ggml.merges")),
    )


def write_fp32_graph(model: GgufModel, folder: Path) -> Path:
    """Write the graph with GroupQueryAttention and unpacked fp32 weights; returns `model.onnx`.

    The weights are the file's own, dequantized: nothing is lost in this step.
    """
    # mobius brings torch with it: seconds to import, and needed for this step alone.
    from mobius.integrations.gguf import build_from_gguf

    package = build_from_gguf(str(model.path), dtype="f32", execution_provider="cpu")
    folder.mkdir(parents=True, exist_ok=True)
    package.save(str(folder))
    return folder / "model.onnx"


def write_tokenizer(model: GgufModel, file: Path) -> None:
    """Write `tokenizer.json` from the vocabulary and merges that the GGUF file itself holds.

    SmolLM splits every digit from its neighbours before byte-level BPE; that rule is named in the
    file only as `smollm`, so it is written out here.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    if model.pre_tokenizer != "smollm":
        raise ModelError(
            f"{model.path.name} splits words by a rule that Twite does not know "
            f"({model.pre_tokenizer}).",
            "Choose another model.",
        )
    vocabulary = {token: index for index, token in enumerate(model.tokens)}
    merges = [tuple(merge.split(" ", 1)) for merge in model.merges]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token, kind in zip(model.tokens, model.token_types, strict=True)
            if kind == _CONTROL
        ]
    )
    tokenizer.save(str(file))
