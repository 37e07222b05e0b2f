"""Sets: one person's notes, and four posts from them that are clearly different from one another.

All posts of a set are in one tone and length, as Twite shows four drafts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from app.compose.brief import Length, Tone
from training.pairs import Pair, Post

_FOLDER = Path(__file__).parent / "sets"


def read_sets(files: Sequence[Path] = ()) -> list[Pair]:
    """The sets of these files, or all; raises `ValueError` where a tone or length is unknown."""
    return [
        _pair(f"{file.name}:{number}", line)
        for file in files or sorted(_FOLDER.glob("*.jsonl"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
    ]


def _pair(place: str, line: str) -> Pair:
    entry = json.loads(line)
    tone, length = Tone(entry["tone"]), Length(entry["length"])
    posts = tuple(Post(tone, length, text) for text in entry["posts"])
    return Pair(place, entry["domain"], entry["notes"], posts)
