"""Whether a post that nobody can account for is on X: by its text, on the person's own timeline."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.post_text import EntityKind, find
from app.posting.content import Content

if TYPE_CHECKING:
    from app.posting.x_client import LivePost

_CLOCKS = timedelta(hours=1)
"""How far this machine's clock and X's may be apart."""
_MEDIA_LINK = re.compile(r"\s*https://(?:x|twitter)\.com/\w+/status/\d+/(?:photo|video)/\d+\s*$")
_ANSWERED = re.compile(r"^(?:@\w+\s+)+")


def since(first_attempt: datetime) -> datetime:
    """From when on the timeline is to be searched."""
    return first_attempt - _CLOCKS


def matching(
    content: Content, timeline: Iterable[LivePost], known: frozenset[str]
) -> LivePost | None:
    """The post on the timeline that is this one; posts in `known` are accounted for already.

    A post without words cannot be told from another one.
    """
    wanted = _plain(content.text, content)
    if not wanted:
        return None
    return next(
        (
            post
            for post in timeline
            if post.id not in known
            and post.reply_to == content.reply_to
            and _plain(html.unescape(post.text), content) == wanted
        ),
        None,
    )


def _plain(text: str, content: Content) -> str:
    """Without what X changes in a text: spaces, links' schemes, and what it adds of its own."""
    if content.extras.media:
        text = _MEDIA_LINK.sub("", text)
    if content.reply_to:
        text = _ANSWERED.sub("", text)
    for entity in reversed(find(text)):
        if entity.kind is EntityKind.URL:
            start, stop = entity.start, entity.end
            text = text[:start] + _bare_link(text[start:stop]) + text[stop:]
    return " ".join(unicodedata.normalize("NFC", text).split())


def _bare_link(url: str) -> str:
    return re.sub(r"^https?://", "", url, flags=re.I).rstrip("/").casefold()
