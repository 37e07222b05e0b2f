"""A calm sentence in a box of its own, over the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def tell(window: QWidget, sentence: str, more: str = "") -> None:
    """Show it and go on; nothing waits for the answer."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Twite", sentence, parent=window)
    box.setInformativeText(more)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
