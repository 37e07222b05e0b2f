"""What stands at the places of a graph while it reads: for what is measured before rounding it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.engine.session import load_graph

Floats = npt.NDArray[np.float32]


def activations(graph_file: Path, names: Sequence[str], tokens: Sequence[int]) -> dict[str, Floats]:
    """What stands at these places once the tokens are read, without the axis of rows: `[tokens,
    channels]`, or `[kv_heads, tokens, head_dim]` of a cache.
    """
    # onnx is needed for making models alone, and takes a second to import.
    import onnx

    model = onnx.load(str(graph_file), load_external_data=False)
    outputs = model.graph.output
    shown = {output.name for output in outputs}
    outputs.extend(onnx.helper.make_empty_tensor_value_info(n) for n in names if n not in shown)
    showing = graph_file.with_name("activations.onnx")
    onnx.save(model, str(showing))
    graph = load_graph(showing, "cpu")
    ids = np.asarray([tokens], np.int64)
    shapes = graph.shapes
    past = np.zeros((1, shapes.kv_heads, 0, shapes.head_dim), shapes.cache_dtype)
    feeds: dict[str, npt.NDArray[Any]] = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    if shapes.positions:
        feeds["position_ids"] = np.arange(len(tokens))[None]
    for node in graph.session.get_inputs():
        feeds.setdefault(node.name, past)
    found = graph.session.run(list(names), feeds)
    showing.unlink()
    return {name: values[0] for name, values in zip(names, found, strict=True)}
