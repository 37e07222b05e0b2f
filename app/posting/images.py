"""Photographs without what tells where and by whom they were taken, and with every pixel.

What shows the picture is kept, and which side of it is up. Nothing is decoded. What is broken or
cut off is raised as a `UserError`.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from app.posting.damage import MOST_PARTS, damaged

_MARKER = re.compile(rb"\xff([\x02-\xcf\xd9-\xfe])")
"""Of those with a segment behind them; 00 and D0-D7 are part of a scan."""
_APP0, _APP1, _APP15, _COMMENT, _SCAN, _END = 0xE0, 0xE1, 0xEF, 0xFE, 0xDA, 0xD9
_EXIF = b"Exif\0\0"
_APPS_KEPT = {_APP0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}


def jpeg(image: bytes) -> bytes:
    """Ends with the picture, behind which phones keep films. ITU-T T.81, annex B."""
    kept, at, scans = [image[:2]], 2, 0
    while len(kept) < MOST_PARTS and (found := _MARKER.search(image, at)):
        kept.append(image[at : found.start()] if scans else b"")
        marker, body = found[1][0], found.end()
        if marker == _END and scans:
            return b"".join([*kept, found[0]])
        at = body + int.from_bytes(image[body : body + 2])
        if not body + 2 <= at <= len(image):
            break
        kept.append(_kept_segment(marker, image[body + 2 : at]))
        scans += marker == _SCAN
    raise damaged()


def _kept_segment(marker: int, body: bytes) -> bytes:
    if marker == _APP1:
        upright = _upright(body.removeprefix(_EXIF)) if body.startswith(_EXIF) else b""
        body = _EXIF + upright if upright else b""
    elif _APP0 <= marker <= _APP15 or marker == _COMMENT:
        known = _APPS_KEPT.get(marker)
        body = body if known and body.startswith(known) else b""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body if body else b""


_PNG_KEPT = b"tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split()


def png(image: bytes) -> bytes:
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
    raise damaged()


_WEBP_KEPT = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF")
_HAS_XMP, _HAS_EXIF = 0x04, 0x08
"""Bits of the first byte of VP8X, which is the first chunk."""


def webp(image: bytes) -> bytes:
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
        raise damaged()
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", image, at)
        if at + 8 + length > end:
            raise damaged()
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
