"""A medium's way to X."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Generator, Iterator
from pathlib import Path

import httpx2
import pytest

from app.drafts.extras import Medium
from app.errors import UserError
from app.posting import upload as uploading
from app.posting.answers import Refusal, Refused
from app.posting.content import Content
from app.posting.media import take
from app.posting.upload import upload
from app.posting.x_client import XClient
from tests.helpers.x_faults import RESET_READ, says
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X

MB = 1 << 20
IMAGE = (
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"
    b"\0\0\0\0IEND\xae\x42\x60\x82"
)
GIF = b"GIF89a\1\0\1\0\0\0\0;"


def film(size: int) -> bytes:
    """Of ten seconds."""
    header = struct.pack(">I4s12xII", 28, b"mvhd", 1_000, 10_000)
    start = struct.pack(">I4s4s", 12, b"ftyp", b"isom")
    start += struct.pack(">I4s", len(header) + 8, b"moov") + header
    return start + struct.pack(">I4s", size - len(start), b"mdat") + bytes(size - len(start) - 8)


class SignedIn(httpx2.Auth):
    """An account that need not sign in again."""

    def __init__(self, access: str) -> None:
        self._access = access

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["authorization"] = f"Bearer {self._access}"
        yield request

    async def auth(self) -> httpx2.Auth:
        return self

    async def renewed(self) -> httpx2.Auth | None:
        return None


@pytest.fixture
def x() -> Iterator[X]:
    with X() as running:
        yield running


@pytest.fixture
def client(x: X) -> XClient:
    access, _ = x.sign_in_directly(x.add_user("person"))
    return XClient(x.endpoints.api, SignedIn(access))


class Progress(list[tuple[int, int]]):
    """What was told of an upload."""

    def __call__(self, sent: int, size: int) -> None:
        self.append((sent, size))


def run(client: XClient, medium: Medium, on_progress: uploading.Progress = lambda *_: None) -> str:
    async def whole() -> str:
        async with client:
            return await upload(client, medium, on_progress)

    return asyncio.run(whole())


def on_x(x: X, media_id: str) -> bytes:
    segments = x.media[media_id].segments
    return b"".join(segments[number] for number in sorted(segments))


def asked(x: X, ending: str) -> int:
    return sum(request.path.endswith(ending) for request in x.requests)


def test_an_image_goes_in_one_request(x: X, client: XClient, tmp_path: Path) -> None:
    progress = Progress()
    assert on_x(x, run(client, take(IMAGE, tmp_path), progress)) == IMAGE
    assert [request.path for request in x.requests] == ["/2/media/upload"]
    assert progress == [(len(IMAGE), len(IMAGE))]


@pytest.mark.parametrize("content", [GIF + bytes(2 * MB), film(2 * MB + 1), film(2 * MB), GIF])
def test_a_gif_or_film_goes_in_segments_of_a_megabyte(
    content: bytes, x: X, client: XClient, tmp_path: Path
) -> None:
    media_id = run(client, take(content, tmp_path))
    assert on_x(x, media_id) == content
    lengths = [len(part) for part in x.media[media_id].segments.values()]
    assert all(length == MB for length in lengths[:-1])
    assert 0 < lengths[-1] <= MB


def test_each_segment_is_told_of(x: X, client: XClient, tmp_path: Path) -> None:
    progress, size = Progress(), 2 * MB + 5
    run(client, take(film(size), tmp_path), progress)
    assert progress == [(MB, size), (2 * MB, size), (size, size)]
    assert asked(x, "/append") == 3


@pytest.mark.parametrize("content", [IMAGE, GIF, film(900)])
def test_a_post_may_carry_what_was_sent(
    content: bytes, x: X, client: XClient, tmp_path: Path
) -> None:
    async def post() -> None:
        async with client:
            media_id = await upload(client, take(content, tmp_path), Progress())
            await client.create_post(Content("Look"), (media_id,))

    asyncio.run(post())
    assert [post.media for post in x.posts] == [tuple(x.media)]


def test_x_is_asked_until_it_has_got_done_with_a_film(
    x: X, client: XClient, tmp_path: Path
) -> None:
    x.uploads.processing = ("pending", "in_progress", "succeeded")
    media_id = run(client, take(film(900), tmp_path))
    assert x.media[media_id].state == "succeeded"
    assert sum(request.method == "GET" for request in x.requests) == 3


def test_a_film_that_x_cannot_process_is_refused(x: X, client: XClient, tmp_path: Path) -> None:
    x.uploads.processing = ("in_progress", "failed")
    with pytest.raises(Refused, match="could not process"):
        run(client, take(film(900), tmp_path))


def test_x_is_not_waited_for_without_end(
    client: XClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "_PROCESSING_S", 0.0)
    with pytest.raises(UserError, match="ten minutes"):
        run(client, take(film(900), tmp_path))


def test_an_alt_text_is_sent_behind_its_medium(x: X, client: XClient, tmp_path: Path) -> None:
    media_id = run(client, Medium(take(IMAGE, tmp_path).file, "A black dot."))
    assert x.media[media_id].alt_text == "A black dot."


@pytest.mark.parametrize("nothing", ["", " \n"])
def test_without_an_alt_text_nothing_is_sent_or_billed(
    nothing: str, x: X, client: XClient, tmp_path: Path
) -> None:
    run(client, Medium(take(IMAGE, tmp_path).file, nothing))
    assert (asked(x, "/metadata"), x.bill) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.UPLOAD, IMAGE),
        (Kind.INITIALIZE, GIF),
        (Kind.APPEND, GIF),
        (Kind.FINALIZE, GIF),
        (Kind.STATUS, GIF),
        (Kind.ALT_TEXT, IMAGE),
    ],
)
def test_what_x_refuses_comes_through(
    kind: Kind, content: bytes, x: X, client: XClient, tmp_path: Path
) -> None:
    x.next(kind, says(403, "This file is not permitted."))
    with pytest.raises(Refused, match="This file is not permitted") as caught:
        run(client, Medium(take(content, tmp_path).file, "A dot."))
    assert caught.value.kind is Refusal.FORBIDDEN


def test_a_line_that_breaks_ends_the_upload(x: X, client: XClient, tmp_path: Path) -> None:
    x.next(Kind.APPEND, None, RESET_READ)
    with pytest.raises(Refused) as caught:
        run(client, take(film(3 * MB), tmp_path))
    assert caught.value.kind is Refusal.OFFLINE
    assert (asked(x, "/append"), asked(x, "/finalize")) == (2, 0)


def test_a_cancelled_upload_ends_within_a_segment(x: X, client: XClient, tmp_path: Path) -> None:
    medium = take(film(4 * MB), tmp_path)

    async def cancelled() -> None:
        async with client:
            task = asyncio.create_task(upload(client, medium, lambda *_: stop(task)))
            with pytest.raises(asyncio.CancelledError):
                await task

    def stop(task: asyncio.Task[str]) -> None:
        task.cancel()

    asyncio.run(cancelled())
    assert asked(x, "/append") <= 2
    assert asked(x, "/finalize") == 0


def test_a_file_that_is_gone_is_told_of_before_anything_is_sent(
    x: X, client: XClient, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="not there"):
        run(client, Medium(str(tmp_path / "gone.png")))
    assert x.requests == []
