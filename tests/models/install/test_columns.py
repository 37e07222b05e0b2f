"""Products in whole columns: evening out loses nothing, and what stays uneven stays out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from models.engine.session import load_graph
from models.errors import ModelError
from models.install import builtin, columns
from models.install.activations import activations
from models.install.columns import even_out
from models.install.loss import Reference, read_all
from models.install.quantize import write_rounded_graph
from tests.helpers.tiny_graph import Array, TinyGraph

TOKENS = [3, 1, 4, 1, 5, 9, 2, 6]
TINY = TinyGraph(positions=True, heads=32, kv_heads=32)
HIDDEN = TINY.weights["q0"].shape[0]
NORMS = ["normed0", "normed1"]
UNEVEN = 300.0
"""How much larger one channel is than the others."""


@pytest.fixture
def uneven(tmp_path: Path) -> Path:
    """A graph with a norm in each layer, one of whose channels is far larger than the others."""
    (tmp_path / "fp32").mkdir()
    file = TINY.save(tmp_path / "fp32")
    model = onnx.load(str(file))
    for layer, name in enumerate(NORMS):
        _put_norm(model.graph, layer, name)
    onnx.save(model, str(file))
    # Logits of some hundreds would leave one token a chance at all.
    _scale(file, "head", 1e-3)
    return file


@pytest.fixture
def rounded(tmp_path: Path) -> Path:
    (tmp_path / "rounded").mkdir()
    return tmp_path / "rounded"


def _put_norm(graph: Any, layer: int, name: str) -> None:
    """Have queries, keys and values read a norm; the weights make up for its large channel."""
    gain = np.ones(len(TINY.weights["q0"]), np.float32)
    gain[5] = UNEVEN
    graph.initializer.append(numpy_helper.from_array(gain, f"gain{layer}"))
    readers = [node for node in graph.node if node.output[0] in _reading(layer)]
    for node in readers:
        weight = next(tensor for tensor in graph.initializer if tensor.name == node.input[1])
        weight.CopyFrom(
            numpy_helper.from_array(numpy_helper.to_array(weight) / gain[:, None], weight.name)
        )
    norm = helper.make_node(
        "SimplifiedLayerNormalization", [readers[0].input[0], f"gain{layer}"], [name]
    )
    graph.node.insert(list(graph.node).index(readers[0]), norm)
    for node in graph.node:
        if node.output[0] in _reading(layer):
            node.input[0] = name


def _scale(file: Path, weight: str, factor: float, channels: slice = slice(None)) -> None:
    """Multiply what a weight gives, in all channels or in some."""
    model = onnx.load(str(file))
    tensor = next(tensor for tensor in model.graph.initializer if tensor.name == weight)
    values = numpy_helper.to_array(tensor).copy()
    values[:, channels] *= factor
    tensor.CopyFrom(numpy_helper.from_array(values, weight))
    onnx.save(model, str(file))


def _make_uneven(file: Path, weight: str) -> None:
    """Make one channel of what a weight gives far larger than the others."""
    _scale(file, weight, UNEVEN, slice(3, 4))


def _put_factors(file: Path) -> None:
    """Have the head read the product of two activations, of which one is linear in a weight."""
    model = onnx.load(str(file))
    graph = model.graph
    head = next(node for node in graph.node if "head" in node.input)
    chance = np.random.default_rng(3)
    for name in ("gate", "up"):
        weight = chance.standard_normal((HIDDEN, HIDDEN)).astype(np.float32) / HIDDEN
        graph.initializer.append(numpy_helper.from_array(weight, name))
    made = [
        helper.make_node("MatMul", ["x2", "gate"], ["gated"]),
        helper.make_node("Sigmoid", ["gated"], ["opened"]),
        helper.make_node("MatMul", ["x2", "up"], ["upped"]),
        helper.make_node("Mul", ["opened", "upped"], ["both"]),
    ]
    for node in reversed(made):
        graph.node.insert(list(graph.node).index(head), node)
        head = node
    graph.node[list(graph.node).index(made[-1]) + 1].input[0] = "both"
    onnx.save(model, str(file))


def _reading(layer: int) -> list[str]:
    return [f"{name}_{layer}" for name in "qkv"]


def kinds(graph_file: Path) -> list[str]:
    graph = onnx.load(str(graph_file), load_external_data=False).graph
    return [node.op_type for node in graph.node]


def logits(graph_file: Path) -> Array:
    return read_all(load_graph(graph_file, "cpu"), TOKENS)


def off(graph_file: Path, exact: Array) -> float:
    """The largest error, as a share of the spread of the logits."""
    return float(np.abs(logits(graph_file) - exact).max() / exact.std())


def test_evening_out_changes_no_logits_and_leaves_no_other_file(uneven: Path) -> None:
    exact = logits(uneven)
    even_out(uneven, TOKENS)
    assert off(uneven, exact) < 1e-4
    assert {file.name for file in uneven.parent.iterdir()} <= {"model.onnx", "model.onnx.data"}


def test_what_a_norm_makes_is_even_enough_afterwards(uneven: Path) -> None:
    assert even_out(uneven, TOKENS) >= set(NORMS)


def test_products_that_read_the_same_become_one_and_the_logits_stay_near(
    uneven: Path, rounded: Path
) -> None:
    exact = logits(uneven)
    even_out(uneven, TOKENS)
    graph = write_rounded_graph(uneven, rounded, 8, even=NORMS)
    # Of nine products, six have become two, one in each layer.
    assert kinds(graph).count("DynamicQuantizeMatMul") == 2
    assert kinds(graph).count("MatMulNBits") == 3
    assert off(graph, exact) < 0.1


def test_without_evening_out_one_scale_for_all_activations_loses_far_more(
    uneven: Path, rounded: Path
) -> None:
    exact = logits(uneven)
    as_it_was = off(write_rounded_graph(uneven, rounded, 8, even=NORMS), exact)
    even_out(uneven, TOKENS)
    assert as_it_was > 5 * off(write_rounded_graph(uneven, rounded, 8, even=NORMS), exact)


def test_an_outlier_that_no_weight_can_take_over_is_not_even(
    uneven: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the head reads is a sum.
    _make_uneven(uneven, "o1")
    monkeypatch.setattr(columns, "MOST_NOISE", 0.02)
    even = even_out(uneven, TOKENS)
    assert "x2" not in even
    assert even >= {*NORMS, "attended0", "attended1"}


@pytest.mark.parametrize("kv_heads", [32, 8])
def test_an_outlier_of_what_attention_adds_up_is_taken_over_by_the_values(
    tmp_path: Path, kv_heads: int
) -> None:
    tiny = replace(TINY, kv_heads=kv_heads)
    file = tiny.save(tmp_path)
    _make_uneven(file, "v0")
    exact = logits(file)
    assert "attended0" in even_out(file, TOKENS)
    assert off(file, exact) < 1e-3


def test_an_outlier_of_a_factor_is_taken_over_by_its_weight(uneven: Path) -> None:
    _put_factors(uneven)
    _make_uneven(uneven, "up")
    exact = logits(uneven)
    even_out(uneven, TOKENS)
    levels = np.abs(activations(uneven, ["both"], TOKENS)["both"]).mean(axis=0)
    assert levels.max() < UNEVEN / 10 * np.median(levels)
    assert off(uneven, exact) < 1e-4


def test_activations_that_something_else_reads_too_are_left_alone(tmp_path: Path) -> None:
    plain = TINY.save(tmp_path)
    # Behind the first layer, what the products read is also added to what they make.
    assert not even_out(plain, TOKENS) & {"x0", "x1"}


@pytest.fixture
def losses(uneven: Path, rounded: Path, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What whole columns lose that read activations which are not even, and what blocks lose."""
    _make_uneven(uneven, "o1")
    monkeypatch.setattr(columns, "MOST_NOISE", 1.0)
    copied = shutil.copytree(uneven.parent, uneven.parent.with_name("copied")) / uneven.name
    even = even_out(copied, TOKENS)
    reference = Reference(copied, [TOKENS])
    graphs = (write_rounded_graph(copied, rounded, 8, 128, names) for names in (even, ()))
    return [reference.divergence(graph) for graph in graphs]


@pytest.mark.parametrize(
    ("limit", "precision"),
    [(0, "8-bit, whole columns and blocks of 128"), (1, "8-bit, blocks of 128")],
)
def test_where_whole_columns_lose_too_much_blocks_are_written(
    uneven: Path,
    rounded: Path,
    losses: list[float],
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    precision: str,
) -> None:
    assert losses[0] > losses[1]
    monkeypatch.setattr(builtin, "LOSS_LIMIT", losses[limit] * 1.01)
    written = builtin.write_fastest(uneven, TOKENS, TOKENS, rounded, lambda _text, _share: None)
    assert written == (precision, pytest.approx(losses[limit], rel=0.01))


def test_a_model_that_loses_too_much_either_way_is_refused(
    uneven: Path, rounded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtin, "LOSS_LIMIT", 0.0)
    with pytest.raises(ModelError, match="lost too much"):
        builtin.write_fastest(uneven, TOKENS, TOKENS, rounded, lambda _text, _share: None)
