"""A medium's way to X: an image in one request, a GIF or video in segments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.drafts.extras import Medium
from app.errors import UserError
from app.posting.media import Form, Kind, form_of, opened
from app.posting.x_client import Upload, XClient

_SEGMENT = 1 << 20
_PROCESSING_S = 600.0
"""The longest that X may take over a file it has been sent."""
_CATEGORIES = {Kind.IMAGE: "tweet_image", Kind.GIF: "tweet_gif", Kind.VIDEO: "tweet_video"}

Progress = Callable[[int, int], None]


async def upload(client: XClient, medium: Medium, on_progress: Progress) -> str:
    """Send the file and its alt text; the id that a post may carry.

    `on_progress` gets the bytes that X has, and those of the whole file. Raises `Refused` where X
    or the way to it takes nothing, `UserError` where the file is gone or X never gets done with it.
    https://docs.x.com/x-api/media/quickstart/media-upload-chunked
    """
    path = Path(medium.file)
    form = form_of(path)
    with opened(path) as file:
        send = _at_once if form.kind is Kind.IMAGE else _in_segments
        sent = await send(client, file, form, on_progress)
    media_id = await _processed(client, sent)
    if medium.alt_text.strip():
        await client.describe(media_id, medium.alt_text)
    return media_id


async def _at_once(client: XClient, file: BinaryIO, form: Form, on_progress: Progress) -> Upload:
    image = file.read()
    sent = await client.upload_image(image, form.media_type)
    on_progress(len(image), len(image))
    return sent


async def _in_segments(
    client: XClient, file: BinaryIO, form: Form, on_progress: Progress
) -> Upload:
    size = file.seek(0, 2)
    file.seek(0)
    media_id = await client.begin_upload(size, form.media_type, _CATEGORIES[form.kind])
    segment = 0
    while part := file.read(_SEGMENT):
        await client.append(media_id, segment, part)
        segment += 1
        on_progress(file.tell(), size)
    return await client.finish_upload(media_id)


async def _processed(client: XClient, sent: Upload) -> str:
    try:
        async with asyncio.timeout(_PROCESSING_S):
            while sent.check_after_s:
                await asyncio.sleep(sent.check_after_s)
                sent = await client.processing(sent.media_id)
    except TimeoutError:
        raise UserError(
            "X has not got done with that file in ten minutes.",
            "Your text is safe in this draft: try again later, or with a smaller file.",
        ) from None
    return sent.media_id
