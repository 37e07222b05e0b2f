"""What the bar beneath the thread says."""

from __future__ import annotations

from collections.abc import Iterator

from app.posting.preflight import Preflight
from ui.composer.claim_wording import to_confirm


def contents_in_words(posts: int, links: int, media: int) -> list[str]:
    """What a thread holds."""
    counted = [(posts, "post"), (links, "link"), (media, "file")]
    return [_count(number, noun) for number, noun in counted if number or noun == "post"]


def warnings_in_words(seen: Preflight, over: int) -> list[str]:
    """What is in the way of it, the gravest first."""
    return list(_warnings(seen, over))


def _warnings(seen: Preflight, over: int) -> Iterator[str]:
    if over:
        yield f"{_count(over, 'post')} too long"
    elif seen.refusals:
        yield seen.refusals[0]
    if seen.unconfirmed:
        yield to_confirm(seen.unconfirmed)
    if seen.undescribed:
        yield f"{_count(seen.undescribed, 'file')} without alt text"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
