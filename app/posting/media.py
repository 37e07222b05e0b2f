"""What a file to be posted is, whether X takes it, and Twite's own copy of it.

A photograph tells where it was taken, and with whose camera. The copy is what leaves this
computer, so it holds what shows the picture and nothing else. Nothing is decoded on the way.

Limits: https://docs.x.com/x-api/media/quickstart/best-practices
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from app.drafts.extras import Medium, PostExtras
from app.errors import UserError
from app.posting import images, poll
from app.posting.films import chunks, film

LONGEST_ALT_TEXT = 1_000
UNFINISHED = ".taking-"
"""How the name of a copy begins that is being written."""
_MOST_IMAGES = 4
_LARGEST_SOURCE = 20 << 20
"""Bytes of an image as it is found: a camera may add as much again as the picture has."""


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
_STRIPPED = {_JPEG: images.jpeg, _PNG: images.png, _WEBP: images.webp}
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
    return film(file, size) if form.kind is Kind.VIDEO else chunks(file, 0, size)


def _kept(parts: Iterable[bytes], suffix: str, folder: Path) -> Path:
    """Write beside the copy's place, reach the disk, then take its place.

    A copy already there is new from now on, so that no sweep takes it for left over.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{UNFINISHED}{uuid4().hex}"
    try:
        copy = folder / f"{_written(parts, fresh)}{suffix}"
        try:
            os.utime(copy)
        except FileNotFoundError:
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
