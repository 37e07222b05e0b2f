"""Drafts that the taught model wrote, read against their notes, and made right.

They came in rounds: those of a round were written by the model that the rounds before had taught.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.compose.brief import Length, Tone
from training.pairs import Pair, Post, read_lines

_FOLDER = Path(__file__).parent / "corrections"
ROUNDS = 3
AS_IS = "as is"


@dataclass(frozen=True)
class Correction:
    """One draft and what a reader made of it.

    Attributes:
        label: `as is`, `small edit` or `wrong`.
        why: what is wrong with it, in a few words.
        right: the draft made right with the fewest changes; the draft itself where it is right.
    """

    draft: str
    label: str
    why: str
    right: str


@dataclass(frozen=True)
class Reading:
    """The drafts from one person's notes, all asked for in one tone and length."""

    place: str
    domain: str
    notes: str
    tone: Tone
    length: Length
    drafts: tuple[Correction, ...]

    @property
    def pair(self) -> Pair:
        """The notes with every right post, as the model learns from any pair."""
        texts = dict.fromkeys(draft.right for draft in self.drafts)
        posts = tuple(Post(self.tone, self.length, text) for text in texts)
        return Pair(self.place, self.domain, self.notes, posts)


def read_corrections(number: int = 0) -> list[Reading]:
    """The readings of a round, or of all."""
    return [
        Reading(
            place,
            entry["domain"],
            entry["notes"],
            Tone(entry["tone"]),
            Length(entry["length"]),
            tuple(_correction(draft) for draft in entry["drafts"]),
        )
        for place, entry in read_lines(sorted(_FOLDER.glob(f"{number or '*'}/*.jsonl")))
    ]


def _correction(entry: dict[str, str]) -> Correction:
    draft = entry["text"]
    return Correction(draft, entry["label"], entry.get("why", ""), entry.get("right", draft))
