"""From an fp32 graph to rounded weights: every product, `lm_head` and the embedding table included.

Measured on SmolLM2-135M in blocks of 32, as KL in nats a token: 8 bits lose next to nothing (0.005,
most of it from the int8 activations of `accuracy_level` 4), 4 bits 0.39 where `lm_head` and the
embedding table have them too, and 0.29 where those two keep 8.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.install.columns import round_columns
from models.install.graph_file import save_graph, values_of

BLOCK = 32
"""Weights along the inner dimension that share one scale."""

HEAD_BITS = 8
"""The width of `lm_head` and of the embedding table, whatever the width of the rest."""

_HEAD_BLOCK = 64
"""Their blocks are no larger: in blocks of 128 they lose 0.0009 nats a token, all else 0.0003."""

_ELEMENTWISE = {"Add", "Cast", "Div", "Identity", "Mul", "Sub", "Tanh"}
"""What may stand between `lm_head` and the logits: each position is still worked out by itself."""
_PRODUCTS = {"MatMul", "MatMulNBits", "DynamicQuantizeMatMul"}


def write_rounded_graph(
    fp32_graph: Path, folder: Path, bits: int, block: int = BLOCK, even: Collection[str] = ()
) -> Path:
    """Write `model.onnx` and `model.onnx.data` with weights of 4 or 8 bits; returns the graph.

    Products that read one of the `even` activations are int8 in whole columns, whatever the bits
    of the rest (`models.install.columns`).

    Takes half the memory of the fp32 weights where they lie in a file of their own, which is mapped
    and read as they are rounded; 2.4 times as much where they lie in the graph, which has to be
    under 2 GB then. Measured with weights of 2.3 and 1.7 GB.
    """
    # onnx is needed for making models alone, and takes a second to import.
    import onnx

    model = onnx.load(str(fp32_graph), load_external_data=False)
    _find_weights_from(model.graph, fp32_graph.parent.resolve())
    _fold_transposed_weights(model.graph)
    round_columns(model.graph, even)
    head_block = min(block, _HEAD_BLOCK)
    if (bits, block) != (HEAD_BITS, head_block):
        model = _round(model, HEAD_BITS, head_block, spared=_all_but_head(model.graph))
    model = _round(model, bits, block)
    _round_embedding(model.graph, head_block)
    _bring_in(model.graph)
    graph = folder / "model.onnx"
    save_graph(model, graph)
    (folder / "model.onnx.data").chmod(0o644)
    return graph


def answer_last_position_only(graph_file: Path) -> None:
    """Make a graph compute logits for the last position of a prompt alone, as drafting needs them.

    `logits` becomes `[batch, 1, vocabulary]`: a fifth of the time to read a prompt is saved, and
    200 KB of memory for each of its tokens.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(graph_file), load_external_data=False)
    graph = model.graph
    head = _head(graph)
    for name, value in (("last.start", -1), ("last.end", np.iinfo(np.int64).max), ("last.axis", 1)):
        graph.initializer.append(numpy_helper.from_array(np.array([value], np.int64), name))
    names = [head.input[0], "last.start", "last.end", "last.axis"]
    cut = helper.make_node("Slice", names, ["last.hidden"], name="last_position")
    graph.node.insert(list(graph.node).index(head), cut)
    head.input[0] = "last.hidden"
    logits = next(output for output in graph.output if output.name == "logits")
    logits.type.tensor_type.shape.dim[1].Clear()
    logits.type.tensor_type.shape.dim[1].dim_value = 1
    # What was inferred for the full width no longer holds.
    del graph.value_info[:]
    onnx.save(model, str(graph_file))


def _find_weights_from(graph: Any, folder: Path) -> None:
    """Name the weights' file by its whole path, by which it is found and mapped into memory."""
    for tensor in _tensors(graph):
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = str(folder / entry.value)


def _tensors(graph: Any) -> Iterator[Any]:
    """Every tensor of a graph: optimum moves those of `Constant` nodes to the file as well."""
    yield from graph.initializer
    for attribute in (attribute for node in graph.node for attribute in node.attribute):
        if attribute.HasField("t"):
            yield attribute.t
        if attribute.HasField("g"):
            yield from _tensors(attribute.g)


