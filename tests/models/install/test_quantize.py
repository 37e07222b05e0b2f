"""Rounded weights: every product and the embedding table, tied to `lm_head` or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from models.engine.cache import cache_for
from models.engine.session import load_graph
from models.engine.step import Step
from models.install.loss import read_all
from models.install.quantize import answer_last_position_only, write_rounded_graph
from tests.helpers.tiny_graph import Array, TinyGraph

TOKENS = [3, 1, 4, 1, 5, 9, 2, 6]
TINY = TinyGraph(positions=True)
PRODUCTS = 9
"""Of `TINY`: four in each of two layers, and the head."""


@pytest.fixture
def fp32(tmp_path: Path) -> Path:
    (tmp_path / "fp32").mkdir()
    return TINY.save(tmp_path / "fp32")


@pytest.fixture
def rounded(tmp_path: Path) -> Path:
    (tmp_path / "rounded").mkdir()
    return tmp_path / "rounded"


def change(graph_file: Path, change_graph: Callable[[Any], None]) -> None:
    model = onnx.load(str(graph_file))
    change_graph(model.graph)
    onnx.save(model, str(graph_file))


def tie(graph: Any) -> None:
    """Make the head multiply by the embedding table, turned round in the graph, as mobius does."""
    for tensor in [tensor for tensor in graph.initializer if tensor.name == "head"]:
        graph.initializer.remove(tensor)
    graph.node.insert(0, helper.make_node("Transpose", ["embedding"], ["head"], perm=[1, 0]))


def tie_by_copy(graph: Any) -> None:
    """The same with a turned copy, as torch's exporter folds it."""
    table = next(tensor for tensor in graph.initializer if tensor.name == "embedding")
    head = next(tensor for tensor in graph.initializer if tensor.name == "head")
    turned = np.ascontiguousarray(numpy_helper.to_array(table).T)
    head.CopyFrom(numpy_helper.from_array(turned, "head"))


def nodes(graph_file: Path, kind: str) -> list[Any]:
    graph = onnx.load(str(graph_file), load_external_data=False).graph
    return [node for node in graph.node if node.op_type == kind]


def attribute(node: Any, name: str) -> int:
    return next(int(a.i) for a in node.attribute if a.name == name)


def logits(graph_file: Path) -> Array:
    return read_all(load_graph(graph_file, "cpu"), TOKENS)


def off(graph_file: Path, exact: Array) -> float:
    """The largest error, as a share of the spread of the logits."""
    return float(np.abs(logits(graph_file) - exact).max() / exact.std())


@pytest.mark.parametrize(("bits", "most"), [(8, 0.05), (4, 0.6)])
def test_every_product_is_rounded_and_the_logits_stay_near(
    fp32: Path, rounded: Path, bits: int, most: float
) -> None:
    graph = write_rounded_graph(fp32, rounded, bits)
    assert len(nodes(graph, "MatMulNBits")) == PRODUCTS
    assert off(graph, TINY.logits(TOKENS)) < most


def test_four_bits_lose_more_than_eight(fp32: Path, rounded: Path) -> None:
    exact = TINY.logits(TOKENS)
    losses = [off(write_rounded_graph(fp32, rounded, bits), exact) for bits in (4, 8)]
    assert losses[0] > 3 * losses[1]


def test_the_head_and_the_embedding_keep_eight_bits(fp32: Path, rounded: Path) -> None:
    graph = write_rounded_graph(fp32, rounded, 4)
    widths = {node.output[0]: attribute(node, "bits") for node in nodes(graph, "MatMulNBits")}
    assert widths.pop("raw") == 8
    assert set(widths.values()) == {4}
    assert [attribute(node, "bits") for node in nodes(graph, "GatherBlockQuantized")] == [8]


def test_a_block_may_be_of_another_length(fp32: Path, rounded: Path) -> None:
    graph = write_rounded_graph(fp32, rounded, 8, block=16)
    assert {attribute(node, "block_size") for node in nodes(graph, "MatMulNBits")} == {16}
    assert off(graph, TINY.logits(TOKENS)) < 0.05


@pytest.mark.parametrize("how", [tie, tie_by_copy])
@pytest.mark.parametrize(("bits", "most"), [(8, 0.05), (4, 0.6)])
def test_a_tied_embedding_is_looked_up_in_the_weights_of_the_head(
    fp32: Path, rounded: Path, how: Callable[[Any], None], bits: int, most: float
) -> None:
    change(fp32, how)
    exact = logits(fp32)
    graph = write_rounded_graph(fp32, rounded, bits)
    weights = {w.name: numpy_helper.to_array(w) for w in onnx.load(str(graph)).graph.initializer}
    head = next(node for node in nodes(graph, "MatMulNBits") if node.output[0] == "raw")
    [lookup] = nodes(graph, "GatherBlockQuantized")
    assert weights[lookup.input[0]].tobytes() == weights[head.input[1]].tobytes()
    assert weights.keys().isdisjoint({"embedding", "head"})
    assert off(graph, exact) < most


