"""Weights that two tensors hold alike are written once, whatever their shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.install.graph_file import save_graph

SIZE = 1 << 19
NUMBERS = np.arange(SIZE, dtype=np.float32)


def sum_of(one: np.ndarray, other: np.ndarray) -> onnx.ModelProto:
    """A graph that adds a number to every one of two weights, and gives both."""
    weights = {"one": one, "other": other}
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", name], [f"{name} more"]) for name in weights],
        "sum",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info(f"{n} more", TensorProto.FLOAT, None) for n in weights],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


@pytest.mark.parametrize(
    ("other", "copies"),
    [(NUMBERS, 1), (NUMBERS.reshape(2, -1), 1), (NUMBERS[::-1].copy(), 2)],
    ids=["the same", "the same in another shape", "others"],
)
def test_equal_weights_are_written_once_and_read_as_often_as_they_are_used(
    tmp_path: Path, other: np.ndarray, copies: int
) -> None:
    file = tmp_path / "model.onnx"
    save_graph(sum_of(NUMBERS, other), file)
    size = file.with_name("model.onnx.data").stat().st_size
    assert size == pytest.approx(copies * NUMBERS.nbytes, rel=0.1)
    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found = session.run(None, {"x": np.ones(1, np.float32)})
    for values, wanted in zip(found, (NUMBERS, other), strict=True):
        np.testing.assert_array_equal(values, wanted + 1)
