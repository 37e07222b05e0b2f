"""What is taken as a medium, what Twite's copy of it holds, and what X would refuse of it."""

from __future__ import annotations

import hashlib
import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drafts.extras import Medium, Poll, PostExtras
from app.errors import UserError
from app.posting.media import Kind, kind_of, refusals, take
from tests.app.posting.media_samples import (
    FILM_PICTURE,
    GIF,
    KINDS,
    MB,
    PICTURE,
    PLAIN_JPEG,
    PLAIN_PNG,
    PNG_HEAD,
    SAMPLES,
    TABLES,
    WEBP_PICTURE,
    box,
    chunk,
    copy,
    extended,
    film,
    film_header,
    jpeg,
    refused,
    riff,
    segment,
)


@pytest.mark.parametrize("suffix", SAMPLES)
def test_a_file_is_known_by_its_content_and_not_by_its_name(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / "holiday.txt"
    source.write_bytes(SAMPLES[suffix])
    taken = Path(take(source, tmp_path / "media").file)
    assert (taken.suffix, kind_of(taken)) == (suffix, KINDS.get(suffix, Kind.IMAGE))


def test_what_was_pasted_is_taken_like_a_file(tmp_path: Path) -> None:
    source = tmp_path / "image"
    source.write_bytes(PLAIN_PNG)
    assert take(PLAIN_PNG, tmp_path / "media") == take(source, tmp_path / "media")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"A text about ftyp and JFIF.",
        b"%PDF-1.7",
        b"BM\0\0\0\0\0\0\0\0",
        b"RIFF\0\0\0\0WAVE",
        box(b"ftyp", b"heic", bytes(4)),
        box(b"ftyp", b"avif", bytes(4)),
        box(b"ftyp", b"M4A ", bytes(4)) + box(b"moov", film_header()),
    ],
)
def test_what_x_takes_is_said_to_whoever_brings_something_else(
    content: bytes, tmp_path: Path
) -> None:
    assert refused(content, tmp_path / "media") == (
        "That file is no image X takes: it takes JPEG, PNG, WEBP, GIF and MP4."
    )


def test_a_folder_a_pipe_and_a_missing_file_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("", "pipe", "missing"):
        assert refused(tmp_path / name, tmp_path / "media") == "That file is not there."


def test_a_disk_that_takes_no_copy_is_told_of_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "media").write_bytes(b"a file where the folder should be")
    with pytest.raises(UserError, match="could not be read or copied"):
        take(GIF, tmp_path / "media")


def test_a_copy_is_named_by_its_hash(tmp_path: Path) -> None:
    taken = Path(take(SAMPLES[".jpg"], tmp_path).file)
    assert taken == tmp_path / f"{hashlib.sha256(taken.read_bytes()).hexdigest()}.jpg"


def test_a_copy_already_there_is_used(tmp_path: Path) -> None:
    first = Path(take(GIF, tmp_path).file).stat()
    second = Path(take(GIF, tmp_path).file).stat()
    assert first.st_ino == second.st_ino
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("start", "size", "sentence"),
    [
        (GIF, 15 * MB, "That GIF is too large: X takes up to 15 MB."),
        (SAMPLES[".mp4"], 512 * MB, "That video is too large: X takes up to 512 MB."),
        (PLAIN_PNG, 20 * MB, "That image is too large: X takes up to 5 MB."),
    ],
)
def test_a_file_beyond_xs_size_is_refused(
    start: bytes, size: int, sentence: str, tmp_path: Path
) -> None:
    source = tmp_path / "large"
    source.write_bytes(start)
    os.truncate(source, size + 1)
    assert refused(source, tmp_path / "media") == sentence


def sized_png(size: int) -> bytes:
    return PNG_HEAD + chunk(b"IDAT", bytes(size - len(PNG_HEAD) - 24)) + chunk(b"IEND", b"")


def test_an_image_may_have_five_megabytes(tmp_path: Path) -> None:
    assert len(copy(sized_png(5 * MB), tmp_path)) == 5 * MB
    assert "too large" in refused(sized_png(5 * MB + 1), tmp_path / "media")


def test_what_a_camera_adds_does_not_count_against_the_size(tmp_path: Path) -> None:
    assert copy(jpeg() + bytes(6 * MB), tmp_path) == PLAIN_JPEG


def test_a_gif_may_have_fifteen_megabytes(tmp_path: Path) -> None:
    assert len(copy(GIF + bytes(15 * MB - len(GIF)), tmp_path)) == 15 * MB


@pytest.mark.parametrize("suffix", set(SAMPLES) - {".gif"})
def test_a_file_cut_off_anywhere_is_refused(suffix: str, tmp_path: Path) -> None:
    plain = {".jpg": PLAIN_JPEG, ".png": PLAIN_PNG, ".webp": riff(extended(0), WEBP_PICTURE)}
    whole = plain.get(suffix, SAMPLES[suffix])
    for length in range(len(whole)):
        refused(whole[:length], tmp_path / "media")