def test_an_embedding_of_its_own_is_not_looked_up_in_the_head(fp32: Path, rounded: Path) -> None:
    graph = write_rounded_graph(fp32, rounded, 8)
    weights = {w.name: numpy_helper.to_array(w) for w in onnx.load(str(graph)).graph.initializer}
    head = next(node for node in nodes(graph, "MatMulNBits") if node.output[0] == "raw")
    [lookup] = nodes(graph, "GatherBlockQuantized")
    assert weights[lookup.input[0]].tobytes() != weights[head.input[1]].tobytes()
    assert "embedding" not in weights


def test_an_embedding_that_blocks_do_not_divide_stays_as_it_is(tmp_path: Path) -> None:
    narrow = TinyGraph(heads=3, kv_heads=1)
    graph = write_rounded_graph(narrow.save(tmp_path), tmp_path, 8)
    assert not nodes(graph, "GatherBlockQuantized")
    assert off(graph, narrow.logits(TOKENS)) < 0.05


def test_weights_in_a_file_of_their_own_come_out_the_same(
    fp32: Path, rounded: Path, tmp_path: Path
) -> None:
    inline = write_rounded_graph(fp32, rounded, 4).with_name("model.onnx.data").read_bytes()
    apart = save_apart(onnx.load(str(fp32)), tmp_path)
    write_rounded_graph(apart, rounded, 4)
    assert (rounded / "model.onnx.data").read_bytes() == inline


def test_constants_in_the_file_of_the_weights_come_along(
    fp32: Path, rounded: Path, tmp_path: Path
) -> None:
    model = onnx.load(str(fp32))
    zero = numpy_helper.from_array(np.zeros((), np.float32))
    model.graph.node.insert(0, helper.make_node("Constant", [], ["nothing"], value=zero))
    cast = next(node for node in model.graph.node if node.output[0] == "logits")
    add = helper.make_node("Add", ["raw", "nothing"], ["summed"])
    cast.input[0] = "summed"
    model.graph.node.insert(len(model.graph.node) - 1, add)
    graph = write_rounded_graph(save_apart(model, tmp_path), rounded, 8)
    assert off(graph, TINY.logits(TOKENS)) < 0.05


def save_apart(model: Any, folder: Path) -> Path:
    """Save a graph whose every tensor lies in a file beside it, as optimum saves large ones."""
    graph = folder / "apart.onnx"
    onnx.save(
        model,
        str(graph),
        save_as_external_data=True,
        location="weights",
        size_threshold=0,
        convert_attribute=True,
    )
    return graph


def cap(graph: Any) -> None:
    """Scale the logits and cap them, as Gemma 2 does."""
    half = numpy_helper.from_array(np.array(0.5, np.float32))
    cast = next(node for node in graph.node if node.output[0] == "logits")
    cast.input[0] = "capped"
    end = len(graph.node) - 1
    graph.node.insert(end, helper.make_node("Tanh", ["scaled"], ["capped"]))
    graph.node.insert(end, helper.make_node("Mul", ["half", "raw"], ["scaled"]))
    graph.node.insert(0, helper.make_node("Constant", [], ["half"], value=half))


@pytest.mark.parametrize("how", [lambda _graph: None, cap], ids=["as they are", "capped"])
def test_the_head_is_computed_for_the_last_position_alone(
    fp32: Path, rounded: Path, how: Callable[[Any], None]
) -> None:
    change(fp32, how)
    graph = write_rounded_graph(fp32, rounded, 8)
    whole = logits(graph)
    answer_last_position_only(graph)
    loaded = load_graph(graph, "cpu")
    assert loaded.shapes.last_only
    head = next(node for node in nodes(graph, "MatMulNBits") if node.output[0] == "raw")
    assert head.input[0] == nodes(graph, "Slice")[-1].output[0]
    cache = cache_for(loaded.shapes, 1, len(TOKENS))
    step = Step(loaded, cache, rows=1, width=len(TOKENS))
    cache.lengthen(len(TOKENS), [len(TOKENS)])
    np.testing.assert_allclose(step.run(TOKENS, [len(TOKENS)])[0], whole[-1], atol=1e-5)


def test_logits_that_no_product_gives_are_refused(fp32: Path, rounded: Path) -> None:
    def soften(graph: Any) -> None:
        cast = next(node for node in graph.node if node.output[0] == "logits")
        cast.input[0] = "soft"
        graph.node.insert(len(graph.node) - 1, helper.make_node("Softmax", ["raw"], ["soft"]))

    change(fp32, soften)
    with pytest.raises(ValueError, match="the logits come from Softmax"):
        write_rounded_graph(fp32, rounded, 4)
