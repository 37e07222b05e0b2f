"""From a GGUF file to an fp32 ONNX graph and a tokenizer. Needs the extra `export`.

mobius builds the graph, but its own reading of GGUF files is not used:
that leaves out the norms of queries and keys of Qwen 3 and Gemma 3, adds 1 to Gemma's norms, which
hold it already, and passes over most of what stretches a context.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.errors import ModelError
from models.install import gguf_tokenizer
from models.install.gguf_head import AGAIN, Head, Settings, Tensor
from models.install.gguf_tokenizer import Vocabulary, read_vocabulary

if TYPE_CHECKING:
    from mobius import ArchitectureConfig
    from onnx_ir import Graph

LONGEST_CONTEXT = 32_768
"""Tokens that a graph is made for at most: its tables of rotations grow with each of them."""

_ANOTHER = "Choose another model."

_ENDS = ("eos", "eot", "eom")
_GEMMA_27B_LAYERS, _GEMMA_PERIOD = 62, 6
_SCALES = (
    "attention.scale attn_logit_softcapping embedding_scale logit_scale residual_scale".split()
)
_FREQUENCIES = "rope_freqs.weight"
_SHORT, _LONG = "rope_factors_short.weight", "rope_factors_long.weight"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class GgufModel:
    """What the file says of its model.

    Attributes:
        family: `general.architecture`.
        context_length: tokens that the graph is made for.
        end_of_turn_ids: of the tokens that end a text or a turn.
    """

    path: Path
    family: str
    context_length: int
    end_of_turn_ids: tuple[int, ...]
    vocabulary: Vocabulary
    settings: Settings
    tensors: Mapping[str, Tensor]

    @property
    def end_of_turn_id(self) -> int:
        """The token that ends a text."""
        return self.end_of_turn_ids[0]


_LLAMA = {
    "attn_norm": ("input_layernorm", "h"),
    "attn_q": ("self_attn.q_proj", "qh"),
    "attn_k": ("self_attn.k_proj", "kh"),
    "attn_v": ("self_attn.v_proj", "kh"),
    "attn_output": ("self_attn.o_proj", "hq"),
    "ffn_norm": ("post_attention_layernorm", "h"),
    "ffn_gate": ("mlp.gate_proj", "fh"),
    "ffn_up": ("mlp.up_proj", "fh"),
    "ffn_down": ("mlp.down_proj", "hf"),
}
_QWEN_3 = _LLAMA | {
    "attn_q_norm": ("self_attn.q_norm", "d"),
    "attn_k_norm": ("self_attn.k_norm", "d"),
}
_GEMMA_3 = _QWEN_3 | {
    "post_attention_norm": ("post_attention_layernorm", "h"),
    "ffn_norm": ("pre_feedforward_layernorm", "h"),
    "post_ffw_norm": ("post_feedforward_layernorm", "h"),
}
_PHI_3 = {name: _LLAMA[name] for name in ("attn_norm", "attn_output", "ffn_norm", "ffn_down")} | {
    "attn_qkv": ("self_attn.qkv_proj", "ph"),
    "ffn_up": ("mlp.gate_up_proj", "gh"),
}

FAMILIES = {
    "llama": ("llama", _LLAMA),
    "qwen2": ("qwen2", _LLAMA),
    "qwen3": ("qwen3", _QWEN_3),
    "gemma3": ("gemma3_text", _GEMMA_3),
    "phi3": ("phi3", _PHI_3),
}
"""What mobius calls a family, and the weights of a layer: their names in the file and in the graph,
and their shapes by the letters of `_sizes`."""


def read_gguf(path: Path) -> GgufModel:
    """Read a file's head; raises `ModelError` where it is damaged or of a family not known.

    The weights are not read, but all of them are seen to be there.
    """
    head = Head(path)
    family = str(head.settings.get("general.architecture"))
    told = _Told(path.name, family, head.settings)
    _refuse_other_kinds(told)
    if family not in FAMILIES:
        raise ModelError(
            f"{path.name} is of a family that Twite does not know ({family:.40}).",
            f"Choose a model of one of these: {', '.join(FAMILIES)}.",
        )
    vocabulary = read_vocabulary(head.settings, path.name)
    told_ends = (head.settings.get(f"tokenizer.ggml.{key}_token_id") for key in _ENDS)
    ends = [index for index in told_ends if type(index) is int]
    length = min(told.whole(".context_length"), LONGEST_CONTEXT)
    if _SHORT in head.tensors:
        length = min(length, told.whole(".rope.scaling.original_context_length"))
    return GgufModel(
        path=path,
        family=family,
        context_length=length,
        end_of_turn_ids=tuple(dict.fromkeys(i for i in ends if 0 <= i < len(vocabulary.tokens))),
        vocabulary=vocabulary,
        settings=head.settings,
        tensors=head.tensors,
    )


def _refuse_other_kinds(told: _Told) -> None:
    """Raise `ModelError` where the file is no language model, or not the whole of one."""
    kind, family = told.settings.get("general.type"), told.family
    if told.whole("split.count", 1) > 1:
        raise ModelError(
            f"{told.file} is one part of several.",
            "Join them with llama.cpp's `llama-gguf-split --merge`, or choose a model in one file.",
        )
    if kind == "adapter" or "adapter.type" in told.settings:
        what = "changes another model (LoRA) and is none itself"
    elif kind == "mmproj" or family == "clip":
        what = "reads pictures for another model and is none itself"
    elif told.whole(".pooling_type", 0) or told.settings.get(f"{family}.attention.causal") is False:
        what = "compares texts (an embedding model) and writes none"
    elif told.whole(".expert_count", 0):
        what = "is a mixture of experts, which Twite does not know"
    elif any(f"{family}.{name}" in told.settings for name in _SCALES):
        what = "scales its numbers by a rule that Twite does not know"
    elif family == "gemma3" and told.settings.get("gemma3.block_count") == _GEMMA_27B_LAYERS:
        what = "is Gemma 3 27B, which scales its attention unlike the others of its family"
    else:
        return
    raise ModelError(f"{told.file} {what}.", _ANOTHER)


def write_tokenizer(model: GgufModel, file: Path) -> None:
    """Write `tokenizer.json` from the file's own vocabulary."""
    gguf_tokenizer.write_tokenizer(model.vocabulary, file, model.path.name)


