"""Where a draft's words come from: model, notes, what was written, changed and confirmed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from app.drafts.draft import Draft
from app.errors import StoreError


@dataclass(frozen=True)
class Generation:
    """A text that a model wrote from notes and a person put into a draft."""

    model: str
    notes: str
    text: str


@dataclass(frozen=True)
class Provenance:
    """The record of one draft, the oldest entry first."""

    draft: Draft
    generations: tuple[tuple[datetime, Generation], ...]
    confirmations: tuple[tuple[datetime, str], ...]


def export(provenance: Provenance, file: Path) -> None:
    """Write the record to a JSON file; raises `StoreError` where that cannot be done."""
    text = json.dumps(as_fields(provenance), ensure_ascii=False, indent=2)
    try:
        file.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise StoreError(
            f"The record could not be written to {file}: {error.strerror}.",
            "The draft is safe: choose another place.",
        ) from error


def as_fields(provenance: Provenance) -> dict[str, Any]:
    """The record as JSON values. `changed_by_hand` compares each post with the text it came from.

    A post that shares no word with any generated text was written by hand.
    """
    draft = provenance.draft
    return {
        "draft": draft.id,
        "created": draft.created.isoformat(),
        "changed": draft.changed.isoformat(),
        "notes": draft.notes,
        "posts": [_post_fields(post, provenance) for post in draft.posts],
        "generated": [
            {
                "at": moment.isoformat(),
                "model": generation.model,
                "notes": generation.notes,
                "text": generation.text,
            }
            for moment, generation in provenance.generations
        ],
        "confirmed": [
            {"at": moment.isoformat(), "claim": claim} for moment, claim in provenance.confirmations
        ],
    }


def _post_fields(post: str, provenance: Provenance) -> dict[str, Any]:
    origin = _origin(post, [generation.text for _, generation in provenance.generations])
    return {
        "text": post,
        "generated_as": origin,
        "changed_by_hand": list(_changes(origin, post)) if origin is not None else None,
    }


def _origin(post: str, texts: Sequence[str]) -> str | None:
    """The generated text that a post is most like, the later one of two."""
    words = set(_words(post))
    shared = [len(words & set(_words(text))) for text in texts]
    if not any(shared):
        return None
    best = max(range(len(texts)), key=lambda number: (shared[number], number))
    return texts[best]


def _changes(old: str, new: str) -> Iterator[dict[str, str]]:
    """What was taken out and put in, in whole words with the space behind them."""
    before, after = _words(old), _words(new)
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what != "equal":
            yield {"from": "".join(before[a:b]), "to": "".join(after[c:d])}


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text)
