"""Where the cache and the logits of a graph lie, and how they are moved about there.

onnxruntime takes an address for what it reads and writes, so one buffer serves steps over any
number of its rows. On the CPU numpy moves rows, in views of the same memory. On another device
numpy cannot reach them: there a small graph does it, on the device itself, so that nothing of the
cache ever crosses the bus.
"""

from __future__ import annotations

import mmap
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models.engine.device_full import OutOfMemory, is_out_of_memory

Floats = npt.NDArray[Any]
Shape = tuple[int, ...]


class Buffer:
    """Zeros on a device, as many as asked for and at least one.

    Attributes:
        host: the same memory as an array; empty where it is not the CPU's.
    """

    def __init__(self, size: int, dtype: np.dtype[Any], device: str, number: int) -> None:
        zeros = _zeros(max(1, size), dtype)
        self._place = (device, number, dtype)
        self._item = dtype.itemsize
        self._value = ort.OrtValue.ortvalue_from_numpy(zeros, device, number)
        self._address = self._value.data_ptr()
        self.host = zeros if device == "cpu" else np.zeros(0, dtype)

    def bind_input(self, binding: ort.IOBinding, name: str, shape: Shape, first: int = 0) -> None:
        """Have a run read this from its element `first` on. The binding does not keep it alive."""
        binding.bind_input(name, *self._place, shape, self._address + first * self._item)

    def bind_output(self, binding: ort.IOBinding, name: str, shape: Shape, first: int = 0) -> None:
        """The same for what a run writes."""
        binding.bind_output(name, *self._place, shape, self._address + first * self._item)


@dataclass(frozen=True)
class Part:
    """The same part of several buffers: from their element `first` on.

    `shape` is `[rows, kv_heads, tokens, head_dim]`.
    """

    buffers: Sequence[Buffer]
    shape: tuple[int, int, int, int]
    first: int = 0

    def arrays(self) -> list[Floats]:
        """The part of each buffer; of use on the CPU alone."""
        inside = slice(self.first, self.first + prod(self.shape))
        return [buffer.host[inside].reshape(self.shape) for buffer in self.buffers]


class Logits(Protocol):
    """What a step writes its logits to."""

    def bind(self, binding: ort.IOBinding) -> None:
        """Have a step write here."""

    def last(self) -> npt.NDArray[np.float32]:
        """The logits `[rows, vocabulary]` at each row's last position, which may be changed."""


