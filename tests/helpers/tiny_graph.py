"""A decoder of two layers and a few hundred random weights, as graphs of every accepted shape.

`TinyGraph.save` writes it; `TinyGraph.logits` is the same model in numpy, without any cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

Array = npt.NDArray[np.float32]
LAYERS = 2
HEAD_DIM = 8
PLACES = 64
_KINDS = ("key", "value")
_TYPES = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16}


@dataclass(frozen=True)
class TinyGraph:
    """What the graph looks like.

    Attributes:
        grouped: GroupQueryAttention, or attention spelled out over a joined cache.
        positions: whether it adds a vector for each of the `position_ids`.
        kind: of cache, weights and logits; `logits_kind` of the logits where they differ.
        past_axes: the name or number of the cache's token axis, a layer.
        window: how many tokens the cache hands back; all where 0.
        extra_input: the name of one more input, or nothing.
    """

    grouped: bool = True
    positions: bool = False
    kind: str = "float32"
    logits_kind: str = ""
    heads: int = 4
    kv_heads: int = 2
    vocabulary: int = 16
    past_axes: tuple[str | int, ...] = ("past", "past")
    window: int = 0
    extra_input: str = ""
    weights: dict[str, Array] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(7)
        hidden, kv = self.heads * HEAD_DIM, self.kv_heads * HEAD_DIM
        shapes = {"embedding": (self.vocabulary, hidden), "places": (PLACES, hidden)}
        shapes["head"] = (hidden, self.vocabulary)
        for layer in range(LAYERS):
            shapes |= {f"q{layer}": (hidden, hidden), f"o{layer}": (hidden, hidden)}
            shapes |= {f"k{layer}": (hidden, kv), f"v{layer}": (hidden, kv)}
        drawn = {name: chance.standard_normal(shape) for name, shape in shapes.items()}
        scaled = {n: w if n in ("embedding", "places") else w / 4 for n, w in drawn.items()}
        scaled["head"] *= 4
        kept = {n: (w * 0.5).astype(self.kind).astype(np.float32) for n, w in scaled.items()}
        object.__setattr__(self, "weights", kept)

    def logits(self, tokens: Sequence[int]) -> Array:
        """The logits `[tokens, vocabulary]` after each token."""
        w = self.weights
        count, group = len(tokens), self.heads // self.kv_heads
        x = w["embedding"][list(tokens)]
        x = x + w["places"][:count] if self.positions else x
        unseen = np.triu(np.full((count, count), -np.inf, np.float32), 1)
        for layer in range(LAYERS):
            q, k, v = (_split(x @ w[f"{name}{layer}"]) for name in "qkv")
            k, v = np.repeat(k, group, axis=0), np.repeat(v, group, axis=0)
            scores = q @ k.transpose(0, 2, 1) / np.sqrt(HEAD_DIM) + unseen
            chances = np.exp(scores - scores.max(-1, keepdims=True))
            chances /= chances.sum(-1, keepdims=True)
            x = x + (chances @ v).transpose(1, 0, 2).reshape(count, -1) @ w[f"o{layer}"]
        result: Array = x @ w["head"]
        return result

    def save(self, folder: Path) -> Path:
        """Write `model.onnx` into a folder."""
        weights = [
            numpy_helper.from_array(weight.astype(self.kind), name)
            for name, weight in self.weights.items()
        ]
        graph = helper.make_graph(
            self._nodes(), "tiny", self._inputs(), self._outputs(), [*weights, *self._constants()]
        )
        versions = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=10)
        onnx.save(model, str(folder / "model.onnx"))
        return folder / "model.onnx"

    def _inputs(self) -> list[ValueInfoProto]:
        number = helper.make_tensor_value_info
        made = [number("input_ids", TensorProto.INT64, ["rows", "new"])]
        made += [number("attention_mask", TensorProto.INT64, ["rows", "all"])]
        if self.positions:
            made += [number("position_ids", TensorProto.INT64, ["rows", "new"])]
        if self.extra_input:
            made += [number(self.extra_input, TensorProto.INT64, ["rows", "new"])]
        return made + self._caches("past_key_values", self.past_axes)

    def _outputs(self) -> list[ValueInfoProto]:
        kind = _TYPES[self.logits_kind or self.kind]
        size: list[str | int | None] = ["rows", "new", self.vocabulary]
        made = [helper.make_tensor_value_info("logits", kind, size)]
        return made + self._caches("present", ("all",) * LAYERS)

    def _caches(self, lead: str, axes: Sequence[str | int]) -> list[ValueInfoProto]:
        return [
            helper.make_tensor_value_info(
                f"{lead}.{layer}.{kind}",
                _TYPES[self.kind],
                ["rows", self.kv_heads, axes[layer], HEAD_DIM],
            )
            for layer in range(LAYERS)
            for kind in _KINDS
        ]

    def _constants(self) -> list[onnx.TensorProto]:
        group = self.heads // self.kv_heads
        whole = {
            "zero": np.array(0),
            "one": np.array(1),
            "first": np.array([1]),
            "third": np.array([2]),
            "window_start": np.array([-self.window]),
            "far": np.array([1 << 40]),
            "split_q": np.array([0, 0, self.heads, HEAD_DIM]),
            "split_kv": np.array([0, 0, self.kv_heads, HEAD_DIM]),
            "joined": np.array([0, 0, self.heads * HEAD_DIM]),
            "of_group": np.repeat(np.arange(self.kv_heads), group),
            "mask_axes": np.array([1, 2]),
        }
        parts = {"unseen": np.array(-30000.0), "seen": np.array(0.0)}
        parts["scale"] = np.array(HEAD_DIM**-0.5)
        return [
            *(numpy_helper.from_array(v.astype(np.int64), n) for n, v in whole.items()),
            *(numpy_helper.from_array(v.astype(self.kind), n) for n, v in parts.items()),
        ]

    def _nodes(self) -> list[NodeProto]:
        make = helper.make_node
        nodes = [make("Gather", ["embedding", "input_ids"], ["x0"])]
        if self.positions:
            nodes = [make("Gather", ["embedding", "input_ids"], ["words"])]
            nodes += [make("Gather", ["places", "position_ids"], ["where"])]
            nodes += [make("Add", ["words", "where"], ["x0"])]
        nodes += _lengths() if self.grouped else _plain_mask()
        for layer in range(LAYERS):
            nodes += [
                make("MatMul", [f"x{layer}", f"{name}{layer}"], [f"{name}_{layer}"])
                for name in "qkv"
            ]
            nodes += self._grouped(layer) if self.grouped else self._plain(layer)
            nodes += [
                make("MatMul", [f"attended{layer}", f"o{layer}"], [f"out{layer}"]),
                make("Add", [f"x{layer}", f"out{layer}"], [f"x{layer + 1}"]),
            ]
        kind = _TYPES[self.logits_kind or self.kind]
        return [
            *nodes,
            make("MatMul", [f"x{LAYERS}", "head"], ["raw"]),
            make("Cast", ["raw"], ["logits"], to=kind),
        ]

    def _grouped(self, layer: int) -> list[NodeProto]:
        past = [f"past_key_values.{layer}.{kind}" for kind in _KINDS]
        new = [f"{name}_{layer}" for name in "qkv"]
        return [
            helper.make_node(
                "GroupQueryAttention",
                [*new, *past, "lengths", "total"],
                [f"attended{layer}", *(f"present.{layer}.{kind}" for kind in _KINDS)],
                domain="com.microsoft",
                num_heads=self.heads,
                kv_num_heads=self.kv_heads,
            )
        ]

    def _plain(self, layer: int) -> list[NodeProto]:
        make = helper.make_node
        nodes = []
        for name, split in (("q", "split_q"), ("k", "split_kv"), ("v", "split_kv")):
            nodes += [
                make("Reshape", [f"{name}_{layer}", split], [f"{name}s{layer}"]),
                make("Transpose", [f"{name}s{layer}"], [f"{name}t{layer}"], perm=[0, 2, 1, 3]),
            ]
        for name, kind in zip("kv", _KINDS, strict=True):
            past, present = f"past_key_values.{layer}.{kind}", f"present.{layer}.{kind}"
            whole = f"whole.{layer}.{kind}"
            nodes += [
                make("Concat", [past, f"{name}t{layer}"], [whole], axis=2),
                make("Slice", [whole, "window_start", "far", "third"], [present])
                if self.window
                else make("Identity", [whole], [present]),
                make("Gather", [whole, "of_group"], [f"{name}g{layer}"], axis=1),
            ]
        return [
            *nodes,
            make("Transpose", [f"kg{layer}"], [f"kT{layer}"], perm=[0, 1, 3, 2]),
            make("MatMul", [f"qt{layer}", f"kT{layer}"], [f"dots{layer}"]),
            make("Mul", [f"dots{layer}", "scale"], [f"scaled{layer}"]),
            make("Add", [f"scaled{layer}", "mask"], [f"masked{layer}"]),
            make("Softmax", [f"masked{layer}"], [f"chances{layer}"], axis=-1),
            make("MatMul", [f"chances{layer}", f"vg{layer}"], [f"mixed{layer}"]),
            make("Transpose", [f"mixed{layer}"], [f"rows{layer}"], perm=[0, 2, 1, 3]),
            make("Reshape", [f"rows{layer}", "joined"], [f"attended{layer}"]),
        ]


def _split(values: Array) -> Array:
    """`[tokens, heads * dim]` as `[heads, tokens, dim]`."""
    return values.reshape(len(values), -1, HEAD_DIM).transpose(1, 0, 2)


def _lengths() -> list[NodeProto]:
    """What GroupQueryAttention wants to know of the mask."""
    make = helper.make_node
    return [
        make("ReduceSum", ["attention_mask", "first"], ["counts"], keepdims=0),
        make("Sub", ["counts", "one"], ["last"]),
        make("Cast", ["last"], ["lengths"], to=TensorProto.INT32),
        make("Shape", ["attention_mask"], ["mask_shape"]),
        make("Gather", ["mask_shape", "one"], ["all"]),
        make("Cast", ["all"], ["total"], to=TensorProto.INT32),
    ]


def _plain_mask() -> list[NodeProto]:
    """`[rows, 1, new, all]`: what a token may not see, because it is later or masked."""
    make = helper.make_node
    return [
        make("Shape", ["attention_mask"], ["mask_shape"]),
        make("Gather", ["mask_shape", "one"], ["all"]),
        make("Shape", ["input_ids"], ["ids_shape"]),
        make("Gather", ["ids_shape", "one"], ["new"]),
        make("Sub", ["all", "new"], ["before"]),
        make("Range", ["zero", "all", "one"], ["keys"]),
        make("Range", ["before", "all", "one"], ["queries"]),
        make("Unsqueeze", ["queries", "first"], ["column"]),
        make("LessOrEqual", ["keys", "column"], ["earlier"]),
        make("Unsqueeze", ["attention_mask", "mask_axes"], ["wide_mask"]),
        make("Cast", ["wide_mask"], ["counted"], to=TensorProto.BOOL),
        make("And", ["earlier", "counted"], ["visible"]),
        make("Where", ["visible", "seen", "unseen"], ["mask"]),
    ]
