"""The head of a GGUF file (ggml-org/ggml, docs/gguf.md): its settings, and where its weights lie.

It is read here and not by the package `gguf`, which believes every count in it.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import ModelError

AGAIN = "Download it again."

_HEAD_BYTES = 128 * 1024 * 1024
_MOST_ITEMS, _MOST_SETTINGS, _MOST_TENSORS = 4_000_000, 4_096, 16_384
"""Far above real files: the largest vocabularies have 260,000 tokens and 500,000 merges."""
_NUMBERS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9

Settings = Mapping[str, Any]
"""Numbers, strings, and arrays of either as numpy arrays and tuples, by the names in the file."""


@dataclass(frozen=True)
class Tensor:
    """A tensor in the file. `shape` is in C order; its rows are `rows` times `row` bytes."""

    shape: tuple[int, ...]
    kind: int
    start: int
    rows: int
    row: int


class Head:
    """The head of a file, read once from its beginning; no count in it is believed.

    Attributes:
        settings, tensors: what it holds. `Tensor.start` counts from the file's beginning.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._size = path.stat().st_size
        self._at = 4
        with path.open("rb") as stream:
            if stream.read(4) != b"GGUF" or self._size < 24:
                raise ModelError(
                    f"{path.name} is not a GGUF file.",
                    "Choose a file that LM Studio, Ollama or llama.cpp can load.",
                )
            length = min(self._size, _HEAD_BYTES)
            with mmap.mmap(stream.fileno(), length, access=mmap.ACCESS_READ) as self._content:
                self._check_version()
                tensors, settings = self._number("Q"), self._number("Q")
                if tensors > _MOST_TENSORS or settings > _MOST_SETTINGS:
                    raise self._damaged()
                self.settings = dict(self._setting() for _ in range(settings))
                places = [self._place() for _ in range(tensors)]
        self.tensors = self._placed(places)

    def _check_version(self) -> None:
        version = self._number("I")
        if version & 0xFFFF == 0:
            raise ModelError(
                f"{self._name} was made for machines of another byte order.",
                "Choose the ordinary file of this model, for little-endian machines.",
            )
        if version not in (2, 3):
            raise ModelError(
                f"{self._name} is in a form of GGUF that Twite does not know (version {version}).",
                "Choose another file of this model.",
            )

    def _take(self, length: int) -> bytes:
        if length > len(self._content) - self._at:
            raise self._damaged() if self._size > _HEAD_BYTES else self._cut_off()
        self._at += length
        return self._content[self._at - length : self._at]

    def _number(self, code: str) -> Any:
        return struct.unpack(f"<{code}", self._take(struct.calcsize(f"<{code}")))[0]

    def _text(self) -> str:
        try:
            return self._take(self._number("Q")).decode()
        except UnicodeDecodeError:
            raise self._damaged() from None

    def _setting(self) -> tuple[str, Any]:
        name, kind = self._text(), self._number("I")
        return name, self._array() if kind == _ARRAY else self._value(kind)

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._text()
        if kind not in _NUMBERS:
            raise self._damaged()
        return self._number(_NUMBERS[kind])

    def _array(self) -> Any:
        kind, count = self._number("I"), self._number("Q")
        if count > _MOST_ITEMS or kind not in (*_NUMBERS, _STRING):
            raise self._damaged()
        if kind == _STRING:
            return tuple(self._text() for _ in range(count))
        item = np.dtype(_NUMBERS[kind]).newbyteorder("<")
        return np.frombuffer(self._take(count * item.itemsize), item)

    def _place(self) -> tuple[str, tuple[int, ...], int, int]:
        """A tensor's name, shape, kind and place behind the head."""
        name, dimensions = self._text(), self._number("I")
        if not 1 <= dimensions <= 4:
            raise self._damaged()
        shape = tuple(self._number("Q") for _ in range(dimensions))
        return name, shape[::-1], self._number("I"), self._number("Q")

    def _placed(self, places: list[tuple[str, tuple[int, ...], int, int]]) -> dict[str, Tensor]:
        alignment = self.settings.get("general.alignment", 32)
        if type(alignment) is not int or not 1 <= alignment <= 1 << 20:
            raise self._damaged()
        begin = -(-self._at // alignment) * alignment
        tensors = {}
        for name, shape, kind, offset in places:
            block, width = self._block(kind)
            if name in tensors or min(shape) < 1 or shape[-1] % block:
                raise self._damaged()
            rows, row = math.prod(shape[:-1]), shape[-1] // block * width
            if begin + offset + rows * row > self._size:
                raise self._cut_off()
            tensors[name] = Tensor(shape, kind, begin + offset, rows, row)
        return tensors

    def _block(self, kind: int) -> tuple[int, int]:
        """How many weights of this kind lie in how many bytes."""
        # gguf comes with the extra `export` alone, so it is imported where it is used.
        from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize

        try:
            block, width = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
            dequantize(np.zeros((1, width), np.uint8), GGMLQuantizationType(kind))
        except (ValueError, KeyError, NotImplementedError):
            raise ModelError(
                f"{self._name} holds weights of a kind that cannot be read here (number {kind}).",
                "Choose a file of this model with another quantization, such as Q4_K_M or Q8_0.",
            ) from None
        return block, width

    def _damaged(self) -> ModelError:
        return ModelError(f"{self._name} is damaged: its head makes no sense.", AGAIN)

    def _cut_off(self) -> ModelError:
        return ModelError(f"{self._name} is cut off: it ends before its contents do.", AGAIN)
