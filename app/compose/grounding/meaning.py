"""What a stretch of text means, comparably: the data that the finders hand on."""

from __future__ import annotations

from dataclasses import dataclass

from app.compose.grounding.claims import Kind, Span

Key = tuple[object, ...]
"""One meaning, comparable: two stretches of text with a key in common may say the same."""


@dataclass(frozen=True)
class Quantity:
    """One quantity, name, quotation, link or tag in a text.

    Attributes:
        needs: what notes have to give for it: one key of each set.
        gives: what it gives where it stands in the notes.
        is_claim: false for words that may as well count nothing ("one", "both").
    """

    kind: Kind
    span: Span
    needs: tuple[frozenset[Key], ...]
    gives: frozenset[Key]
    is_claim: bool = True
