"""What a file to be posted is, whether X takes it, and Twite's own copy of it.

A photograph tells where it was taken, and with whose camera. The copy is what leaves this
computer, so it holds what shows the picture and nothing else. Nothing is decoded on the way.

Limits: https://docs.x.com/x-api/media/quickstart/best-practices
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from uuid import uuid4

from app.drafts.extras import Medium, PostExtras
from app.errors import UserError
from app.posting import poll

LONGEST_ALT_TEXT = 1_000
_MOST_IMAGES = 4
_SHORTEST_S, _LONGEST_S = 0.5, 140
_LARGEST_SOURCE = 20 << 20
"""Bytes of an image as it is found: a camera may add as much again as the picture has."""
_MOST_PARTS = 100_000
"""Far beyond what an honest file is made of."""
_CHUNK = 1 << 20


class Kind(StrEnum):
    """What X tells apart. A GIF is one whether it moves or not."""

    IMAGE = "image"
    GIF = "GIF"
    VIDEO = "video"


_LARGEST = {Kind.IMAGE: 5 << 20, Kind.GIF: 15 << 20, Kind.VIDEO: 512 << 20}


@dataclass(frozen=True)
class Form:
    """A file format that X takes."""

    kind: Kind
    suffix: str
    media_type: str


_JPEG = Form(Kind.IMAGE, ".jpg", "image/jpeg")
_PNG = Form(Kind.IMAGE, ".png", "image/png")
_WEBP = Form(Kind.IMAGE, ".webp", "image/webp")
_GIF = Form(Kind.GIF, ".gif", "image/gif")
_MOV = Form(Kind.VIDEO, ".mov", "video/quicktime")
_MP4 = Form(Kind.VIDEO, ".mp4", "video/mp4")
_STARTS = (
    (re.compile(rb"\xff\xd8\xff"), _JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _PNG),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _WEBP),
    (re.compile(rb"GIF8[79]a"), _GIF),
    (re.compile(rb"....ftypqt  ", re.DOTALL), _MOV),
    (re.compile(rb"....ftyp(?!M4[ABP]|he[iv]|mif|msf|avi|crx)", re.DOTALL), _MP4),
)


def take(source: Path | bytes, folder: Path) -> Medium:
    """Copy a file, or its content, into `folder` under its hash; a copy already there is used.

    Raises `UserError` where X would not take it, and where it cannot be read or copied.
    """
    with opened(source) as file:
        form = _form(file)
        return Medium(str(_kept(_parts(file, form), form.suffix, folder)))


def kind_of(path: Path) -> Kind:
    """What a file is, by its content; raises `UserError` as `form_of` does."""
    return form_of(path).kind


def form_of(path: Path) -> Form:
    """How a file is written; raises `UserError` where it is gone, or nothing that X takes."""
    with opened(path) as file:
        return _form(file)


@contextmanager
def opened(source: Path | bytes) -> Iterator[BinaryIO]:
    """The file for reading; what the disk refuses meanwhile is raised as a `UserError`."""
    try:
        if isinstance(source, bytes):
            yield BytesIO(source)
        elif source.is_file():  # a pipe or a device would never end
            with source.open("rb") as file:
                yield file
        else:
            raise UserError("That file is not there.", "Choose another one.")
    except OSError as error:
        raise UserError(
            f"That file could not be read or copied: {error.strerror}.",
            "Check the file and the free space on the disk, and add it again.",
        ) from error


def refusals(extras: PostExtras) -> list[str]:
    """Sentences on what X would refuse of what a post carries; empty where nothing is."""
    found = _media_refused(extras.media)
    if extras.media and extras.poll:
        found.append("A post takes media or a poll, not both.")
    return found + (poll.refusals(extras.poll) if extras.poll else [])


def _media_refused(media: tuple[Medium, ...]) -> list[str]:
    found, kinds = [], []
    for number, medium in enumerate(media, 1):
        which = f" {number}" if len(media) > 1 else ""
        try:
            kinds.append(kind_of(Path(medium.file)))
        except UserError:
            found.append(f"Image or video{which} is gone: take it out or add it again.")
        over = len(medium.alt_text) - LONGEST_ALT_TEXT
        if over > 0:
            found.append(f"Alt text{which} is {over} over {LONGEST_ALT_TEXT:,} characters.")
    if len(media) > (_MOST_IMAGES if set(kinds) <= {Kind.IMAGE} else 1):
        found.append(f"A post takes up to {_MOST_IMAGES} images, or one GIF, or one video.")
    return found


def _form(file: BinaryIO) -> Form:
    head = file.read(12)
    for start, form in _STARTS:
        if start.match(head):
            return form
    raise _not_taken()


def _not_taken() -> UserError:
    return UserError(
        "That file is no image X takes: it takes JPEG, PNG, WEBP, GIF and MP4.",
        "Save it as one of these and add it again.",
    )


def _damaged() -> UserError:
    return UserError("That file is cut off or damaged.", "Save it anew and add it again.")


def _check_size(kind: Kind, size: int, largest: int) -> None:
    if size > largest:
        raise UserError(
            f"That {kind} is too large: X takes up to {_LARGEST[kind] >> 20} MB.",
            "Make it smaller and add it again.",
        )


def _parts(file: BinaryIO, form: Form) -> Iterable[bytes]:
    """The content of the copy."""
    size = file.seek(0, os.SEEK_END)
    if form.kind is Kind.IMAGE:
        _check_size(form.kind, size, _LARGEST_SOURCE)
        file.seek(0)
        image = _STRIPPED[form](file.read(_LARGEST_SOURCE))
        _check_size(form.kind, len(image), _LARGEST[form.kind])
        return [image]
    _check_size(form.kind, size, _LARGEST[form.kind])
    return _blanked(file, size, _telling(file, size) if form.kind is Kind.VIDEO else [])


def _kept(parts: Iterable[bytes], suffix: str, folder: Path) -> Path:
    """Write beside the copy's place, reach the disk, then take its place."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".taking-{uuid4().hex}"
    try:
        copy = folder / f"{_written(parts, fresh)}{suffix}"
        if not copy.exists():
            fresh.replace(copy)
    finally:
        fresh.unlink(missing_ok=True)
    return copy


