"""Reading the weights of an ONNX graph, and writing it. Needs the extra `export`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy.typing as npt

_WORTH_BYTES = 1 << 20
"""Tensors smaller than this are not compared."""


def save_graph(model: Any, file: Path) -> None:
    """Write a graph, and all its weights into one file beside it, in place of what lies there.

    What two of them hold alike is written once: tied tables are a sixth of a small model.
    """
    # onnx is needed for making models alone, and takes a second to import.
    import onnx

    weights = file.with_name(f"{file.name}.data")
    # onnx would write behind the weights that are there.
    weights.unlink(missing_ok=True)
    twins = _take_out_twins(model.graph)
    onnx.save(
        model,
        str(file),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=weights.name,
    )
    if twins:
        written = {tensor.name: tensor for tensor in model.graph.initializer}
        for twin, first in twins:
            twin.ClearField("raw_data")
            twin.external_data.extend(written[first].external_data)
            twin.data_location = onnx.TensorProto.EXTERNAL
            model.graph.initializer.append(twin)
        onnx.save(model, str(file))


def _take_out_twins(graph: Any) -> list[tuple[Any, str]]:
    """Remove each large weight whose bytes an earlier one has; returns it with that one's name."""
    first: dict[bytes, str] = {}
    twins = []
    for tensor in list(graph.initializer):
        if len(tensor.raw_data) < _WORTH_BYTES:
            continue
        name = first.setdefault(hashlib.sha256(tensor.raw_data).digest(), tensor.name)
        if name != tensor.name:
            twins.append((type(tensor).FromString(tensor.SerializeToString()), name))
            graph.initializer.remove(tensor)
    return twins


def values_of(tensor: Any) -> npt.NDArray[Any]:
    """The numbers of a weight, mapped where they lie in a file of their own."""
    import onnx_ir

    values: npt.NDArray[Any] = onnx_ir.from_proto(tensor).numpy()
    return values
