"""Videos without what tells where they were made, read from the front and never as a whole."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from app.errors import UserError
from app.posting.damage import MOST_PARTS, damaged

_SHORTEST_S, _LONGEST_S = 0.5, 140
_CHUNK = 1 << 20


class _Box(NamedTuple):
    """A part of a film: its name behind those it lies in, and where it is in the file."""

    path: bytes
    start: int
    body: int
    end: int


def film(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The content of a video that X takes, without what tells more than pictures and sound.

    Raises `UserError` before the first part where it is damaged, too short or too long.
    """
    return _blanked(file, size, _telling(file, size))


def chunks(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """What lies between two places of a file."""
    file.seek(start)
    while start < end:
        part = file.read(min(_CHUNK, end - start))
        if not part:
            raise damaged()
        yield part
        start += len(part)


def _telling(file: BinaryIO, size: int) -> list[_Box]:
    """Check the length, and find what is to be left out."""
    boxes = list(islice(_boxes(file, 0, size), MOST_PARTS + 1))
    header = next((box for box in boxes if box.path == b"moov/mvhd"), None)
    if header is None or len(boxes) > MOST_PARTS:
        raise damaged()
    _check_length(_seconds(file, header.body))
    return [box for box in boxes if box.path[-4:] in (b"udta", b"meta", b"uuid")]


def _boxes(file: BinaryIO, start: int, end: int, above: bytes = b"") -> Iterator[_Box]:
    """A film's boxes and its tracks', from the front. ISO/IEC 14496-12, 4.2."""
    while end - start >= 8:
        size, name = _fields(file, start, ">I4s")
        body = start + 8
        if size == 1:
            (size,), body = _fields(file, body, ">Q"), body + 8
        stop = start + size if size else end
        if not body <= stop <= end:
            raise damaged()
        yield _Box(above + name, start, body, stop)
        if above + name in (b"moov", b"moov/trak"):
            yield from _boxes(file, body, stop, above + name + b"/")
        start = stop


def _fields(file: BinaryIO, at: int, layout: str) -> tuple[Any, ...]:
    file.seek(at)
    try:
        return struct.unpack(layout, file.read(struct.calcsize(layout)))
    except struct.error:
        raise damaged() from None


def _seconds(file: BinaryIO, at: int) -> float:
    """How long a film lasts, by its `mvhd`. ISO/IEC 14496-12, 8.2.2."""
    (version,) = _fields(file, at, ">B")
    scale, length = _fields(file, at, ">20xIQ" if version else ">12xII")
    if not scale or length in (0, 2**32 - 1, 2**64 - 1):
        raise UserError(
            "That video does not say how long it lasts.", "Save it anew as MP4 and add it again."
        )
    return float(length / scale)


def _check_length(seconds: float) -> None:
    if seconds < _SHORTEST_S:
        raise UserError("That video is shorter than half a second.", "X takes none so short.")
    if seconds > _LONGEST_S:
        raise UserError(
            f"That video is longer than {_LONGEST_S} seconds, the most that X takes.",
            "Cut it and add it again.",
        )


def _blanked(file: BinaryIO, size: int, boxes: list[_Box]) -> Iterator[bytes]:
    """The content, with these boxes made free space of the same length: nothing else moves."""
    at = 0
    for box in boxes:
        yield from chunks(file, at, box.start + 4)
        yield b"free"
        yield from chunks(file, box.start + 8, box.body)
        for start in range(box.body, box.end, _CHUNK):
            yield bytes(min(_CHUNK, box.end - start))
        at = box.end
    yield from chunks(file, at, size)
