"""A sentence about the writer, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from ui.type_scale import DEMI_BOLD, Size, font


class Notice(QFrame):
    """What happened, that the text is safe, and one action.

    Signals:
        accepted: the person chose the action.
    """

    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sentence = QLabel()
        self._sentence.setFont(font(Size.CONTROL))
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton()
        self._action.setFont(font(Size.CONTROL, DEMI_BOLD))
        self._action.setCursor(Qt.CursorShape.PointingHandCursor)
        self._action.clicked.connect(self.accepted)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self._sentence)
        column.addWidget(self._action, alignment=Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_sentence(self, sentence: str, action: str = "") -> None:
        """Say this, with a button where there is an action."""
        self._sentence.setText(sentence)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setVisible(bool(sentence))

    def sentence(self) -> str:
        """What is said now."""
        return self._sentence.text()
