"""Reading the weights of an ONNX graph, and writing it. Needs the extra `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt


def save_graph(model: Any, file: Path) -> None:
    """Write a graph, and all its weights into one file beside it, in place of what lies there."""
    # onnx is needed for making models alone, and takes a second to import.
    import onnx

    weights = file.with_name(f"{file.name}.data")
    # onnx would write behind the weights that are there.
    weights.unlink(missing_ok=True)
    onnx.save(
        model,
        str(file),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=weights.name,
    )


def values_of(tensor: Any) -> npt.NDArray[Any]:
    """The numbers of a weight, mapped where they lie in a file of their own."""
    import onnx_ir

    values: npt.NDArray[Any] = onnx_ir.from_proto(tensor).numpy()
    return values
