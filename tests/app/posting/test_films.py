"""How long a film may last, and what is left of it."""

from __future__ import annotations

import os
import struct
import tracemalloc
from pathlib import Path

import pytest

from app.posting.media import take
from tests.app.posting.media_samples import MB, PLACE, box, copy, film, film_header, refused


@pytest.mark.parametrize("length", [500, 140_000])
def test_a_film_may_last_half_a_second_to_140_seconds(length: int, tmp_path: Path) -> None:
    assert take(film(film_header(length)), tmp_path)


@pytest.mark.parametrize(
    ("length", "sentence"),
    [
        (499, "That video is shorter than half a second."),
        (140_001, "That video is longer than 140 seconds, the most that X takes."),
        (0, "That video does not say how long it lasts."),
        (2**32 - 1, "That video does not say how long it lasts."),
    ],
)
def test_any_other_length_is_refused(length: int, sentence: str, tmp_path: Path) -> None:
    assert refused(film(film_header(length)), tmp_path / "media") == sentence


def test_a_film_without_a_time_scale_is_refused(tmp_path: Path) -> None:
    assert refused(film(film_header(scale=0)), tmp_path / "media")


def test_a_length_of_64_bits_is_read(tmp_path: Path) -> None:
    header = box(b"mvhd", b"\1", bytes(19), struct.pack(">IQ", 1_000, 141_000), bytes(80))
    assert "longer" in refused(film(header), tmp_path / "media")


def test_a_box_with_a_size_of_64_bits_or_none_is_passed(tmp_path: Path) -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 20) + b"film"
    last = struct.pack(">I4s", 0, b"mdat") + b"and the rest"
    moov = box(b"moov", film_header())
    assert take(box(b"ftyp", b"isom") + large + moov + last, tmp_path)


def test_a_film_is_never_held_in_memory_whole(tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.write_bytes(film() + struct.pack(">I4s", 32 * MB, b"mdat"))
    os.truncate(source, len(film()) + 32 * MB)
    tracemalloc.start()
    take(source, tmp_path / "media")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MB


def test_a_film_is_copied_without_its_place_and_nothing_in_it_moves(tmp_path: Path) -> None:
    source, taken = film(), copy(film(), tmp_path)
    assert PLACE not in taken
    for name in (b"meta", b"udta", b"uuid"):
        source = source.replace(name, b"free")
    assert taken == source.replace(PLACE, bytes(len(PLACE)))


def test_a_film_of_boxes_without_end_is_refused(tmp_path: Path) -> None:
    assert refused(film() + box(b"free") * 100_001, tmp_path / "media")


def test_boxes_within_boxes_are_followed_no_further_than_films_have_them(tmp_path: Path) -> None:
    nested = b""
    for _ in range(3_000):
        nested = box(b"moov", nested)
    assert refused(box(b"ftyp", b"isom") + nested, tmp_path / "media")
