"""The fast form of a product on the CPU: int8 activations times int8 weights, without blocks.

`MatMulNBits` has a scale for each block of weights and of activations. `DynamicQuantizeMatMul` has
one for each column of the weights and one for all activations: a seventh faster for several rows, a
fifth for a prompt, and as good where activations are even. Behind a norm they are not, so
`even_out` has the weights take over what is uneven (SmoothQuant, arXiv 2211.10438). What is uneven
still, such as the products of two activations that the MLP ends with, stays in blocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.engine.session import load_graph
from models.install.graph_file import save_graph, values_of

Floats = npt.NDArray[np.float32]
MOST_NOISE = 0.03
"""What rounding activations to 8 bits with one scale may add, as a share of their level.

Of the built-in model's 120 activations, 74 stay below it once they are evened out; the products
that read them lose 0.005 nats a token more than in blocks of 64. Above 0.05 stand nearly all of the
MLP's products of two activations, up to 0.9, and what the last layer's MLP reads.
"""
_NORMS = {
    "RMSNormalization",
    "SimplifiedLayerNormalization",
    "SkipSimplifiedLayerNormalization",
}
_LARGEST = 127
_SMALLEST_LEVEL = 1e-5
"""Channels that are as good as never used are not scaled up without bound."""


def even_out(graph_file: Path, tokens: Sequence[int]) -> frozenset[str]:
    """Make the channels behind each norm as uneven as the weights that read them, in place.

    Both get the geometric mean of their levels (root mean squares, of the activations on these
    tokens). Nothing is lost: a norm's weight is divided by what the weights behind it are
    multiplied by. Returns the names of all activations that are even enough for one scale. Needs
    memory for the fp32 weights twice.
    """
    # onnx is needed for making models alone, and takes a second to import.
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(graph_file))
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    makers = {output: node for node in model.graph.node for output in node.output}
    even = set()
    readers = _readers(model.graph)
    for name, values in _activations(graph_file, list(readers), tokens).items():
        mine = [weights[product.input[1]] for product in readers[name]]
        if makers[name].op_type in _NORMS:
            columns = np.concatenate([numpy_helper.to_array(tensor) for tensor in mine], axis=1)
            factors = np.sqrt(_level(values, axis=0) / _level(columns, axis=1))
            _scale(_weight_of(makers[name], weights), 1 / factors)
            for tensor in mine:
                _scale(tensor, factors[:, None])
            values = values / factors
        if _noise(values) <= MOST_NOISE:
            even.add(name)
    save_graph(model, graph_file)
    return frozenset(even)


def round_columns(graph: Any, even: Collection[str]) -> None:
    """Round the products that read these activations to int8, with a scale for each column.

    Those that read the same become one, so that activations are rounded once. Weights may lie in a
    file of their own, by its whole path.
    """
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for name, products in _readers(graph).items():
        if name in even:
            mine = [weights[product.input[1]] for product in products]
            _replace(graph, products, [values_of(tensor) for tensor in mine])
            for tensor in mine:
                graph.initializer.remove(tensor)


def _readers(graph: Any) -> dict[str, list[Any]]:
    """The activations that only products with a stored weight read, and these products."""
    stored = {tensor.name for tensor in graph.initializer}
    readers: defaultdict[str, list[Any]] = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[name].append(node)
    return {
        name: nodes
        for name, nodes in readers.items()
        if name not in stored
        and all(node.op_type == "MatMul" and node.input[1] in stored for node in nodes)
    }


def _activations(
    graph_file: Path, names: Sequence[str], tokens: Sequence[int]
) -> dict[str, Floats]:
    """What stands at these places after each of the tokens, `[tokens, channels]`."""
    import onnx

    model = onnx.load(str(graph_file), load_external_data=False)
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    showing = graph_file.with_name("activations.onnx")
    onnx.save(model, str(showing))
    graph = load_graph(showing, "cpu")
    ids = np.asarray([tokens], np.int64)
    shapes = graph.shapes
    past = np.zeros((1, shapes.kv_heads, 0, shapes.head_dim), shapes.cache_dtype)
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    if shapes.positions:
        feeds["position_ids"] = np.arange(len(tokens))[None]
    for node in graph.session.get_inputs():
        feeds.setdefault(node.name, past)
    found = graph.session.run(list(names), feeds)
    showing.unlink()
    return {name: values[0] for name, values in zip(names, found, strict=True)}


def _noise(values: Floats) -> float:
    """The error of rounding to 255 steps with one scale, root mean square, over the level of all.

    Rounding errors are even over a step, so they are a step over the root of 12.
    """
    step = (max(0.0, float(values.max())) - min(0.0, float(values.min()))) / 255
    return step / float(np.sqrt(12) * _level(values, axis=None))


def _level(values: Floats, axis: int | None) -> Floats:
    level: Floats = np.sqrt(np.square(values).mean(axis=axis))
    return np.maximum(level, _SMALLEST_LEVEL)


def _weight_of(norm: Any, weights: Mapping[str, Any]) -> Any:
    return next(weights[n] for n in norm.input if n in weights and len(weights[n].dims) == 1)


def _scale(tensor: Any, factors: Floats) -> None:
    from onnx import numpy_helper

    scaled = (numpy_helper.to_array(tensor) * factors).astype(np.float32)
    tensor.CopyFrom(numpy_helper.from_array(scaled, tensor.name))


def _replace(graph: Any, products: Sequence[Any], weights: Sequence[Floats]) -> None:
    """Put one int8 product, and what takes its results apart, in the place of some."""
    from onnx import helper, numpy_helper

    columns = np.concatenate(weights, axis=1)
    scales = np.maximum(np.abs(columns).max(axis=0), np.finfo(np.float32).tiny) / _LARGEST
    name = products[0].input[1]
    stored = {
        f"{name}.int8": np.round(columns / scales).astype(np.int8),
        f"{name}.scale": scales.astype(np.float32),
    }
    inputs = [products[0].input[0], *stored]
    results = [product.output[0] for product in products]
    whole = results if len(results) == 1 else [f"{name}.whole"]
    made = [helper.make_node("DynamicQuantizeMatMul", inputs, whole, domain="com.microsoft")]
    if len(results) > 1:
        stored[f"{name}.widths"] = np.array([weight.shape[1] for weight in weights], np.int64)
        made.append(helper.make_node("Split", [*whole, f"{name}.widths"], results, axis=-1))
    place = list(graph.node).index(products[0])
    for product in products:
        graph.node.remove(product)
    for node in reversed(made):
        graph.node.insert(place, node)
    graph.initializer.extend(numpy_helper.from_array(v, n) for n, v in stored.items())
