"""What a medium shows, in words: the field for them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.posting.media import LONGEST_ALT_TEXT
from ui import type_scale
from ui.composer.room_label import RoomLabel
from ui.style_property import named
from ui.type_scale import Size

LINES = 3


class AltTextEditor(QFrame):
    """The alt text of one picture, written beneath the strip.

    Signals:
        edited(str): the alt text is this now.
        closed: the person is done.
    """

    edited = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("altEditor")
        self._title = named(QLabel(), "altTitle")
        self._title.setFont(type_scale.font(Size.CONTROL))
        self._title.setWordWrap(True)
        self._field = named(QPlainTextEdit(), "altField")
        self._field.setTabChangesFocus(True)
        self._field.setFrameShape(QFrame.Shape.NoFrame)
        self._field.setFont(type_scale.font(Size.BODY))
        self._field.setFixedHeight(LINES * Size.BODY.line_height + 16)
        self._field.textChanged.connect(self._note_text)
        self._room = RoomLabel(low=50)
        self._done = QPushButton("Done")
        self._done.setProperty("look", "link")
        self._done.setFont(type_scale.font(Size.CONTROL, type_scale.DEMI_BOLD))
        self._done.setToolTip("Close the alt text, which is kept")
        self._done.clicked.connect(self.closed)
        self._alt_text = ""
        self._lay_out()
        self._room.show_left(LONGEST_ALT_TEXT)
        self.hide()

    def open_for(self, picture: str, alt_text: str) -> None:
        """Write the words for the picture that is called this."""
        self._title.setText(f"What {picture} shows, for people who do not see it")
        self._field.setAccessibleName(f"Alt text of {picture}")
        self._field.setToolTip(f"What it shows, in up to {LONGEST_ALT_TEXT:,} characters")
        self.show_text(alt_text)
        self.show()
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_text(self, alt_text: str) -> None:
        """The alt text is this now."""
        if alt_text == self._alt_text:
            return
        self._alt_text = alt_text
        self._field.setPlainText(alt_text)

    def _note_text(self) -> None:
        text = self._field.toPlainText()
        self._room.show_left(LONGEST_ALT_TEXT - len(text))
        if text != self._alt_text:
            self._alt_text = text
            self.edited.emit(text)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._done)
        foot.addStretch()
        foot.addWidget(self._room)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._field)
        column.addLayout(foot)
        QWidget.setTabOrder(self._field, self._done)
