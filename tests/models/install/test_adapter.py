"""An adapter is added to the weights it names, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

from models.errors import ModelError
from models.install.adapter import merge_adapter

Q, K, OUT = (f"model.layers.0.self_attn.{name}_proj" for name in "qko")
TOGETHER = f"{Q}.weight__{K}.weight__axis_0__concat_t"
ALONE = f"{OUT}.weight_t"
OTHER = "model.norm.weight"


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A graph with two weights that mobius packed into one, one alone, and a norm."""
    chance = np.random.default_rng(0)
    shapes = {TOGETHER: (4, 6), ALONE: (4, 4), OTHER: (4,)}
    weights = [
        numpy_helper.from_array(chance.standard_normal(shape).astype(np.float32), name)
        for name, shape in shapes.items()
    ]
    node = helper.make_node("Identity", [TOGETHER], ["y"])
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 6])
    folder = tmp_path / "fp32"
    folder.mkdir()
    model = helper.make_model(helper.make_graph([node], "g", [], [output], weights))
    onnx.save(model, str(folder / "model.onnx"))
    return folder / "model.onnx"


def weights(graph: Path) -> dict[str, np.ndarray]:
    model = onnx.load(str(graph))
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def adapter(folder: Path, widths: dict[str, int]) -> tuple[Path, dict[str, np.ndarray]]:
    """A file of rank 2 for weights `[width, 4]`, and the changes that it stands for."""
    chance = np.random.default_rng(1)
    matrices, changes = {}, {}
    for name, width in widths.items():
        a, b = (chance.standard_normal(s).astype(np.float16) for s in ((2, 4), (width, 2)))
        matrices |= {f"{name}.lora_A": a, f"{name}.lora_B": b}
        changes[name] = b.astype(np.float32) @ a.astype(np.float32)
    save_file(matrices, folder / "adapter.safetensors")
    return folder / "adapter.safetensors", changes


def test_weights_that_stand_side_by_side_each_get_their_own_change(
    graph: Path, tmp_path: Path
) -> None:
    before = weights(graph)
    file, changes = adapter(tmp_path, {Q: 4, K: 2})
    merge_adapter(graph, file)
    wanted = before[TOGETHER] + np.concatenate([changes[Q], changes[K]]).T
    np.testing.assert_allclose(weights(graph)[TOGETHER], wanted, rtol=1e-6)


def test_what_the_adapter_does_not_name_stays_as_it_is(graph: Path, tmp_path: Path) -> None:
    before = weights(graph)
    merge_adapter(graph, adapter(tmp_path, {Q: 4, K: 2})[0])
    np.testing.assert_array_equal(weights(graph)[ALONE], before[ALONE])
    np.testing.assert_array_equal(weights(graph)[OTHER], before[OTHER])


@pytest.mark.parametrize(
    "widths",
    [{Q: 4, K: 3}, {Q: 4, K: 2, "model.layers.9.self_attn.o_proj": 4}, {Q: 4}],
    ids=["another width", "a layer too many", "a weight too few"],
)
def test_an_adapter_of_another_model_is_refused(
    graph: Path, tmp_path: Path, widths: dict[str, int]
) -> None:
    file, _ = adapter(tmp_path, widths)
    with pytest.raises(ModelError, match="was made for another model"):
        merge_adapter(graph, file)
