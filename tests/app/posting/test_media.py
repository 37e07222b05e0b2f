"""What is taken as a medium, what Twite's copy of it holds, and what X would refuse of it."""

from __future__ import annotations

import hashlib
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drafts.extras import Medium, Poll, PostExtras
from app.errors import UserError
from app.posting.media import Kind, kind_of, refusals, take

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
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)
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


def test_a_film_is_copied_without_its_place_and_nothing_in_it_moves(tmp_path: Path) -> None:
    source, taken = film(), copy(film(), tmp_path)
    assert PLACE not in taken
    for name in (b"meta", b"udta", b"uuid"):
        source = source.replace(name, b"free")
    assert taken == source.replace(PLACE, bytes(len(PLACE)))


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


def test_a_film_of_boxes_without_end_is_refused(tmp_path: Path) -> None:
    assert refused(film() + box(b"free") * 100_001, tmp_path / "media")


def test_boxes_within_boxes_are_followed_no_further_than_films_have_them(tmp_path: Path) -> None:
    nested = b""
    for _ in range(3_000):
        nested = box(b"moov", nested)
    assert refused(box(b"ftyp", b"isom") + nested, tmp_path / "media")


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
