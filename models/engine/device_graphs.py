"""The graphs that move a cache and read logits on a device."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

_VERSIONS = [helper.make_opsetid("", 17)]
_FORMAT = 8
_SIZE = ["rows", "kv_heads", "tokens", "head_dim"]


def copier(buffers: int, dtype: np.dtype[Any]) -> bytes:
    """For each buffer, `targetN` is the first `tokens` of `sourceN`, spread to the rows of `shape`.

    `tokens` `[1]` and `shape` `[4]` are read on the CPU.
    """
    kind = helper.np_dtype_to_tensor_dtype(dtype)
    value = helper.make_tensor_value_info
    nodes: list[NodeProto] = []
    inputs = [
        value(name, TensorProto.INT64, [size]) for name, size in (("tokens", 1), ("shape", 4))
    ]
    outputs: list[ValueInfoProto] = []
    for place in range(buffers):
        source, kept, target = (f"{part}{place}" for part in ("source", "kept", "target"))
        inputs.append(value(source, kind, [f"{axis} of source {place}" for axis in _SIZE]))
        outputs.append(value(target, kind, [f"{axis} of target {place}" for axis in _SIZE]))
        nodes.append(helper.make_node("Slice", [source, "first", "tokens", "axis"], [kept]))
        nodes.append(helper.make_node("Expand", [kept, "shape"], [target]))
    whole = [("first", 0), ("axis", 2)]
    constants = [numpy_helper.from_array(np.array([v], np.int64), name) for name, v in whole]
    graph = helper.make_graph(nodes, "copier", inputs, outputs, constants)
    return _model(graph)


def last_logits(dtype: np.dtype[Any]) -> bytes:
    """`last` `[rows, vocabulary]` is `logits` `[rows, positions, vocabulary]` at the last position.

    Its numbers are made 32 bits wide: on a CPU that takes longer than the longer way over the bus.
    """
    kind = helper.np_dtype_to_tensor_dtype(dtype)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["logits", "end"], ["kept"], axis=1),
            helper.make_node("Cast", ["kept"], ["last"], to=TensorProto.FLOAT),
        ],
        "last_logits",
        [value("logits", kind, ["rows", "positions", "vocabulary"])],
        [value("last", TensorProto.FLOAT, ["rows", "vocabulary"])],
        [numpy_helper.from_array(np.array(-1, np.int64), "end")],
    )
    return _model(graph)


def _model(graph: Any) -> bytes:
    model = helper.make_model(graph, opset_imports=_VERSIONS, ir_version=_FORMAT)
    return bytes(model.SerializeToString())
