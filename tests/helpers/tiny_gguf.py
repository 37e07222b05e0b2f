"""Random models of two layers, in torch and as GGUF files as llama.cpp's converter writes them.

The conventions are those of convert_hf_to_gguf.py: llama's queries and keys with the numbers that
turn together side by side, gemma's norms with their 1 added, phi3's projections fused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PretrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from models.engine.tokenizer import _byte_level_alphabet

NORMAL, UNKNOWN, CONTROL, DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
"""Token types."""

_KINDS: dict[str, tuple[type[PretrainedConfig], type[PreTrainedModel]]] = {
    "llama": (LlamaConfig, LlamaForCausalLM),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM),
    "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM),
    "phi3": (Phi3Config, Phi3ForCausalLM),
}
_CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<bos>", "<start_of_turn>")
_MERGES = "Ġ t|i n|h e|Ġt he|Ġ a|o n|r e|1 2|12 3|Ċ Ċ|n d|Ġa nd|Ġ in|T he"
_PIECES = "▁t he ▁the in ▁in on re nd ▁a ▁and Th The ▁The 12 123 ▁▁ aa aaa"
_LETTERS = "▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?"

Settings = dict[str, Any]


def byte_level(pre_tokenizer: str = "qwen2") -> Settings:
    """The `tokenizer.ggml` settings of a byte-level BPE vocabulary."""
    merges = [merge.split() for merge in _MERGES.split("|")]
    tokens = [*_CONTROLS, "<think>", *_byte_level_alphabet(), *map("".join, merges)]
    types = [CONTROL] * len(_CONTROLS) + [DEFINED]
    return {
        "model": "gpt2",
        "pre": pre_tokenizer,
        "tokens": tokens,
        "token_type": types + [NORMAL] * (len(tokens) - len(types)),
        "merges": [" ".join(merge) for merge in merges],
        "bos_token_id": 1,
        "eos_token_id": 2,
    }


def sentencepiece(space_prefix: bool = True) -> Settings:
    """The same of a SentencePiece vocabulary."""
    heads = ("<unk>", "<s>", "</s>")
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    pieces = _PIECES.split()
    tokens = [*heads, *fallback, *pieces, *_LETTERS, "\n\n", "<start_of_turn>", "<end_of_turn>"]
    types = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256]
    types += [NORMAL] * (len(pieces) + len(_LETTERS)) + [DEFINED, CONTROL, CONTROL]
    # The scores go another way than the ids.
    scores = [0.0] * 259 + [-float(rank * 7 % 97) for rank in range(len(tokens) - 259)]
    return {
        "model": "llama",
        "tokens": tokens,
        "token_type": types,
        "scores": scores,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "add_space_prefix": space_prefix,
    }


@dataclass(frozen=True)
class TinyGguf:
    """A model of one family.

    Attributes:
        changes: to the configuration that torch gets.
        tokenizer: its `tokenizer.ggml` settings.
        kind: of the weights that are no norms.
    """

    family: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    tokenizer: Settings = field(default_factory=byte_level)
    kind: GGMLQuantizationType = GGMLQuantizationType.F32

    def torch(self) -> PreTrainedModel:
        """The model, the same every time."""
        make_config, make_model = _KINDS[self.family]
        sizes: Settings = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2}
        sizes |= {"num_attention_heads": 4, "num_key_value_heads": 2}
        sizes |= {"vocab_size": len(self.tokenizer["tokens"]), "max_position_embeddings": 128}
        if self.family in ("qwen3", "gemma3"):
            sizes["head_dim"] = sizes["query_pre_attn_scalar"] = 32
        sizes["pad_token_id"] = len(self.tokenizer["tokens"]) - 1
        torch.manual_seed(3)
        sizes |= {"initializer_range": 0.3, **self.changes}
        model: PreTrainedModel = make_model(make_config(**sizes))
        model.train(mode=False)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if "norm" in name or name.endswith("bias"):
                    weight.add_(torch.randn_like(weight) * 0.2)
                else:
                    rounded = gguf.dequantize(gguf.quantize(weight.numpy(), self.kind), self.kind)
                    weight.copy_(torch.from_numpy(rounded.copy()))
        return model

    def save(self, file: Path, model: PreTrainedModel, settings: Settings | None = None) -> Path:
        """Write `model`, one of this family; `settings` are added last, None takes one away."""
        config = model.config
        writer = GGUFWriter(str(file), self.family)
        told = _sizes(self.family, config) | {"general.name": "Tiny", "general.license": "mit"}
        told |= {f"tokenizer.ggml.{name}": value for name, value in self.tokenizer.items()}
        for name, value in (told | (settings or {})).items():
            if value is not None:
                _add(writer, name, value)
        for name, weight in _tensors(self.family, model).items():
            is_matrix = weight.ndim == 2
            kind = self.kind if is_matrix else GGMLQuantizationType.F32
            writer.add_tensor(name, gguf.quantize(weight, kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return file


def _add(writer: GGUFWriter, name: str, value: Any) -> None:
    if isinstance(value, bool):
        writer.add_bool(name, value)
    elif isinstance(value, int):
        writer.add_uint32(name, value)
    elif isinstance(value, float):
        writer.add_float32(name, value)
    elif isinstance(value, str):
        writer.add_string(name, value)
    else:
        writer.add_array(name, value)


def _sizes(family: str, config: PretrainedConfig) -> Settings:
    """What the converter says of a family's configuration."""
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    sizes = {
        "context_length": config.max_position_embeddings,
        "embedding_length": config.hidden_size,
        "block_count": config.num_hidden_layers,
        "feed_forward_length": config.intermediate_size,
        "attention.head_count": config.num_attention_heads,
        "attention.head_count_kv": config.num_key_value_heads,
        "attention.layer_norm_rms_epsilon": config.rms_norm_eps,
        "rope.freq_base": float(config.rope_theta),
    }
    if family in ("qwen3", "gemma3"):
        sizes |= {"attention.key_length": head, "attention.value_length": head}
    if family in ("llama", "phi3"):
        sizes["rope.dimension_count"] = int(head * getattr(config, "partial_rotary_factor", 1.0))
    if family in ("phi3", "gemma3"):
        sizes["attention.sliding_window"] = config.sliding_window or 0
    return {f"{family}.{name}": value for name, value in sizes.items()} | _stretch(family, config)


