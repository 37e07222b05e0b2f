"""One loaded graph: its shapes, read from the graph itself, and the device it really runs on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from models.engine.device import CUDA, first_line, is_on_cuda, open_session
from models.engine.device_full import OutOfMemory, is_out_of_memory
from models.engine.device_memory import HOST, DeviceMemory, Memory
from models.errors import ModelError

ort.disable_telemetry_events()  # as on Windows it is said; elsewhere see models/__init__.py
_PAST = re.compile(r"past_key_values\.(\d+)\.(key|value)$")
_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
_WHOLE = "tensor(int64)"
_ANOTHER = "Choose a model exported for text generation with past."
_PIECE_WORK = 8e10
"""Bytes of weights times tokens that two cores read a prompt with in a second, or two at 4 bits."""
_MOST_AT_ONCE = 512


@dataclass(frozen=True)
class Shapes:
    """What the graph says of itself.

    Attributes:
        layers, kv_heads, head_dim: of the cache, `[rows, kv_heads, tokens, head_dim]` a layer.
        last_only: whether logits come for the last position of a prompt alone.
        dtype, cache_dtype: of logits and of the cache.
        in_place: whether attention writes a new token into the past it is given, behind the tokens
            that the mask counts (GroupQueryAttention), instead of joining the two to a longer one.
        positions: whether the graph wants `position_ids`.
    """

    layers: int
    kv_heads: int
    head_dim: int
    vocabulary: int
    last_only: bool
    dtype: np.dtype[Any]
    cache_dtype: np.dtype[Any]
    in_place: bool
    positions: bool


@dataclass(frozen=True)
class Graph:
    """A session ready to run.

    Attributes:
        device_note: why it is not CUDA where CUDA was wanted.
        at_once: how many tokens of a prompt are read in one go, so that a person who wants to stop
            waits for a second and not for the prompt, and long notes take no more memory.
        memory: where its cache and its logits lie.
    """

    session: ort.InferenceSession
    shapes: Shapes
    device: str
    device_note: str
    at_once: int = _MOST_AT_ONCE
    memory: Memory = HOST


def load_graph(file: Path, device: str = "auto", threads: int = 0) -> Graph:
    """Load `model.onnx`. `device` is `auto`, `cpu` or `cuda`; 0 threads means one a core."""
    try:
        session, note = open_session(file, device, threads)
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory("cpu") from error
        raise ModelError(
            f"The model in {file.parent.name} could not be loaded: {first_line(error)}.",
            "Prepare it again; your drafts are safe.",
        ) from error
    shapes = _shapes(session)
    if not is_on_cuda(session):
        return Graph(session, shapes, "CPU", note, _at_once(file.parent))
    kinds = (2 * shapes.layers, shapes.cache_dtype, shapes.dtype)
    memory = DeviceMemory("cuda", 0, CUDA, *kinds)
    return Graph(session, shapes, "CUDA", note, memory=memory)


def _at_once(folder: Path) -> int:
    """How many tokens a CPU reads at once; told by the files alone, since a seed gives the same
    drafts again only where prompts are read in the same pieces.
    """
    weights = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    return max(1, min(_MOST_AT_ONCE, int(_PIECE_WORK / weights)))


def _shapes(session: ort.InferenceSession) -> Shapes:
    inputs = {node.name: node for node in session.get_inputs()}
    outputs = {node.name: node for node in session.get_outputs()}
    past = [node for name, node in inputs.items() if _PAST.match(name)]
    present = [node.name.replace("past_key_values", "present") for node in past]
    if not {"input_ids", "attention_mask"} <= inputs.keys() or not past:
        raise ModelError("This graph does not generate text with a key-value cache.", _ANOTHER)
    if not {"logits", *present} <= outputs.keys():
        raise ModelError("This graph does not hand back its logits and its whole cache.", _ANOTHER)
    _check_other_inputs([node for node in inputs.values() if node not in past])
    _check_cache(past)
    trial = _Trial(session, past, present, "position_ids" in inputs)
    return Shapes(
        layers=len(past) // 2,
        kv_heads=past[0].shape[1],
        head_dim=past[0].shape[3],
        vocabulary=trial.logits.shape[2],
        last_only=outputs["logits"].shape[1] == 1,
        dtype=trial.logits.dtype,
        cache_dtype=trial.cache_dtype,
        in_place=trial.is_in_place(),
        positions="position_ids" in inputs,
    )


def _check_other_inputs(nodes: Sequence[Any]) -> None:
    for node in nodes:
        if node.name not in ("input_ids", "attention_mask", "position_ids"):
            raise ModelError(
                f"This graph wants an input that Twite does not know ({node.name}).", _ANOTHER
            )
        if node.type != _WHOLE or len(node.shape) != 2:
            raise ModelError(
                f"This graph reads {node.name} in a form that Twite does not know.", _ANOTHER
            )


def _check_cache(past: Sequence[Any]) -> None:
    """Every layer has to keep every token, in the same shape.

    A number where the tokens are counted is a cache of a fixed length; layers that count them by
    different names keep different numbers of them. Either way a sliding window is all they keep.
    """
    names = {match[1] for node in past if (match := _PAST.match(node.name))}
    if len(past) != 2 * len(names) or names != {str(layer) for layer in range(len(names))}:
        raise ModelError("The layers of this graph's cache are not whole.", _ANOTHER)
    if any(node.type not in _FLOATS for node in past):
        raise ModelError("This graph keeps its cache in numbers of an unknown kind.", _ANOTHER)
    if any(len(node.shape) != 4 for node in past):
        raise ModelError("This graph keeps its cache in an unknown shape.", _ANOTHER)
    tokens = {node.shape[2] for node in past}
    if len(tokens) > 1 or any(isinstance(count, int) for count in tokens):
        raise _sliding_window()
    if any(isinstance(node.shape[0], int) for node in past):
        raise ModelError("This graph was exported for a fixed number of rows.", _ANOTHER)
    sizes = {(node.type, node.shape[1], node.shape[3]) for node in past}
    if len(sizes) > 1 or not all(isinstance(size, int) for size in next(iter(sizes))[1:]):
        raise ModelError("The layers of this graph differ in their heads.", _ANOTHER)


def _sliding_window() -> ModelError:
    return ModelError(
        "This model keeps a sliding window of its cache, and would forget the beginning of a text.",
        "Choose an export that keeps the whole cache.",
    )


class _Trial:
    """One step over an empty past, which shows where attention puts a new token.

    The past has room for four tokens, and the mask counts one token in it and one new one. In place
    the new one's key stands second; joined, it stands behind all four. Each row reads another
    token, since the vector of one may be nothing: padding often is.
    """

    ROOM = 4
    ROWS = 4

    def __init__(
        self,
        session: ort.InferenceSession,
        past: Sequence[Any],
        present: Sequence[str],
        positions: bool,
    ) -> None:
        self.cache_dtype = np.dtype(_FLOATS[past[0].type])
        size = (self.ROWS, past[0].shape[1], self.ROOM, past[0].shape[3])
        feeds = {node.name: np.zeros(size, self.cache_dtype) for node in past}
        feeds["input_ids"] = np.arange(self.ROWS, dtype=np.int64)[:, None]
        mask = [[1, 1] + [0] * (self.ROOM - 1)] * self.ROWS
        feeds["attention_mask"] = np.array(mask, np.int64)
        if positions:
            feeds["position_ids"] = np.ones((self.ROWS, 1), np.int64)
        try:
            self.logits, *self._caches = session.run(["logits", *present], feeds)
        except Exception as error:
            raise ModelError(f"This graph does not run: {first_line(error)}.", _ANOTHER) from error
        if self.logits.dtype not in (np.float32, np.float16):
            raise ModelError("This graph gives logits of an unknown kind.", _ANOTHER)

    def is_in_place(self) -> bool:
        """Whether all layers write in place; raises `ModelError` where one forgets tokens.

        What stands behind the new token is not looked at: on a device nothing has been written
        there, so it may be anything.
        """
        if any(cache.shape[2] != self.ROOM + 1 for cache in self._caches):
            raise _sliding_window()
        return all(cache[:, :, 1].any() for cache in self._caches)
