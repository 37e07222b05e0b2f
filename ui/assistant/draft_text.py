"""The words of one card: selectable, growing while they are written, fading in when they settle."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRectF, Qt, QVariantAnimation
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit

from ui.assistant.motion import duration_ms
from ui.theme import Theme
from ui.type_scale import Size, block_format, font

CURSOR_WIDTH = 5.0
CURSOR_HEIGHT = 17.0


class DraftText(QTextEdit):
    """Read-only text, painted in the theme's ink.

    Attributes:
        writing: whether more text will come: the ink is quieter and a block cursor follows it.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.writing = False
        self._theme = theme
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.valueChanged.connect(lambda _: self.viewport().update())
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setFont(font(Size.BODY))
        self.document().setDocumentMargin(0)
        self.document().setUndoRedoEnabled(False)
        theme.changed.connect(self.viewport().update)

    def write(self, text: str) -> None:
        """Show the text so far."""
        self.writing = True
        self._fade.stop()
        self._show(text)

    def settle(self, text: str) -> None:
        """Show the final text, which fades in where it differs from what is there."""
        changed = text != self.toPlainText()
        self.writing = False
        self._show(text)
        self._fade.stop()
        if changed:
            self._fade.setDuration(duration_ms())
            self._fade.start()

    def height_for(self, width: int) -> int:
        """The height of the whole text in this width."""
        self.document().setTextWidth(width)
        return max(Size.BODY.line_height, ceil(self.document().size().height()))

    def chosen_text(self) -> str:
        """What is selected, or else everything."""
        selected = self.textCursor().selection().toPlainText()
        return selected or self.toPlainText()

    def _show(self, text: str) -> None:
        before = self.toPlainText()
        cursor = QTextCursor(self.document())
        if text.startswith(before) and before:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(before) :])
        elif text != before:
            self.setPlainText(text)
            cursor.select(QTextCursor.SelectionType.Document)
        cursor.setBlockFormat(block_format(Size.BODY))
        self.viewport().update()

    def _ink(self) -> QColor:
        colours = self._theme.colours
        return QColor(colours.second if self.writing else colours.ink)

    def _opacity(self) -> float:
        running = self._fade.state() is QVariantAnimation.State.Running
        return float(self._fade.currentValue()) if running else 1.0

    def _paint_context(self) -> QAbstractTextDocumentLayout.PaintContext:
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Text, self._ink())
        context.palette = palette
        if self.textCursor().hasSelection():
            selection = QAbstractTextDocumentLayout.Selection()
            selection.cursor = self.textCursor()
            selection.format.setBackground(palette.highlight())
            selection.format.setForeground(palette.highlightedText())
            context.selections = [selection]
        return context

    def _cursor_block(self) -> QRectF:
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        line = self.cursorRect(end)
        top = line.center().y() - CURSOR_HEIGHT / 2
        return QRectF(line.left(), top, CURSOR_WIDTH, CURSOR_HEIGHT)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setOpacity(self._opacity())
        self.document().documentLayout().draw(painter, self._paint_context())
        if self.writing:
            painter.fillRect(self._cursor_block(), self._ink())
