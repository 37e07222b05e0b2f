"""Preparing the built-in model, from the window or the terminal."""

from __future__ import annotations

from pathlib import Path

from app.errors import UserError
from app.making import Making, OnEvent

PLAIN = "--plain"
"""Asks the process for the model without what Twite taught it."""
_BROKEN_OFF = UserError(
    "Preparing the model stopped unexpectedly; nothing was changed.", "Prepare it again."
)


class Preparer(Making):
    """One preparation at a time, as `app.making.Making` tells of it."""

    def __init__(self, models_folder: Path, on_event: OnEvent, *, plain: bool = False) -> None:
        super().__init__(models_folder, on_event, _BROKEN_OFF)
        self._options = [PLAIN] if plain else []

    def start(self) -> None:
        """Begin, unless a preparation is under way."""
        self.begin("prepare", self._options)
