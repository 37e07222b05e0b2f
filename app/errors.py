"""Errors a person can act on. Anything that is not a `UserError` is a bug."""

from __future__ import annotations

from models.errors import Cancelled, ModelError, UserError


class NotesError(UserError):
    """Notes that cannot be written from: empty, or beyond the limit."""


class StoreError(UserError):
    """The draft store could not keep or read something; the text on screen is untouched."""


class CardFull(UserError):
    """A graphics card has too little memory for a run; the CPU may still do it."""


__all__ = ["Cancelled", "CardFull", "ModelError", "NotesError", "StoreError", "UserError"]
