"""The fast form of a product on the CPU: int8 activations times int8 weights, without blocks.

`MatMulNBits` has a scale for each block of weights and of activations. `DynamicQuantizeMatMul` has
one for each column of the weights and one for all activations: a seventh faster for several rows, a
fifth for a prompt, and as good where activations are even. They are not, so `even_out` has the
weights take over what is uneven (SmoothQuant, arXiv 2211.10438). What is uneven still, such as the
products of two activations that the MLP ends with, stays in blocks, where less is lost now, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.install.activations import activations
from models.install.graph_file import save_graph, values_of

Floats = npt.NDArray[np.float32]
MOST_NOISE = 0.04
"""What rounding activations to 8 bits with one scale may add, as a share of their level.

Of the built-in model's 120 activations, 82 stay below it once they are evened out; the products
that read them lose 0.004 nats a token more than in blocks of 64. Above it stand all of the MLP's
products of two activations, of which 18 more below 0.06 would lose 0.011 nats.
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
    """Make the channels of activations as uneven as the weights that read them, in place.

    Both get the geometric mean of their levels (root mean squares, of the activations on these
    tokens). Nothing is lost: what activations are made by is divided by what the weights that read
    them are multiplied by. That is the weight of a norm, of the values that attention adds up, or
    of one of two factors. Returns the names of all activations that are even enough for one scale.
    Needs memory for the fp32 weights twice.
    """
    # onnx is needed for making models alone, and takes a second to import.
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(graph_file))
    makers = _Makers(model.graph)
    even = set()
    readers = _readers(model.graph)
    for name, values in activations(graph_file, list(readers), tokens).items():
        mine = [makers.weights[product.input[1]] for product in readers[name]]
        columns = np.concatenate([numpy_helper.to_array(tensor) for tensor in mine], axis=1)
        wanted = np.sqrt(_level(values, axis=0) / _level(columns, axis=1))
        factors = makers.divide(name, wanted)
        for tensor in mine:
            _scale(tensor, factors[:, None])
        if _noise(values / factors) <= MOST_NOISE:
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


def _noise(values: Floats) -> float:
    """The error of rounding to 255 steps with one scale, root mean square, over the level of all.

    Rounding errors are even over a step, so they are a step over the root of 12.
    """
    step = (max(0.0, float(values.max())) - min(0.0, float(values.min()))) / 255
    return step / float(np.sqrt(12) * _level(values, axis=None))


def _level(values: Floats, axis: int | None) -> Floats:
    level: Floats = np.sqrt(np.square(values).mean(axis=axis))
    return np.maximum(level, _SMALLEST_LEVEL)


class _Makers:
    """What activations are made by, as far as it is linear in a stored weight."""

    def __init__(self, graph: Any) -> None:
        self.weights = {tensor.name: tensor for tensor in graph.initializer}
        self._makers = {output: node for node in graph.node for output in node.output}
        self._uses = Counter(name for node in graph.node for name in node.input)

    def divide(self, name: str, factors: Floats) -> Floats:
        """Divide the channels of an activation, `[channels]`, by these or by what comes nearest;
        returns what they were divided by.
        """
        maker = self._makers[name]
        if maker.op_type in _NORMS:
            gain = next(n for n in maker.input if n in self.weights)
            _scale(self.weights[gain], 1 / factors)
            return factors
        if maker.op_type == "Mul":
            return self._divide_a_factor(maker, factors)
        if maker.op_type == "GroupQueryAttention":
            return self._divide_values(maker, factors)
        return np.ones_like(factors)

    def _divide_a_factor(self, product: Any, factors: Floats) -> Floats:
        for name in product.input:
            weight = self._weight_behind(name)
            if weight is not None and weight.dims[1] == len(factors):
                _scale(weight, 1 / factors)
                return factors
        return np.ones_like(factors)

    def _divide_values(self, attention: Any, factors: Floats) -> Floats:
        """Query heads that share their values share factors: the geometric mean of theirs."""
        packed, _, alone = attention.input[:3]
        weight = self._weight_behind(alone or packed)
        if weight is None:
            return np.ones_like(factors)
        numbers = {attribute.name: attribute.i for attribute in attention.attribute}
        heads, kv_heads = numbers["num_heads"], numbers["kv_num_heads"]
        each = np.log(factors).reshape(kv_heads, heads // kv_heads, -1)
        shared = np.exp(each.mean(axis=1, keepdims=True))
        columns = np.ones(weight.dims[1], np.float32)
        columns[-shared.size :] = 1 / shared.reshape(-1)
        _scale(weight, columns)
        return np.broadcast_to(shared, each.shape).reshape(-1)

    def _weight_behind(self, name: str) -> Any | None:
        """The stored weight of the product that makes this for a single reader, or None."""
        maker = self._makers.get(name)
        if maker is None or maker.op_type != "MatMul" or self._uses[name] > 1:
            return None
        return self.weights.get(maker.input[1])


def _scale(tensor: Any, factors: npt.NDArray[np.floating[Any]]) -> None:
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