class Memory(Protocol):
    """The memory of one device, by onnxruntime's name of it (`cpu`, `cuda`)."""

    @property
    def device(self) -> str: ...

    def buffer(self, size: int, dtype: np.dtype[Any]) -> Buffer:
        """Zeros; raises `OutOfMemory`."""

    def copy(self, source: Part, target: Part, start: int, stop: int) -> None:
        """Copy the tokens `start` to `stop` of each buffer to its like; raises `OutOfMemory`.

        The source has as many rows as the target, or one that goes to all of them, and at least as
        many tokens. More may be copied: the two have to be the same before `start`, and what the
        target holds from `stop` on is lost.
        """

    def logits(self, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> Logits:
        """Room for the logits `[rows, positions, vocabulary]` of a step."""


class HostMemory:
    """The memory that numpy sees."""

    device = "cpu"

    def buffer(self, size: int, dtype: np.dtype[Any]) -> Buffer:
        """Zeros; raises `OutOfMemory`."""
        return _buffer(size, dtype, "cpu", 0)

    def copy(self, source: Part, target: Part, start: int, stop: int) -> None:
        """As `Memory` has it, and nothing more than is asked for."""
        for mine, theirs in zip(target.arrays(), source.arrays(), strict=True):
            mine[:, :, start:stop] = theirs[:, :, start:stop]

    def logits(self, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> Logits:
        """The array that the step writes is the one that is read."""
        return _HostLogits(self.buffer(prod(shape), dtype), shape)


class _HostLogits:
    def __init__(self, buffer: Buffer, shape: tuple[int, int, int]) -> None:
        self._buffer, self._shape = buffer, shape
        self._last = buffer.host.reshape(shape)[:, -1]

    def bind(self, binding: ort.IOBinding) -> None:
        self._buffer.bind_output(binding, "logits", self._shape)

    def last(self) -> npt.NDArray[np.float32]:
        return self._last.astype(np.float32, copy=False)


class DeviceMemory:
    """Memory that only graphs reach. Works on the CPU too, where the tests hold it against numpy.

    Args:
        device, number: as onnxruntime names the device.
        provider: what runs graphs there.
        buffers: how many are copied at once: two a layer.
        cache_dtype, dtype: of these and of logits.
    """

    def __init__(
        self,
        device: str,
        number: int,
        provider: str,
        buffers: int,
        cache_dtype: np.dtype[Any],
        dtype: np.dtype[Any],
    ) -> None:
        from models.engine import device_graphs  # costs an import of onnx, which the CPU can spare

        self.device, self._number = device, number
        self._copier = _session(device_graphs.copier(buffers, cache_dtype), provider)
        self._reader = _session(device_graphs.last_logits(dtype), provider)

    def buffer(self, size: int, dtype: np.dtype[Any]) -> Buffer:
        """Zeros; raises `OutOfMemory`."""
        return _buffer(size, dtype, self.device, self._number)

    def copy(self, source: Part, target: Part, start: int, stop: int) -> None:  # noqa: ARG002 (as `Memory` has it)
        """As `Memory` has it. All that the target has room for is copied: one graph for all moves
        has more to copy than it must, at the speed of the device's own memory.
        """
        binding = self._copier.io_binding()
        binding.bind_cpu_input("tokens", np.array([target.shape[2]], np.int64))
        binding.bind_cpu_input("shape", np.array(target.shape, np.int64))
        pairs = zip(source.buffers, target.buffers, strict=True)
        for place, (theirs, mine) in enumerate(pairs):
            theirs.bind_input(binding, f"source{place}", source.shape, source.first)
            mine.bind_output(binding, f"target{place}", target.shape, target.first)
        run(self._copier, binding, self.device)

    def logits(self, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> Logits:
        """The logits stay on the device; those of the last positions alone come from it."""
        return _DeviceLogits(self.buffer(prod(shape), dtype), shape, self._reader, self.device)


class _DeviceLogits:
    def __init__(
        self,
        buffer: Buffer,
        shape: tuple[int, int, int],
        reader: ort.InferenceSession,
        device: str,
    ) -> None:
        self._buffer, self._shape = buffer, shape
        self._reader, self._device = reader, device
        self._last = np.empty((shape[0], shape[2]), np.float32)
        self._binding = reader.io_binding()
        buffer.bind_input(self._binding, "logits", shape)
        self._binding.bind_ortvalue_output("last", ort.OrtValue.ortvalue_from_numpy(self._last))

    def bind(self, binding: ort.IOBinding) -> None:
        self._buffer.bind_output(binding, "logits", self._shape)

    def last(self) -> npt.NDArray[np.float32]:
        run(self._reader, self._binding, self._device)
        return self._last


def run(session: ort.InferenceSession, binding: ort.IOBinding, device: str) -> None:
    """Run what is bound; raises `OutOfMemory` where that is what is wrong."""
    try:
        session.run_with_iobinding(binding)
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(device) from error
        raise


def _zeros(size: int, dtype: np.dtype[Any]) -> Floats:
    """Zeros that take up memory page by page, as they are written.

    numpy asks for huge pages. A cache is written in many short stretches, the tokens so far of each
    row and head, which lie in nearly all huge pages of its room, so it would take up all of that:
    286 MB more with 13 rows of the built-in model.
    """
    try:
        pages = _small_pages(size * dtype.itemsize)
    except OSError as error:
        raise MemoryError from error
    return np.frombuffer(pages, dtype)


def _small_pages(size: int) -> mmap.mmap:
    if sys.platform == "win32":
        return mmap.mmap(-1, size)
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if sys.platform == "linux":
        with suppress(OSError):  # a kernel without huge pages
            pages.madvise(mmap.MADV_NOHUGEPAGE)
    return pages


def _buffer(size: int, dtype: np.dtype[Any], device: str, number: int) -> Buffer:
    try:
        return Buffer(size, dtype, device, number)
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(device) from error
        raise


def _session(graph: bytes, provider: str) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(graph, options, providers=[provider], enable_fallback=0)


HOST = HostMemory()
