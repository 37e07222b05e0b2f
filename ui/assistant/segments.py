"""A choice of one among a few pages, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from ui.type_scale import DEMI_BOLD, Size, font


class Segments(QWidget):
    """Names in a strip, one of them chosen. A single name is a plain heading, not a choice.

    Signals:
        chosen: the index of the name a person chose.
    """

    chosen = Signal(int)

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("heading", len(names) == 1)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        around = 0 if len(names) == 1 else 3
        row.setContentsMargins(around, 3, around, 3)
        row.setSpacing(0)
        for index, name in enumerate(names):
            row.addWidget(self._segment(index, name))
        self._group.buttons()[0].setChecked(True)
        if len(names) == 1:
            self._show_heading()
        self._group.idToggled.connect(self._on_toggled)

    def chosen_index(self) -> int:
        """Which name is chosen."""
        return self._group.checkedId()

    def _segment(self, index: int, name: str) -> QPushButton:
        segment = QPushButton(name)
        segment.setCheckable(True)
        segment.setFont(font(Size.CONTROL, DEMI_BOLD))
        segment.setFixedHeight(28)
        self._group.addButton(segment, index)
        return segment

    def _show_heading(self) -> None:
        heading = self._group.buttons()[0]
        heading.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        heading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _on_toggled(self, index: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(index)
