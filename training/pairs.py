"""The pairs that the built-in model is taught with: a person's notes, and posts made from them.

A set is a pair as well: its four posts are in one tone and length, which its line names once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.compose.brief import Length, Tone

_PAIRS, _SETS = (Path(__file__).parent / name for name in ("pairs", "sets"))
_HELD_OUT = 0.08
"""The share of the domains that no training run sees."""


@dataclass(frozen=True)
class Post:
    """One post as it should be written from its notes."""

    tone: Tone
    length: Length
    text: str


@dataclass(frozen=True)
class Pair:
    """Notes, and the posts that carry every fact of them and add none.

    Attributes:
        place: file and line.
    """

    place: str
    domain: str
    notes: str
    posts: tuple[Post, ...]

    @property
    def is_held_out(self) -> bool:
        """Whether the pair belongs to a domain that is kept for measuring."""
        digest = hashlib.sha256(self.domain.casefold().encode()).digest()
        return int.from_bytes(digest[:4], "big") / 2**32 < _HELD_OUT


def read_pairs(files: Sequence[Path] = ()) -> list[Pair]:
    """The pairs and sets of these files, or all pairs; raises `ValueError` where a tone or length
    is unknown.
    """
    return [_pair(*line) for line in read_lines(files or sorted(_PAIRS.glob("*.jsonl")))]


def read_sets() -> list[Pair]:
    """All sets."""
    return read_pairs(sorted(_SETS.glob("*.jsonl")))


def read_lines(files: Sequence[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of files that have one a line, behind its place: folder, file and line."""
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            yield f"{file.parent.name}/{file.name}:{number}", json.loads(line)


def _pair(place: str, entry: dict[str, Any]) -> Pair:
    posts = tuple(
        _post({**entry, "text": post} if isinstance(post, str) else post) for post in entry["posts"]
    )
    return Pair(place, entry["domain"], entry["notes"], posts)


def _post(entry: dict[str, str]) -> Post:
    return Post(Tone(entry["tone"]), Length(entry["length"]), entry["text"])
