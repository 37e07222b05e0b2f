"""What a person asks for: the notes, and how the drafts should sound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.compose.grounding import Claims
from app.errors import NotesError

NOTES_LIMIT = 10_000
"""Characters of notes, about 2,500 tokens: a post has no use for more, and reading takes time."""


SAMPLE_NOTES = (
    "Town council votes on the bike lane for Mill Road on 3 February at 7pm. The meeting is public."
)
"""What a first draft begins with, so that there is something to try."""


COUNTS = range(1, 9)
"""How many drafts may be asked for at once."""


class Tone(StrEnum):
    """How a draft sounds."""

    PLAIN = "plain"
    WARM = "warm"
    PUNCHY = "punchy"
    DRY = "dry"


class Length(StrEnum):
    """How long a draft may be."""

    SHORT = "short"
    MEDIUM = "medium"
    FULL = "full"

    @property
    def weighted_limit(self) -> int:
        """The most X-weighted characters a draft of this length may have."""
        return {Length.SHORT: 120, Length.MEDIUM: 200, Length.FULL: 280}[self]


@dataclass(frozen=True)
class Brief:
    """One request for drafts. `seed` None means: other drafts each time."""

    notes: str
    tone: Tone = Tone.PLAIN
    length: Length = Length.FULL
    language: str = "English"
    count: int = 4
    seed: int | None = None

    def check(self) -> None:
        """Raise `NotesError` where the notes cannot be written from."""
        if not self.notes.strip():
            raise NotesError(
                "There is nothing to write from yet.", "Put a few facts into the notes first."
            )
        if len(self.notes) > NOTES_LIMIT:
            raise NotesError(
                f"The notes are {len(self.notes):,} characters long; "
                f"the most that can be used is {NOTES_LIMIT:,}.",
                "Your notes are kept as they are: shorten them to the facts for this post.",
            )


@dataclass(frozen=True)
class Variant:
    """One finished draft as the assistant shows it, best first, held against the notes."""

    text: str
    weighted_length: int
    claims: Claims

    @property
    def facts_kept(self) -> int:
        """How many of the notes' facts the text carries."""
        return self.facts_total - len(self.claims.left_out)

    @property
    def facts_total(self) -> int:
        """How many facts the notes have."""
        return len(self.claims.facts)

    @property
    def added(self) -> tuple[str, ...]:
        """Words of the text that the notes do not carry and that claim something."""
        return self.claims.added
