"""Small files of every kind that X takes, which tell of a place, and what is left of them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from app.errors import UserError
from app.posting.media import Kind, take

PLACE = b"+51.5014-000.1419/"
MB = 1 << 20


def tiff(order: str, side: int) -> bytes:
    """An Exif block with a camera's name, the side that is up, and a place."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    entries = [(0x10F, 2, len(PLACE), 62), (0x112, 3, 1, 0), (0x8825, 4, 1, 62)]
    fields = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
    upright = struct.pack(f"{order}HHIHH", 0x112, 3, 1, side, 0)
    fields = fields[:12] + upright + fields[24:]
    return start + struct.pack(f"{order}IH", 8, 3) + fields + bytes(16) + PLACE


def only_upright(side: int) -> bytes:
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x112, 3, 1, side, 0, 0)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
COLOURS = segment(0xE2, b"ICC_PROFILE\0\1\1colours")
TABLES = segment(0xDB, bytes(65)) + segment(0xC2, b"\x08\0\1\0\1\1\1\x11\0")
FIRST_SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
SECOND_SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x78\xff\xff\0\x9a"
PICTURE = TABLES + FIRST_SCAN + segment(0xC4, bytes(17)) + SECOND_SCAN + b"\xff\xd9"
PLAIN_JPEG = b"\xff\xd8" + JFIF + COLOURS + PICTURE


def jpeg(exif: bytes = b"") -> bytes:
    told = [
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE),
        segment(0xE2, b"MPF\0" + PLACE),
        segment(0xED, b"Photoshop 3.0\0" + PLACE),
        segment(0xFE, PLACE),
    ]
    block = segment(0xE1, b"Exif\0\0" + exif) if exif else b""
    return b"\xff\xd8" + JFIF + block + b"".join(told) + COLOURS + PICTURE + b"ftyp" + PLACE


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), name) + body + zlib.crc32(name + body).to_bytes(4)


PNG_HEAD = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\3\0\0\0")
PNG_PICTURE = [
    chunk(b"PLTE", b"\1\2\3"),
    chunk(b"tRNS", b"\x80"),
    chunk(b"IDAT", zlib.compress(b"\0\0")),
    chunk(b"IEND", b""),
]
PLAIN_PNG = PNG_HEAD + b"".join(PNG_PICTURE)


def png(exif: bytes = b"") -> bytes:
    told = [chunk(name, b"where\0" + PLACE) for name in (b"tEXt", b"iTXt", b"zTXt", b"tIME")]
    block = chunk(b"eXIf", exif) if exif else b""
    return PNG_HEAD + block + b"".join(told + PNG_PICTURE) + PLACE


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    inside = b"".join(
        struct.pack("<4sI", name, len(body)) + body + bytes(len(body) % 2) for name, body in chunks
    )
    return struct.pack("<4sI4s", b"RIFF", len(inside) + 4, b"WEBP") + inside


def extended(flags: int) -> tuple[bytes, bytes]:
    return b"VP8X", bytes([flags, 0, 0, 0, 0, 0, 0, 0, 0, 0])


WEBP_PICTURE = (b"VP8L", b"\x2f\0\0\0\0")


def webp(exif: bytes = b"") -> bytes:
    told = ((b"XMP ", PLACE), (b"TOLD", PLACE))
    return riff(extended(0x1C), WEBP_PICTURE, (b"EXIF", exif or b"?"), *told) + PLACE


def box(name: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I4s", len(body) + 8, name) + body


def film_header(length: int = 10_000, scale: int = 1_000) -> bytes:
    return box(b"mvhd", bytes(12), struct.pack(">II", scale, length), bytes(80))


FILM_PICTURE = box(b"mdat", b"pictures and sound")


def film(header: bytes = film_header(), brand: bytes = b"isom", place: bytes = PLACE) -> bytes:
    track = box(b"trak", box(b"tkhd", bytes(80)), box(b"udta", place), box(b"mdia", b"media"))
    told = box(b"meta", bytes(4), place) + box(b"udta", place)
    moov = box(b"moov", header, track, told)
    return box(b"ftyp", brand, bytes(4)) + box(b"uuid", place) + FILM_PICTURE + moov


GIF = b"GIF89a\1\0\1\0\0\0\0;"
SAMPLES = {
    ".jpg": jpeg(tiff("<", 6)),
    ".png": png(tiff("<", 6)),
    ".webp": webp(tiff("<", 6)),
    ".gif": GIF,
    ".mp4": film(),
    ".mov": film(brand=b"qt  "),
}
KINDS = {".gif": Kind.GIF, ".mp4": Kind.VIDEO, ".mov": Kind.VIDEO}


def copy(source: Path | bytes, folder: Path) -> bytes:
    return Path(take(source, folder).file).read_bytes()


def refused(source: Path | bytes, folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        take(source, folder)
    assert not folder.exists() or not list(folder.iterdir())
    return caught.value.what_happened
