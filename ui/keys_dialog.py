"""The keys, as F1 shows them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui import shortcuts, type_scale
from ui.shortcuts import Name
from ui.style_property import named
from ui.type_scale import Size

FIRST_USE, LAST_USE = Name.USE_1, Name.USE_8


class KeysDialog(QDialog):
    """Every action that has keys, one in each row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keysDialog")
        self.setWindowTitle("Keys")
        page = named(QWidget(), "keysPage")
        grid = QGridLayout(page)
        grid.setContentsMargins(24, 20, 24, 20)
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        for row, (words, keys) in enumerate(_rows()):
            text = QLabel(words)
            text.setFont(type_scale.font(Size.BODY))
            cap = named(QLabel(keys), "keyCap")
            cap.setFont(type_scale.font(Size.SMALL))
            grid.addWidget(text, row, 0)
            grid.addWidget(cap, row, 1, alignment=Qt.AlignmentFlag.AlignRight)
        scroll = named(QScrollArea(), "keysScroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName("Keys")
        scroll.setWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self.resize(440, min(page.sizeHint().height() + 2, 640))


def _rows() -> list[tuple[str, str]]:
    """The eight keys for variants share one row."""
    rows: list[tuple[str, str]] = []
    uses = {Name(f"use_{number}") for number in range(2, shortcuts.VARIANTS + 1)}
    for shortcut in shortcuts.TABLE:
        if not shortcut.keys or shortcut.name in uses:
            continue
        if shortcut.name is FIRST_USE:
            first, last = shortcuts.spaced_keys(FIRST_USE), shortcuts.keys(LAST_USE)[-1]
            rows.append(("Use a variant", f"{first} … {last}"))
        else:
            rows.append((shortcut.text, shortcuts.spaced_keys(shortcut.name)))
    return rows
