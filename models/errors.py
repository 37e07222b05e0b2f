"""The two families of errors: what a person can act on, and everything else (a bug)."""

from __future__ import annotations


class UserError(Exception):
    """Something a person can understand and act on; shown as two plain sentences.

    Attributes:
        what_happened: one sentence, without codes.
        what_to_do: one sentence that names the next step.
    """

    def __init__(self, what_happened: str, what_to_do: str) -> None:
        super().__init__(f"{what_happened} {what_to_do}")
        self.what_happened = what_happened
        self.what_to_do = what_to_do


class ModelError(UserError):
    """A model folder that is missing, cut, altered or not fit to run."""


class Cancelled(Exception):
    """The person stopped the work. Never shown as an error."""
