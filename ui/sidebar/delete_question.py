"""The question before a draft is deleted for good, asked in the sidebar itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ui import type_scale
from ui.type_scale import Size
from ui.warning_button import warning_button


class DeleteQuestion(QFrame):
    """Hidden until asked; Esc keeps the draft.

    Signals:
        confirmed(str): delete the draft with this id for good.
    """

    confirmed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("deleteQuestion")
        self._id = ""
        words = QLabel("Delete this draft for good? It cannot be brought back.")
        words.setWordWrap(True)
        words.setFont(type_scale.font(Size.CONTROL))
        self._delete = warning_button("Delete")
        self._keep = warning_button("Keep")
        self._delete.clicked.connect(self._confirm)
        self._keep.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        buttons.setSpacing(14)
        buttons.addWidget(self._delete)
        buttons.addWidget(self._keep)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        column.addWidget(words)
        column.addLayout(buttons)
        self.hide()

    def ask(self, id: str) -> None:
        """Ask about this draft; the keyboard goes to the safe answer."""
        self._id = id
        self.show()
        self._keep.setFocus()

    def _confirm(self) -> None:
        self.hide()
        self.confirmed.emit(self._id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)