def write_fp32_graph(model: GgufModel, folder: Path) -> Path:
    """Write the graph with a full cache and unpacked fp32 weights; returns `model.onnx`.

    The weights are the file's own, dequantized: nothing is lost in this step. Raises `ModelError`,
    before any of them is read, where they are not those of the family.
    """
    told = _Told(model.path.name, model.family, model.settings)
    config = _config(model, told)
    wanted = _wanted(model, config)
    turns = _turns(model, config, told)
    # As above; the tables have no other way into a module of mobius 0.1.0.
    import torch
    from mobius import build_from_module, registry
    from mobius.components._rotary_embedding import BaseRope

    module = registry.get(config.model_type)(config)
    module.model.rotary_emb = BaseRope(*turns)
    package = build_from_module(module, config, execution_provider="cpu")
    if model.family == "gemma3":
        _tell_layers_apart(package["model"].graph, config, turns)
    weights = {
        place: torch.from_numpy(_weight(model, name, config)) for name, place in wanted.items()
    }
    package.apply_weights(module.preprocess_weights(weights))
    folder.mkdir(parents=True, exist_ok=True)
    package.save(str(folder), progress_bar=False)
    # mobius keeps the last graph that it simplified, which must not keep the weights.
    for value in package["model"].graph.initializers.values():
        value.const_value = None
    return folder / "model.onnx"


@dataclass(frozen=True)
class _Told:
    """Settings of the type that they must have; a name that begins with a dot is the family's."""

    file: str
    family: str
    settings: Settings

    def whole(self, name: str, default: int | None = None) -> int:
        value = self._value(name, default)
        if type(value) is not int or (value < 1 and value != default):
            raise self._unusable(name)
        return value

    def real(self, name: str, default: float | None = None) -> float:
        value = self._value(name, default)
        if type(value) not in (int, float) or not 0 < value < math.inf:
            raise self._unusable(name)
        return float(value)

    def _value(self, name: str, default: object) -> Any:
        return self.settings.get(self.family + name if name[0] == "." else name, default)

    def _unusable(self, name: str) -> ModelError:
        spoken = name.removeprefix(".").replace(".", " ")
        return ModelError(f"{self.file} does not say what its {spoken} is.", AGAIN)


