"""One loaded graph: its shapes, read from the graph itself, and the device it really runs on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from models.errors import ModelError

ort.disable_telemetry_events()  # as on Windows it is said; elsewhere see models/__init__.py
_PAST = re.compile(r"past_key_values\.(\d+)\.(key|value)$")


@dataclass(frozen=True)
class Shapes:
    """What the graph says of itself.

    Attributes:
        layers, kv_heads, head_dim: of the cache, `[rows, kv_heads, tokens, head_dim]` a layer.
        last_only: whether logits come for the last position of a prompt alone.
        dtype: of cache and logits.
    """

    layers: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    last_only: bool
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class Graph:
    """A session ready to run. `device_note` says why it is not CUDA where CUDA was wanted."""

    session: ort.InferenceSession
    shapes: Shapes
    device: str
    device_note: str


def load_graph(file: Path, device: str = "auto", threads: int = 0) -> Graph:
    """Load `model.onnx`. `device` is `auto`, `cpu` or `cuda`; 0 threads means one a core.

    onnxruntime falls back to the CPU without a word, and lists CUDA where no driver exists, so the
    device is asked of the session once it stands.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    providers = ["CPUExecutionProvider"]
    note = ""
    if device != "cpu":
        note = _cuda_missing()
        if not note:
            providers.insert(0, "CUDAExecutionProvider")
    try:
        session = ort.InferenceSession(str(file), options, providers=providers)
    except Exception as error:
        raise ModelError(
            f"The model in {file.parent.name} could not be loaded: {_first_line(error)}.",
            "Prepare it again; your drafts are safe.",
        ) from error
    on_cuda = session.get_providers()[0] == "CUDAExecutionProvider"
    if not on_cuda and not note and device != "cpu":
        note = "The NVIDIA driver or CUDA 13 libraries were not found."
    return Graph(session, _shapes(session), "CUDA" if on_cuda else "CPU", note)


def _cuda_missing() -> str:
    """Why CUDA cannot be tried on this machine, or an empty string."""
    if "CUDAExecutionProvider" not in ort.get_available_providers():
        return "This build of onnxruntime has no CUDA."
    if not Path("/proc/driver/nvidia/version").exists() and not Path("C:/Windows").exists():
        return "No NVIDIA driver was found."
    ort.preload_dlls()
    return ""


def _shapes(session: ort.InferenceSession) -> Shapes:
    inputs = {node.name: node for node in session.get_inputs()}
    past = [name for name in inputs if _PAST.match(name)]
    missing = {"input_ids", "attention_mask"} - inputs.keys()
    if missing or not past:
        raise ModelError(
            "This graph does not generate text with a key-value cache.",
            "Choose a model exported for text generation with past.",
        )
    first = inputs[past[0]]
    logits = next(node for node in session.get_outputs() if node.name == "logits")
    return Shapes(
        layers=len(past) // 2,
        kv_heads=int(first.shape[1]),
        head_dim=int(first.shape[3]),
        vocabulary=int(logits.shape[2]),
        last_only=logits.shape[1] == 1,
        dtype=np.dtype(np.float16 if first.type == "tensor(float16)" else np.float32),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")
