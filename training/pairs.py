"""The pairs that the built-in model is taught with: a person's notes, and posts made from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.compose.brief import Length, Tone

_FOLDER = Path(__file__).parent / "pairs"
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
    """The pairs of these files, or all; raises `ValueError` where a tone or length is unknown."""
    return [
        _pair(f"{file.name}:{number}", line)
        for file in files or sorted(_FOLDER.glob("*.jsonl"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
    ]


def _pair(place: str, line: str) -> Pair:
    entry = json.loads(line)
    posts = (Post(Tone(p["tone"]), Length(p["length"]), p["text"]) for p in entry["posts"])
    return Pair(place, entry["domain"], entry["notes"], tuple(posts))