def _config(model: GgufModel, told: _Told) -> ArchitectureConfig:
    # mobius brings torch with it: seconds to import, and needed for this step alone.
    from mobius import ArchitectureConfig

    family, tensors = model.family, model.tensors
    layers, hidden = told.whole(".block_count"), told.whole(".embedding_length")
    heads = told.whole(".attention.head_count")
    groups = told.whole(".attention.head_count_kv", heads)
    head = told.whole(".attention.key_length", hidden // heads)
    turned = told.whole(".rope.dimension_count", head)
    values = told.whole(".attention.value_length", head)
    if layers > len(tensors) or heads % groups or head % 2 or turned > head or values != head:
        raise ModelError(f"{model.path.name} is damaged: its sizes make no sense.", AGAIN)
    is_gemma = family == "gemma3"
    window = told.whole(".attention.sliding_window", None if is_gemma else 0)
    period = told.whole(".attention.sliding_window_pattern", _GEMMA_PERIOD)
    local, everywhere = "sliding_attention", "full_attention"
    return ArchitectureConfig(
        model_type=FAMILIES[family][0],
        vocab_size=len(model.vocabulary.tokens),
        hidden_size=hidden,
        intermediate_size=told.whole(".feed_forward_length"),
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=groups,
        head_dim=head,
        max_position_embeddings=model.context_length,
        rms_norm_eps=told.real(".attention.layer_norm_rms_epsilon"),
        rope_type="default",
        rope_theta=told.real(".rope.freq_base", 1e6 if is_gemma else 1e4),
        rope_local_base_freq=told.real(".rope.freq_base_swa", 1e4),
        hidden_act="gelu_pytorch_tanh" if is_gemma else "silu",
        attn_qk_norm="attn_q_norm" in FAMILIES[family][1],
        attn_qkv_bias="blk.0.attn_q.bias" in tensors,
        attn_o_bias="blk.0.attn_output.bias" in tensors,
        tie_word_embeddings="output.weight" not in tensors,
        sliding_window=window if 0 < window < model.context_length else None,
        layer_types=[everywhere if (i + 1) % period == 0 else local for i in range(layers)]
        if is_gemma
        else None,
    )


def _wanted(model: GgufModel, config: ArchitectureConfig) -> dict[str, str]:
    """Each tensor of the file with its name in the graph.

    Raises `ModelError` where the file has others than its family should.
    """
    biased = ["attn_q", "attn_k", "attn_v"] if config.attn_qkv_bias else []
    biased += ["attn_output"] if config.attn_o_bias else []
    named = {"token_embd.weight": ("model.embed_tokens.weight", "vh")}
    named["output_norm.weight"] = ("model.norm.weight", "h")
    if not config.tie_word_embeddings:
        named["output.weight"] = ("lm_head.weight", "vh")
    for layer in range(config.num_hidden_layers):
        for name, (place, letters) in FAMILIES[model.family][1].items():
            mine, its = f"blk.{layer}.{name}", f"model.layers.{layer}.{place}"
            named[f"{mine}.weight"] = (f"{its}.weight", letters)
            if name in biased:
                named[f"{mine}.bias"] = (f"{its}.bias", letters[0])
    for name in sorted(named.keys() ^ (model.tensors.keys() - {_FREQUENCIES, _SHORT, _LONG})):
        how = "lacks the weights" if name in named else "holds weights that Twite does not know,"
        raise ModelError(f"{model.path.name} {how} {name:.60}.", _ANOTHER)
    sizes = _sizes(config)
    for name, (_, letters) in named.items():
        if model.tensors[name].shape != tuple(sizes[letter] for letter in letters):
            raise ModelError(f"{model.path.name} is damaged: {name} has another shape.", AGAIN)
    return {name: place for name, (place, _) in named.items()}


def _sizes(config: ArchitectureConfig) -> dict[str, int]:
    """The letters by which `FAMILIES` writes shapes."""
    head, inner = config.head_dim, config.intermediate_size
    q, k = config.num_attention_heads * head, config.num_key_value_heads * head
    sizes = {"v": config.vocab_size, "h": config.hidden_size, "d": head, "q": q, "k": k}
    return sizes | {"p": q + 2 * k, "f": inner, "g": 2 * inner}


def _weight(model: GgufModel, name: str, config: ArchitectureConfig) -> Floats:
    """A tensor as its makers had it, before llama.cpp's converter (convert_hf_to_gguf.py)."""
    weight = _read(model, name)
    if model.family == "gemma3" and name.endswith("norm.weight"):
        return weight - 1
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    count = heads.get(name.split(".")[-2])
    if model.family == "llama" and count:
        # The two numbers that turn together stand side by side there, and half a head apart here.
        pairs = weight.reshape(count, config.head_dim // 2, 2, *weight.shape[1:])
        return np.ascontiguousarray(pairs.swapaxes(1, 2).reshape(weight.shape))
    return weight


def _read(model: GgufModel, name: str) -> Floats:
    from gguf import GGMLQuantizationType, dequantize

    tensor = model.tensors[name]
    size = (tensor.rows, tensor.row)
    raw = np.memmap(model.path, np.uint8, "r", tensor.start, size)
    values = np.asarray(dequantize(raw, GGMLQuantizationType(tensor.kind)))
    return np.require(values.reshape(tensor.shape), np.float32, ["C", "W"])


def _turns(model: GgufModel, config: ArchitectureConfig, told: _Told) -> tuple[Floats, Floats]:
    """Cosines and sines of every place, `[context, rotary_dim / 2]` each.

    Some makers stretch them for a longer context. Llama 3.1 stores a divisor for each frequency;
    LongRoPE (arXiv 2402.13753) stores one set for texts within the first context and one for longer
    ones, of which the first is used.
    """
    kind = model.settings.get(f"{model.family}.rope.scaling.type", "none")
    # Heads that turn in part: GroupQueryAttention sees it by the tables' width.
    dim = told.whole(".rope.dimension_count", config.head_dim)
    divisors: Floats | float = 1.0
    gain = np.float32(1)
    stored = _SHORT if _SHORT in model.tensors else _FREQUENCIES
    if stored in model.tensors:
        if model.tensors[stored].shape != (dim // 2,):
            raise ModelError(f"{model.path.name} is damaged: {stored} has another shape.", AGAIN)
        divisors = _read(model, stored)
        gain = np.float32(told.real(".rope.scaling.attn_factor", 1.0))
    elif kind == "linear":
        divisors = told.real(".rope.scaling.factor")
    elif kind != "none":
        raise ModelError(
            f"{model.path.name} stretches its context by a rule that Twite does not know "
            f"({kind!s:.40}).",
            _ANOTHER,
        )
    frequencies = 1 / config.rope_theta ** (np.arange(0, dim, 2, dtype=np.float32) / dim) / divisors
    angles = np.outer(np.arange(model.context_length, dtype=np.float32), frequencies)
    return gain * np.cos(angles), gain * np.sin(angles)


def _tell_layers_apart(
    graph: Graph, config: ArchitectureConfig, turns: tuple[Floats, Floats]
) -> None:
    """Give Gemma 3's layers what mobius drops when it writes them as GroupQueryAttention.

    It lets all layers see all tokens and takes the turns of the first layer for all of them. Five
    of six layers see a window; every sixth sees all tokens, and turns by `turns`.
    """
    import onnx_ir

    tables = []
    for name, values in zip(("cos", "sin"), turns, strict=True):
        tables.append(onnx_ir.Value(name=f"global.{name}", const_value=onnx_ir.tensor(values)))
        graph.register_initializer(tables[-1])
    for node in graph:
        if node.op_type != "GroupQueryAttention":
            continue
        past = node.inputs[3]
        assert past is not None
        _, layer, _ = str(past.name).split(".")  # past_key_values.0.key
        if config.layer_types[int(layer)] == "full_attention":
            node.replace_input_with(7, tables[0])
            node.replace_input_with(8, tables[1])
        elif config.sliding_window:
            window = onnx_ir.AttrInt64("local_window_size", config.sliding_window)
            node.attributes["local_window_size"] = window
