"""A graph as large as a model of eight billion parameters, whose 4-bit weights are noise.

Its shapes are those of Llama 3 8B, its operators and widths those that Twite's own import writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from models.install.quantize import BLOCK, HEAD_BITS

_AT_ONCE = 1 << 26
_SCALE = np.float32(0.002)
_ALIGNED = 4096
"""Bytes: what lies on a page of its own can be mapped by itself."""
_FLOAT, _BYTES = TensorProto.FLOAT, TensorProto.UINT8


@dataclass(frozen=True)
class Size:
    """The shapes of a decoder with grouped attention."""

    layers: int = 32
    hidden: int = 4096
    heads: int = 32
    kv_heads: int = 8
    inner: int = 14_336
    vocabulary: int = 128_256
    context: int = 8192

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads


class LargeGraph:
    """Writes `model.onnx`, and its weights in a stream beside it."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._chance = np.random.default_rng(1)
        self._nodes: list[NodeProto] = []
        self._tensors: list[TensorProto] = []
        self._weights: BinaryIO

    def write(self, folder: Path) -> Path:
        """Write both files; returns the graph's path."""
        size = self._size
        graph = folder / "model.onnx"
        with (folder / "model.onnx.data").open("wb") as self._weights:
            self._embedding()
            self._lengths()
            for layer in range(size.layers):
                self._layer(layer)
            self._norm(f"x{size.layers}", "final")
            self._add("Slice", ["final", "minus_one", "far", "one_axis"], "last")
            self._product("last", "logits", size.hidden, size.vocabulary, HEAD_BITS)
        versions = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
        made = helper.make_graph(
            self._nodes, "large", self._inputs(), self._outputs(), self._tensors
        )
        onnx.save(helper.make_model(made, opset_imports=versions, ir_version=10), str(graph))
        return graph

    def _inputs(self) -> list[Any]:
        number = helper.make_tensor_value_info
        return [
            number("input_ids", TensorProto.INT64, ["rows", "new"]),
            number("attention_mask", TensorProto.INT64, ["rows", "all"]),
            *(number(f"past_key_values.{name}", _FLOAT, shape) for name, shape in self._caches()),
        ]

    def _outputs(self) -> list[Any]:
        number = helper.make_tensor_value_info
        return [
            number("logits", _FLOAT, ["rows", 1, self._size.vocabulary]),
            *(number(f"present.{name}", _FLOAT, shape) for name, shape in self._caches()),
        ]

    def _caches(self) -> Iterator[tuple[str, list[str | int]]]:
        size = self._size
        for layer in range(size.layers):
            for kind in ("key", "value"):
                yield f"{layer}.{kind}", ["rows", size.kv_heads, "tokens", size.head_dim]

    def _embedding(self) -> None:
        size = self._size
        rows = [size.vocabulary, size.hidden]
        self._noise("embedding", rows)
        self._scales("embedding.scale", [size.vocabulary, size.hidden // BLOCK])
        self._contrib(
            "GatherBlockQuantized",
            ["embedding", "input_ids", "embedding.scale"],
            ["x0"],
            bits=HEAD_BITS,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        )

    def _lengths(self) -> None:
        """What attention wants to know of the mask, and of places."""
        whole = {"one": 1, "one_axis": [1], "minus_one": [-1], "far": [1 << 40]}
        self._tensors += [
            numpy_helper.from_array(np.array(value, np.int64), name)
            for name, value in whole.items()
        ]
        angles = np.outer(
            np.arange(self._size.context),
            500_000.0 ** (-np.arange(0, self._size.head_dim, 2) / self._size.head_dim),
        )
        for name, turn in (("cos", np.cos), ("sin", np.sin)):
            self._tensors.append(numpy_helper.from_array(turn(angles).astype(np.float32), name))
        self._add("ReduceSum", ["attention_mask", "one_axis"], "counts", keepdims=0)
        self._add("Sub", ["counts", "one"], "before")
        self._add("Cast", ["before"], "lengths", to=TensorProto.INT32)
        self._add("Shape", ["attention_mask"], "mask_shape")
        self._add("Gather", ["mask_shape", "one"], "all")
        self._add("Cast", ["all"], "total", to=TensorProto.INT32)

    def _layer(self, layer: int) -> None:
        size = self._size
        kv = size.kv_heads * size.head_dim
        at = f"layer{layer}"
        self._norm(f"x{layer}", f"{at}.normed")
        for name, width in (("q", size.hidden), ("k", kv), ("v", kv)):
            self._product(f"{at}.normed", f"{at}.{name}", size.hidden, width)
        kinds = ("key", "value")
        self._contrib(
            "GroupQueryAttention",
            [
                *(f"{at}.{name}" for name in "qkv"),
                *(f"past_key_values.{layer}.{kind}" for kind in kinds),
                *("lengths", "total", "cos", "sin"),
            ],
            [f"{at}.seen", *(f"present.{layer}.{kind}" for kind in kinds)],
            num_heads=size.heads,
            kv_num_heads=size.kv_heads,
            do_rotary=1,
        )
        self._product(f"{at}.seen", f"{at}.out", size.hidden, size.hidden)
        self._add("Add", [f"x{layer}", f"{at}.out"], f"{at}.middle")
        self._norm(f"{at}.middle", f"{at}.again")
        for name in ("gate", "up"):
            self._product(f"{at}.again", f"{at}.{name}", size.hidden, size.inner)
        self._add("Sigmoid", [f"{at}.gate"], f"{at}.open")
        self._add("Mul", [f"{at}.gate", f"{at}.open"], f"{at}.silu")
        self._add("Mul", [f"{at}.silu", f"{at}.up"], f"{at}.gated")
        self._product(f"{at}.gated", f"{at}.down", size.inner, size.hidden)
        self._add("Add", [f"{at}.middle", f"{at}.down"], f"x{layer + 1}")

    def _norm(self, source: str, result: str) -> None:
        name = f"{result}.weight"
        self._tensors.append(numpy_helper.from_array(np.ones(self._size.hidden, np.float32), name))
        self._add("SimplifiedLayerNormalization", [source, name], result, axis=-1, epsilon=1e-5)

    def _product(self, source: str, result: str, inner: int, outer: int, bits: int = 4) -> None:
        blocks = inner // BLOCK
        self._noise(f"{result}.weight", [outer, blocks, BLOCK * bits // 8])
        self._scales(f"{result}.scale", [outer * blocks])
        self._contrib(
            "MatMulNBits",
            [source, f"{result}.weight", f"{result}.scale"],
            [result],
            K=inner,
            N=outer,
            bits=bits,
            block_size=BLOCK,
            accuracy_level=4,
        )

    def _add(self, kind: str, inputs: list[str], result: str, **more: Any) -> None:
        self._nodes.append(helper.make_node(kind, inputs, [result], name=result, **more))

    def _contrib(self, kind: str, inputs: list[str], results: list[str], **more: Any) -> None:
        self._nodes.append(
            helper.make_node(kind, inputs, results, name=results[0], domain="com.microsoft", **more)
        )

    def _noise(self, name: str, shape: list[int]) -> None:
        left = int(np.prod(shape))
        self._outside(name, _BYTES, shape, left)
        # Never the same twice: onnxruntime keeps equal weights once.
        while left:
            left -= self._weights.write(self._chance.bytes(min(left, _AT_ONCE)))

    def _scales(self, name: str, shape: list[int]) -> None:
        values = np.full(shape, _SCALE)
        self._outside(name, _FLOAT, shape, values.nbytes)
        self._weights.write(values.tobytes())

    def _outside(self, name: str, kind: int, shape: list[int], length: int) -> None:
        """Announce a tensor, whose bytes come next in the file of weights."""
        self._weights.write(b"\0" * (-self._weights.tell() % _ALIGNED))
        tensor = TensorProto(name=name, data_type=kind, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        place = {"location": "model.onnx.data", "offset": self._weights.tell(), "length": length}
        for key, value in place.items():
            tensor.external_data.add(key=key, value=str(value))
        self._tensors.append(tensor)
