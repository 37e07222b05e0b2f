"""How the drafts should sound, as a person sets it once and keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from app.compose.brief import Brief, Length, Tone


@dataclass(frozen=True)
class Preferences:
    """What the pills under the notes say."""

    tone: Tone = Tone.PLAIN
    length: Length = Length.FULL
    count: int = 4

    def brief(self, notes: str) -> Brief:
        """The request for drafts of these notes."""
        return Brief(notes=notes, tone=self.tone, length=self.length, count=self.count)


def drafts(count: int) -> str:
    """The count in words: `1 draft`, `4 drafts`."""
    return "1 draft" if count == 1 else f"{count} drafts"
