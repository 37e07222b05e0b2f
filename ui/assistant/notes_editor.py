"""The notes: plain text that grows with what is in it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor, QTextOption
from PySide6.QtWidgets import QSizePolicy, QTextEdit

from ui.type_scale import Size, block_format, font

LEAST_HEIGHT = 96
MOST_HEIGHT = 200
FRAME = 22
"""Border and padding above and below the text, as `assistant.qss` sets them."""


class NotesEditor(QTextEdit):
    """Plain text in a box that grows from 96 to 200 pixels and then scrolls.

    A `QTextEdit`, because `QPlainTextEdit` knows no line height.

    Signals:
        edited: the person changed the text; `set_text` does not count.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFont(font(Size.BODY))
        self.document().setDocumentMargin(0)
        self.setViewportMargins(0, 0, 8, 0)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setPlaceholderText("Who, what, when, where: a few facts")
        self.setAccessibleName("Notes")
        self.setAccessibleDescription("Drafts are written from these facts alone")
        self.set_text("")
        self.textChanged.connect(self.edited)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    def set_text(self, text: str) -> None:
        """Show other notes; what was there before cannot be undone back into them."""
        blocked = self.blockSignals(True)
        self.setPlainText(text)
        self.document().setUndoRedoEnabled(False)
        everything = QTextCursor(self.document())
        everything.select(QTextCursor.SelectionType.Document)
        everything.setBlockFormat(block_format(Size.BODY))
        self.document().setUndoRedoEnabled(True)
        self.blockSignals(blocked)
        self._fit()

    def _fit(self) -> None:
        height = round(self.document().size().height()) + FRAME
        self.setFixedHeight(max(LEAST_HEIGHT, min(MOST_HEIGHT, height)))
