"""The editor of one post."""

from __future__ import annotations

import math

from PySide6.QtCore import QMimeData, QRect, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit

from app.post_text import Offsets, weigh
from ui import type_scale
from ui.composer.entity_marks import EntityMarks
from ui.theme import Theme
from ui.type_scale import Size


class PostEditor(QTextEdit):
    """A plain-text editor that is as tall as its text.

    Input methods' preedit text is no part of `text()`, so it is neither counted nor saved.

    Signals:
        edited: the text is another one.
        caret_moved(QRect): the caret is here, in the editor's own coordinates.
        focused: the editor took the keyboard.
        left: the editor gave the keyboard away.
        merge_requested: Backspace in an empty post.
    """

    edited = Signal()
    caret_moved = Signal(QRect)
    focused = Signal()
    left = Signal()
    merge_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(type_scale.font(Size.POST))
        self.document().setDocumentMargin(0)
        self.document().setDefaultFont(self.font())
        self.viewport().setAutoFillBackground(False)
        self._text = ""
        self._marks = EntityMarks(self.document(), theme)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self.textChanged.connect(self._note_text)
        self.cursorPositionChanged.connect(lambda: self.caret_moved.emit(self.cursorRect()))
        self.show_text("")

    def text(self) -> str:
        """The post, with `\\n` between its lines."""
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Start afresh with this text; there is nothing to undo to."""
        self.document().setUndoRedoEnabled(False)
        self.setPlainText(text)
        whole = QTextCursor(self.document())
        whole.select(QTextCursor.SelectionType.Document)
        whole.setBlockFormat(type_scale.block_format(Size.POST))
        self.document().setUndoRedoEnabled(True)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def replace_text(self, text: str) -> None:
        """Put this text in place of all there is, as one step that can be undone."""
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def caret(self) -> int:
        """The caret's place, counted in code points."""
        return Offsets(self.text()).to_code_point(self.textCursor().position())

    def _note_text(self) -> None:
        text = self.text()
        if text == self._text:
            return
        self._text = text
        offsets = Offsets(text)
        self._marks.set_fits_until(
            offsets.to_utf16(weigh(text).fits_until), offsets.to_utf16(len(text))
        )
        self.edited.emit()

    def _grow(self, size: QSizeF) -> None:
        self.setFixedHeight(max(math.ceil(size.height()), Size.POST.line_height))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Only what is plain text is pasted or dropped."""
        if source.hasText():
            self.textCursor().insertText(source.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and self.document().isEmpty():
            self.merge_requested.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