@pytest.mark.parametrize(
    "content",
    [
        PNG_HEAD + struct.pack(">I4s", 2**31, b"IDAT"),
        b"\xff\xd8\xff\xe1\xff\xff",
        b"\xff\xd8" + TABLES + b"\xff\xd9",
        b"\xff\xd8" + segment(0xFE, b"") * 100_000 + PICTURE,
        b"RIFF\xff\xff\xff\xffWEBPVP8 \xff\xff\xff\xff",
        riff((b"VP8 ", b""))[:-4] + b"\xff\xff\xff\xff",
        box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"moov", 2**64 - 1),
        box(b"ftyp", b"isom") + struct.pack(">I4s", 7, b"moov"),
        box(b"ftyp", b"isom") + FILM_PICTURE,
        box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd")),
    ],
)
def test_a_file_that_cannot_be_whole_is_refused(content: bytes, tmp_path: Path) -> None:
    assert refused(content, tmp_path / "media") == "That file is cut off or damaged."


@given(start=st.sampled_from(sorted(SAMPLES)), kept=st.floats(0, 1), rest=st.binary(max_size=60))
def test_no_bytes_break_it_and_a_copy_of_a_copy_is_the_same(
    start: str, kept: float, rest: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sample, folder = SAMPLES[start], tmp_path_factory.getbasetemp() / "media"
    cut = int(len(sample) * kept)
    try:
        taken = take(sample[:cut] + rest + sample[cut + len(rest) :], folder)
    except UserError:
        return
    assert take(Path(taken.file), folder) == taken


@pytest.fixture
def media(tmp_path: Path) -> dict[str, Medium]:
    """One of each kind; `gone` was an image."""
    taken = {
        "image": take(PLAIN_PNG, tmp_path),
        "GIF": take(GIF, tmp_path),
        "video": take(film(), tmp_path),
        "gone": take(PLAIN_JPEG, tmp_path),
    }
    Path(taken["gone"].file).unlink()
    return taken


MIX = "A post takes up to 4 images, or one GIF, or one video."


@pytest.mark.parametrize("kinds", ["", "image " * 4, "GIF", "video"])
def test_four_images_one_gif_or_one_video_are_fine(kinds: str, media: dict[str, Medium]) -> None:
    assert refusals(PostExtras(tuple(media[kind] for kind in kinds.split()))) == []


@pytest.mark.parametrize("kinds", ["image " * 5, "GIF GIF", "image GIF", "video image"])
def test_any_other_mix_is_refused(kinds: str, media: dict[str, Medium]) -> None:
    assert refusals(PostExtras(tuple(media[kind] for kind in kinds.split()))) == [MIX]


def test_a_file_that_is_gone_is_named(media: dict[str, Medium]) -> None:
    assert refusals(PostExtras((media["image"], media["gone"]))) == [
        "Image or video 2 is gone: take it out or add it again."
    ]


def test_an_alt_text_may_have_a_thousand_characters(media: dict[str, Medium]) -> None:
    file = media["image"].file
    assert refusals(PostExtras((Medium(file, "é" * 1_000),))) == []
    assert refusals(PostExtras((Medium(file, "é" * 1_002),))) == [
        "Alt text is 2 over 1,000 characters."
    ]


def test_media_and_a_poll_exclude_each_other(media: dict[str, Medium]) -> None:
    assert refusals(PostExtras((media["GIF"],), Poll(("Yes", "No")))) == [
        "A post takes media or a poll, not both."
    ]


@pytest.mark.parametrize(
    "poll",
    [
        Poll(("Yes", "No"), 5),
        Poll(("a" * 25, "b", "c", "d"), 10_080),
        Poll(("\N{FAMILY}" * 12, "No")),
    ],
)
def test_a_poll_as_x_takes_it_is_fine(poll: Poll) -> None:
    assert refusals(PostExtras(poll=poll)) == []


@pytest.mark.parametrize(
    ("poll", "sentence"),
    [
        (Poll(("Yes",)), "A poll has 2 to 4 answers."),
        (Poll(tuple("abcde")), "A poll has 2 to 4 answers."),
        (Poll(("Yes", " ")), "Answer 2 of the poll is empty."),
        (Poll(("a" * 26, "No")), "Answer 1 of the poll is 1 over the limit of 25."),
        (Poll(("猫" * 13, "No")), "Answer 1 of the poll is 1 over the limit of 25."),
        (Poll(("Yes\ufffe", "No")), "Answer 1 of the poll has a character that X refuses."),
        (Poll(("Caf\u00e9", "No", "Cafe\u0301 ")), "Two answers of the poll are the same."),
        (Poll(("Yes", "No"), 4), "A poll is open for 5 minutes to 7 days."),
        (Poll(("Yes", "No"), 10_081), "A poll is open for 5 minutes to 7 days."),
    ],
)
def test_what_x_would_refuse_of_a_poll_is_said_in_a_sentence(poll: Poll, sentence: str) -> None:
    assert refusals(PostExtras(poll=poll)) == [sentence]
