"""How much room a field has left."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ui import type_scale
from ui.style_property import set_style_property
from ui.type_scale import Size


class RoomLabel(QLabel):
    """How many characters a field has left."""

    def __init__(self, low: int) -> None:
        super().__init__()
        self.setObjectName("roomLeft")
        self.setFont(type_scale.font(Size.SMALL))
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("00 over") + 4)
        self._low = low

    def show_left(self, left: int) -> None:
        """Below zero past the limit."""
        self.setText(f"{left:,} left" if left >= 0 else f"{-left:,} over")
        state = "over" if left < 0 else "low" if left <= self._low else "fine"
        set_style_property(self, "state", state)
