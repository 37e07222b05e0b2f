"""What the composer says when a draft could not be saved."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.errors import UserError
from ui import type_scale
from ui.announce import announce
from ui.icons import WarningSign
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size
from ui.warning_button import warning_button


class SaveBanner(QFrame):
    """A sentence, and what a person can do; hidden while all is well.

    Signals:
        retry_requested: save again.
        copy_requested: put the text on the clipboard.
        close_requested: close the window although the text is not saved.
    """

    retry_requested = Signal()
    copy_requested = Signal()
    close_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("saveBanner")
        self._sentence = named(QLabel(), "saveSentence")
        self._sentence.setWordWrap(True)
        self._sentence.setFont(type_scale.font(Size.CONTROL))
        self._retry = warning_button("Try again")
        self._copy = warning_button("Copy the text")
        self._close = warning_button("Close without saving")
        self._retry.clicked.connect(self.retry_requested)
        self._copy.clicked.connect(self.copy_requested)
        self._close.clicked.connect(self.close_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(14)
        for button in (self._retry, self._copy, self._close):
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self._sentence)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(WarningSign(theme))
        row.addLayout(column, stretch=1)
        self.hide()

    def show_error(self, error: UserError, closing: bool) -> None:
        """Say it; `closing` also offers to close the window nevertheless."""
        self._sentence.setText(f"{error.what_happened} {error.what_to_do}")
        self._close.setVisible(closing)
        self.show()
        announce(self, self._sentence.text())

    @property
    def sentence(self) -> str:
        """What the banner says."""
        return self._sentence.text()