def _bring_in(graph: Any) -> None:
    """Read what was left in the weights' file: norms, and other tensors that are not rounded."""
    from onnx import TensorProto, numpy_helper

    for tensor in _tensors(graph):
        if tensor.data_location == TensorProto.EXTERNAL:
            tensor.CopyFrom(numpy_helper.from_array(np.array(values_of(tensor)), tensor.name))


def _round(model: Any, bits: int, block: int, spared: Sequence[str] = ()) -> Any:
    """Round the constant side of every product but the spared ones, which are named."""
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    logging.getLogger(MatMulNBitsQuantizer.__module__).setLevel(logging.WARNING)
    # accuracy_level 4: activations in int8 too, the form that CPUs multiply fastest.
    quantizer = MatMulNBitsQuantizer(
        model,
        bits=bits,
        block_size=block,
        is_symmetric=True,
        accuracy_level=4,
        nodes_to_exclude=list(spared),
    )
    quantizer.process()
    return quantizer.model.model


def _all_but_head(graph: Any) -> list[str]:
    """The names of all nodes but `lm_head`; those without a name get one."""
    head = _head(graph)
    for place, node in enumerate(graph.node):
        node.name = node.name or f"node.{place}"
    return [node.name for node in graph.node if node != head]


def _head(graph: Any) -> Any:
    """The product whose results are the logits, once they are scaled or capped one by one."""
    makers = {
        output: node for node in graph.node if node.op_type != "Constant" for output in node.output
    }
    node = makers["logits"]
    while node.op_type in _ELEMENTWISE:
        node = next(makers[name] for name in node.input if name in makers)
    if node.op_type not in _PRODUCTS:
        raise ValueError(f"the logits come from {node.op_type}")
    return node


def _lookup(graph: Any) -> Any:
    """The node that looks a token's row up in the embedding table, or None."""
    return next(
        (n for n in graph.node if n.op_type == "Gather" and n.input[1] == "input_ids"),
        None,
    )


def _fold_transposed_weights(graph: Any) -> None:
    """Turn `Transpose(weight) -> MatMul` into a MatMul with a stored, transposed weight.

    A tied `lm_head` is written that way; as long as the transpose stays in the graph, its weight is
    no constant to the quantizer, stays fp32, and halves the decode speed.
    """
    from onnx import numpy_helper

    weights = {tensor.name: tensor for tensor in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "Transpose"]:
        weight = weights.get(node.input[0])
        if weight is None:
            continue
        order = next((list(a.ints) for a in node.attribute if a.name == "perm"), None)
        transposed = np.ascontiguousarray(np.transpose(values_of(weight), order))
        graph.initializer.append(numpy_helper.from_array(transposed, node.output[0]))
        graph.node.remove(node)


def _round_embedding(graph: Any, block: int) -> None:
    """Look tokens up in a rounded table, which is that of `lm_head` where the two are tied.

    Rows that blocks do not divide stay as they are: a look-up knows no filled up block.
    """
    from onnx import numpy_helper
    from onnxruntime.quantization.matmul_nbits_quantizer import (
        DefaultWeightOnlyQuantConfig,
        DefaultWeightOnlyQuantizer,
    )

    weights = {tensor.name: tensor for tensor in graph.initializer}
    lookup = _lookup(graph)
    table = weights.get(lookup.input[0]) if lookup else None
    if table is None or table.dims[1] % block:
        return
    config = DefaultWeightOnlyQuantConfig(block_size=block, is_symmetric=True, bits=HEAD_BITS)
    columns = np.ascontiguousarray(values_of(table).T)
    packed, scales, _ = DefaultWeightOnlyQuantizer(config).qbits_block_quant(columns)
    for name, values in (("embedding.q8", packed), ("embedding.scale", scales)):
        rows = values.reshape(table.dims[0], -1)
        graph.initializer.append(numpy_helper.from_array(rows, name))
    if not any(table.name in node.input for node in graph.node if node is not lookup):
        graph.initializer.remove(table)
    _replace_lookup(graph, lookup, block)


def _replace_lookup(graph: Any, lookup: Any, block: int) -> None:
    from onnx import helper

    index = list(graph.node).index(lookup)
    graph.node.remove(lookup)
    graph.node.insert(
        index,
        helper.make_node(
            "GatherBlockQuantized",
            ["embedding.q8", "input_ids", "embedding.scale"],
            list(lookup.output),
            name=lookup.name,
            domain="com.microsoft",
            bits=HEAD_BITS,
            block_size=block,
            gather_axis=0,
            quantize_axis=1,
        ),
    )
