"""From an fp32 graph to 8-bit weights: every product, `lm_head` and the embedding table included.

Measured on SmolLM2-135M: 8 bits in blocks of 32 lose next to nothing (KL 0.006 nats a token, most
of it from the int8 activations of `accuracy_level` 4), where 4 bits lose a quarter of the
perplexity (KL 0.32).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np

from models.install.graph_file import save_graph

BITS = 8
BLOCK = 32
"""Weights along the inner dimension that share one scale."""


def write_8_bit_graph(fp32_graph: Path, folder: Path) -> Path:
    """Write `model.onnx` and `model.onnx.data` with 8-bit weights; returns the graph's path."""
    # onnx and the quantizer are needed for this step alone, and take a second to import.
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    logging.getLogger(MatMulNBitsQuantizer.__module__).setLevel(logging.WARNING)
    model = onnx.load(str(fp32_graph))
    _fold_transposed_weights(model.graph)
    # accuracy_level 4: activations in int8 too, the form that CPUs multiply fastest.
    quantizer = MatMulNBitsQuantizer(
        model, bits=BITS, block_size=BLOCK, is_symmetric=True, accuracy_level=4
    )
    quantizer.process()
    model = quantizer.model.model
    _share_head_with_embedding(model.graph)
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
    head = next(node for node in graph.node if "logits" in node.output)
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
        transposed = np.ascontiguousarray(np.transpose(numpy_helper.to_array(weight), order))
        graph.initializer.append(numpy_helper.from_array(transposed, node.output[0]))
        graph.node.remove(node)


def _share_head_with_embedding(graph: Any) -> None:
    """Look tied embeddings up in `lm_head`'s 8-bit weights, not in an fp32 table of their own."""
    from onnx import helper, numpy_helper

    weights = {tensor.name: tensor for tensor in graph.initializer}
    head = next(node for node in graph.node if "logits" in node.output)
    lookup = next(node for node in graph.node if "input_ids" in node.input)
    table = weights[lookup.input[0]]
    if head.op_type != "MatMulNBits" or lookup.op_type != "Gather":
        return
    if not any(table.name in node.input for node in graph.node if node is not lookup):
        graph.initializer.remove(table)
    rows = int(table.dims[0])
    for name, source in (("embedding.q8", head.input[1]), ("embedding.scale", head.input[2])):
        values = numpy_helper.to_array(weights[source]).reshape(rows, -1)
        graph.initializer.append(numpy_helper.from_array(values, name))
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
            bits=BITS,
            block_size=BLOCK,
            gather_axis=0,
            quantize_axis=1,
        ),
    )
