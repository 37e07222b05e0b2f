"""Tone, length and how many, as pills in a row."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.compose.brief import COUNTS, Length, Tone
from ui.assistant.choice_pill import ChoicePill
from ui.assistant.preferences import Preferences, drafts

TONES = {Tone.PLAIN: "Plain", Tone.WARM: "Warm", Tone.PUNCHY: "Punchy", Tone.DRY: "Dry"}
LENGTHS = {Length.SHORT: "Short", Length.MEDIUM: "Medium", Length.FULL: "Full length"}


class PreferenceRow(QWidget):
    """How the drafts should sound.

    Signals:
        changed: the person picked another tone, length or count.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._tone = ChoicePill("Tone", tuple(TONES.values()))
        self._length = ChoicePill("Length", tuple(LENGTHS.values()))
        self._count = ChoicePill("How many", [drafts(count) for count in COUNTS])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for pill in (self._tone, self._length, self._count):
            pill.picked.connect(self.changed)
            row.addWidget(pill)
        row.addStretch()
        self.preferences = Preferences()

    @property
    def preferences(self) -> Preferences:
        """What the pills say."""
        return Preferences(
            tone=tuple(TONES)[self._tone.index()],
            length=tuple(LENGTHS)[self._length.index()],
            count=COUNTS[self._count.index()],
        )

    @preferences.setter
    def preferences(self, preferences: Preferences) -> None:
        self._tone.choose(tuple(TONES).index(preferences.tone))
        self._length.choose(tuple(LENGTHS).index(preferences.length))
        self._count.choose(COUNTS.index(preferences.count))
