"""Adding what a model was taught to its weights: a LoRA adapter (arXiv 2106.09685), merged once.

An adapter file (safetensors, fp16) holds for each weight `W [out, in]` the two matrices `W.lora_A
[rank, in]` and `W.lora_B [out, rank]`, scaled so that the taught weight is `W + B A`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import ModelError
from models.install.graph_file import save_graph

_TRANSPOSED = re.compile(r"(?:__axis_0__concat)?_t$")
"""How mobius marks a weight that it stores as `[in, out]`, and several of them side by side."""

Matrices = Mapping[str, npt.NDArray[np.float16]]


def merge_adapter(graph_file: Path, adapter_file: Path) -> None:
    """Add an adapter to the fp32 weights of a graph, in place.

    Raises `ModelError` where the adapter belongs to another model.
    """
    # onnx and safetensors are needed for this step alone, and take a second to import.
    import onnx
    from onnx import numpy_helper
    from safetensors.numpy import load_file

    matrices = load_file(adapter_file)
    model = onnx.load(str(graph_file))
    left = {name.rpartition(".")[0] for name in matrices}
    for tensor in model.graph.initializer:
        names = _weights_in(tensor.name)
        if not left.issuperset(names) or not names:
            continue
        change = np.concatenate([_change(matrices, name) for name in names]).T
        if change.shape != tuple(tensor.dims):
            raise _of_another_model(adapter_file)
        taught = numpy_helper.to_array(tensor) + change
        tensor.CopyFrom(numpy_helper.from_array(taught, tensor.name))
        left -= set(names)
    if left:
        raise _of_another_model(adapter_file)
    save_graph(model, graph_file)


def _weights_in(initializer: str) -> list[str]:
    """The weights that an initializer holds side by side, without their `.weight`."""
    if not _TRANSPOSED.search(initializer):
        return []
    return [part.removesuffix(".weight") for part in _TRANSPOSED.sub("", initializer).split("__")]


def _change(matrices: Matrices, name: str) -> npt.NDArray[np.float32]:
    a, b = (matrices[f"{name}.lora_{side}"].astype(np.float32) for side in "AB")
    change: npt.NDArray[np.float32] = b @ a
    return change


def _of_another_model(adapter_file: Path) -> ModelError:
    return ModelError(
        f"{adapter_file.name} was made for another model.",
        "Please report this: the two come with Twite and belong together.",
    )
