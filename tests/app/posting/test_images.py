"""What is left of a photograph, and which side of it is up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from tests.app.posting.media_samples import (
    COLOURS,
    JFIF,
    PICTURE,
    PLACE,
    PLAIN_JPEG,
    PLAIN_PNG,
    PNG_HEAD,
    PNG_PICTURE,
    WEBP_PICTURE,
    chunk,
    copy,
    extended,
    jpeg,
    only_upright,
    png,
    refused,
    riff,
    segment,
    tiff,
    webp,
)


def test_a_photograph_is_copied_without_its_place_and_with_every_pixel(tmp_path: Path) -> None:
    assert copy(jpeg(), tmp_path) == PLAIN_JPEG
    assert copy(jpeg(tiff("<", 1)), tmp_path) == PLAIN_JPEG


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("side", range(2, 9))
def test_a_photograph_keeps_which_side_is_up(order: str, side: int, tmp_path: Path) -> None:
    turned = segment(0xE1, b"Exif\0\0" + only_upright(side))
    assert copy(jpeg(tiff(order, side)), tmp_path) == (
        b"\xff\xd8" + JFIF + turned + COLOURS + PICTURE
    )


def test_a_photograph_keeps_how_its_colours_are_meant(tmp_path: Path) -> None:
    colours = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
    image = b"\xff\xd8" + colours + PICTURE
    assert copy(image, tmp_path) == image


def test_what_stands_between_a_photographs_segments_is_left_out(tmp_path: Path) -> None:
    image = b"\xff\xd8" + JFIF + COLOURS + PLACE + PICTURE
    assert refused(image[:2] + PLACE + image[2:], tmp_path / "media")
    assert copy(image, tmp_path) == PLAIN_JPEG


@pytest.mark.parametrize("broken", [b"?", b"II*\0\xff\xff\xff\xff", tiff("<", 6)[:20]])
def test_a_broken_exif_block_tells_nothing(broken: bytes, tmp_path: Path) -> None:
    assert copy(jpeg(broken), tmp_path) == PLAIN_JPEG
    assert copy(png(broken), tmp_path) == PLAIN_PNG


def test_a_png_is_copied_without_its_texts_and_with_every_pixel(tmp_path: Path) -> None:
    assert copy(png(tiff(">", 1)), tmp_path) == PLAIN_PNG


def test_a_png_keeps_which_side_is_up(tmp_path: Path) -> None:
    turned = chunk(b"eXIf", only_upright(8))
    assert copy(png(tiff(">", 8)), tmp_path) == PNG_HEAD + turned + b"".join(PNG_PICTURE)


def test_a_webp_is_copied_without_its_place_and_with_every_pixel(tmp_path: Path) -> None:
    assert copy(webp(tiff("<", 1)), tmp_path) == riff(extended(0x10), WEBP_PICTURE)


@pytest.mark.parametrize("start", [b"", b"Exif\0\0"])
def test_a_webp_keeps_which_side_is_up(start: bytes, tmp_path: Path) -> None:
    turned = (b"EXIF", only_upright(3))
    assert copy(webp(start + tiff("<", 3)), tmp_path) == riff(extended(0x18), WEBP_PICTURE, turned)


@given(body=st.binary(max_size=200))
def test_no_bytes_behind_a_photographs_start_break_it(
    body: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "media"
    try:
        taken = copy(b"\xff\xd8\xff" + body + b"\xff\xda\0\2" + body + b"\xff\xd9", folder)
    except UserError:
        return
    assert taken.endswith(b"\xff\xd9")
