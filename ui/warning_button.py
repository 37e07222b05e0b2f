"""The button of a line that warns or asks."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from ui import type_scale
from ui.type_scale import Size


def warning_button(text: str, purpose: str = "") -> QPushButton:
    """A button on the warning colour; `purpose` is its tool tip."""
    button = QPushButton(text)
    button.setProperty("look", "warning")
    button.setToolTip(purpose)
    button.setFont(type_scale.font(Size.CONTROL, type_scale.DEMI_BOLD))
    return button