def _stretch(family: str, config: PretrainedConfig) -> Settings:
    scaling = config.rope_scaling or {}
    kind = scaling.get("rope_type", scaling.get("type"))
    lead = f"{family}.rope.scaling"
    if kind == "linear":
        return {f"{lead}.type": "linear", f"{lead}.factor": scaling["factor"]}
    if kind == "longrope":
        first = config.original_max_position_embeddings
        longer = config.max_position_embeddings / first
        gain = float(np.sqrt(1 + np.log(longer) / np.log(first)))
        return {f"{lead}.original_context_length": first, f"{lead}.attn_factor": gain}
    return {}


def _tensors(family: str, model: PreTrainedModel) -> dict[str, np.ndarray]:
    config = model.config
    names = gguf.get_tensor_name_map(_architecture(family), config.num_hidden_layers)
    tensors = {}
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        weight = parameter.float().numpy()
        if family == "llama" and ".q_proj" in name:
            weight = _side_by_side(weight, config.num_attention_heads)
        elif family == "llama" and ".k_proj" in name:
            weight = _side_by_side(weight, config.num_key_value_heads)
        elif family == "gemma3" and name.endswith("norm.weight"):
            weight = weight + 1
        short = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert short is not None, name
        tensors[short] = np.ascontiguousarray(weight)
    return tensors | _divisors(model)


def _side_by_side(weight: np.ndarray, heads: int) -> np.ndarray:
    halves = weight.reshape(heads, 2, -1, *weight.shape[1:])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _divisors(model: PreTrainedModel) -> dict[str, np.ndarray]:
    """The tensors that hold what frequencies are divided by."""
    config = model.config
    scaling = config.rope_scaling or {}
    kind = scaling.get("rope_type", scaling.get("type"))
    if kind == "llama3":
        turned = model.model.rotary_emb.inv_freq.numpy()
        places = np.arange(0, 2 * len(turned), 2) / (2 * len(turned))
        divisors = config.rope_theta**-places / turned
        return {"rope_freqs.weight": divisors.astype(np.float32)}
    if kind == "longrope":
        return {
            f"rope_factors_{length}.weight": np.array(scaling[f"{length}_factor"], np.float32)
            for length in ("short", "long")
        }
    return {}


def _architecture(family: str) -> gguf.MODEL_ARCH:
    return next(arch for arch, name in gguf.MODEL_ARCH_NAMES.items() if name == family)