def _written(parts: Iterable[bytes], fresh: Path) -> str:
    digest = hashlib.sha256()
    with fresh.open("xb") as writing:
        for part in parts:
            writing.write(part)
            digest.update(part)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


_MARKER = re.compile(rb"\xff([\x02-\xcf\xd9-\xfe])")
"""Of those with a segment behind them; 00 and D0-D7 are part of a scan."""
_APP0, _APP1, _APP15, _COMMENT, _SCAN, _END = 0xE0, 0xE1, 0xEF, 0xFE, 0xDA, 0xD9
_EXIF = b"Exif\0\0"
_APPS_KEPT = {_APP0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}


def _jpeg(image: bytes) -> bytes:
    """Ends with the picture, behind which phones keep films. ITU-T T.81, annex B."""
    kept, at, scans = [image[:2]], 2, 0
    while len(kept) < _MOST_PARTS and (found := _MARKER.search(image, at)):
        kept.append(image[at : found.start()] if scans else b"")
        marker, body = found[1][0], found.end()
        if marker == _END and scans:
            return b"".join([*kept, found[0]])
        at = body + int.from_bytes(image[body : body + 2])
        if not body + 2 <= at <= len(image):
            break
        kept.append(_kept_segment(marker, image[body + 2 : at]))
        scans += marker == _SCAN
    raise _damaged()


def _kept_segment(marker: int, body: bytes) -> bytes:
    if marker == _APP1:
        upright = _upright(body.removeprefix(_EXIF)) if body.startswith(_EXIF) else b""
        body = _EXIF + upright if upright else b""
    elif _APP0 <= marker <= _APP15 or marker == _COMMENT:
        known = _APPS_KEPT.get(marker)
        body = body if known and body.startswith(known) else b""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body if body else b""


_PNG_KEPT = b"tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split()


