"""A button that shows its key."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from ui import shortcuts, type_scale
from ui.shortcuts import Name
from ui.style_property import named
from ui.type_scale import Size


class KeyButton(QPushButton):
    """Words, and the key that does the same in a small cap beside them."""

    def __init__(self, words: str, name: Name) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setAccessibleName(words)
        self.setToolTip(shortcuts.tooltip(name))
        label = named(QLabel(f"+ {words}"), "keyButtonWords")
        label.setFont(type_scale.font(Size.CONTROL, type_scale.MEDIUM))
        cap = named(QLabel(shortcuts.spaced_keys(name)), "keyCap")
        cap.setFont(type_scale.font(Size.KEY))
        row = QHBoxLayout(self)
        row.setContentsMargins(13, 0, 12, 0)
        row.setSpacing(8)
        for part in (label, cap):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part, alignment=Qt.AlignmentFlag.AlignVCenter)
        self.setFixedSize(row.sizeHint().width(), 30)
