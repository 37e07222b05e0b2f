"""A small button that says what is chosen and opens the other choices."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton

from ui.type_scale import Size, font


class ChoicePill(QPushButton):
    """One choice among a few.

    Signals:
        picked: the person picked the choice with this index.
    """

    picked = Signal(int)

    def __init__(self, name: str, choices: Sequence[str]) -> None:
        super().__init__()
        self._name = name
        self._choices = tuple(choices)
        self._index = 0
        self.setFont(font(Size.CONTROL))
        self.setFixedHeight(30)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMenu(self._menu())
        self.choose(0)

    def index(self) -> int:
        """Which choice is chosen."""
        return self._index

    def choose(self, index: int) -> None:
        """Show this choice as the chosen one, without `picked`."""
        self._index = index
        self._actions.actions()[index].setChecked(True)
        self.setText(f"{self._choices[index]} ▾")
        self.setAccessibleName(f"{self._name}: {self._choices[index]}")
        self.setToolTip(f"{self._name}: {self._choices[index]}")

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName(self._name)
        self._actions = QActionGroup(menu)
        for choice in self._choices:
            action = menu.addAction(choice)
            action.setCheckable(True)
            self._actions.addAction(action)
        self._actions.triggered.connect(
            lambda action: self._pick(self._actions.actions().index(action))
        )
        return menu

    def _pick(self, index: int) -> None:
        if index != self._index:
            self.choose(index)
            self.picked.emit(index)