def _png(image: bytes) -> bytes:
    """Critical chunks, and those that colour or move the picture. W3C PNG, 5 and 11."""
    kept, at = [image[:8]], 8
    while at + 12 <= len(image):
        length, name = struct.unpack_from(">I4s", image, at)
        start, at = at, at + 12 + length
        if at > len(image):
            break
        if name[:1].isupper() or name in _PNG_KEPT:
            kept.append(image[start:at])
        elif name == b"eXIf" and (body := _upright(image[start + 8 : at - 4])):
            check = zlib.crc32(name + body).to_bytes(4)
            kept.append(struct.pack(">I4s", len(body), name) + body + check)
        if name == b"IEND":
            return b"".join(kept)
    raise _damaged()


_WEBP_KEPT = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF")
_HAS_XMP, _HAS_EXIF = 0x04, 0x08
"""Bits of the first byte of VP8X, which is the first chunk."""


def _webp(image: bytes) -> bytes:
    """Chunks that colour, show or move the picture. RFC 9649, 2."""
    chunks = [
        (name, _upright(body.removeprefix(_EXIF)) if name == b"EXIF" else body)
        for name, body in _riff(image)
        if name in _WEBP_KEPT
    ]
    kept = bytearray().join(
        struct.pack("<4sI", name, len(body)) + body + bytes(len(body) % 2)
        for name, body in chunks
        if body
    )
    if kept.startswith(b"VP8X"):
        kept[8] &= ~(_HAS_XMP | _HAS_EXIF)
        kept[8] |= _HAS_EXIF if any(name == b"EXIF" and body for name, body in chunks) else 0
    return struct.pack("<4sI4s", b"RIFF", len(kept) + 4, b"WEBP") + kept


def _riff(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, int.from_bytes(image[4:8], "little") + 8
    if end > len(image):
        raise _damaged()
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", image, at)
        if at + 8 + length > end:
            raise _damaged()
        yield name, image[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _upright(tiff: bytes) -> bytes:
    """Of an Exif block, which side of the picture is up; b"" where that needs no telling.

    The tag is 0x112, a SHORT from 1 (as it is) to 8. TIFF 6.0, 2; CIPA DC-008.
    """
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "<")
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(entries):
            tag, type, _, side = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * entry)
            if (tag, type) == (0x112, 3) and 2 <= side <= 8:
                return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, tag, type, 1, side, 0, 0)
    except struct.error:
        pass  # the block is broken, and so tells nothing
    return b""


_STRIPPED = {_JPEG: _jpeg, _PNG: _png, _WEBP: _webp}


class _Box(NamedTuple):
    """A part of a film: its name behind those it lies in, and where it is in the file."""

    path: bytes
    start: int
    body: int
    end: int


def _telling(file: BinaryIO, size: int) -> list[_Box]:
    """Check a video's length, and find what tells more than pictures and sound."""
    boxes = list(islice(_boxes(file, 0, size), _MOST_PARTS + 1))
    header = next((box for box in boxes if box.path == b"moov/mvhd"), None)
    if header is None or len(boxes) > _MOST_PARTS:
        raise _damaged()
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
            raise _damaged()
        yield _Box(above + name, start, body, stop)
        if above + name in (b"moov", b"moov/trak"):
            yield from _boxes(file, body, stop, above + name + b"/")
        start = stop


def _fields(file: BinaryIO, at: int, layout: str) -> tuple[Any, ...]:
    file.seek(at)
    try:
        return struct.unpack(layout, file.read(struct.calcsize(layout)))
    except struct.error:
        raise _damaged() from None


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
        yield from _read(file, at, box.start + 4)
        yield b"free"
        yield from _read(file, box.start + 8, box.body)
        for start in range(box.body, box.end, _CHUNK):
            yield bytes(min(_CHUNK, box.end - start))
        at = box.end
    yield from _read(file, at, size)


def _read(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end:
        part = file.read(min(_CHUNK, end - start))
        if not part:
            raise _damaged()
        yield part
        start += len(part)
