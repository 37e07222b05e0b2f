"""The main button of a panel: what it does in bold, its keys beside it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton

from ui.theme import Theme
from ui.type_scale import DEMI_BOLD, Size, font

GAP = 8
KEYS_OPACITY = 0.86


class KeyedButton(QPushButton):
    """A button over the whole width, whose text and keys differ in weight.

    Attributes:
        keys: the keys painted beside the text, or nothing.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.keys = ""
        self._theme = theme
        self.setFixedHeight(37)
        self.setFont(font(Size.BODY, DEMI_BOLD))
        theme.changed.connect(self.update)

    def show_text(self, text: str, keys: str = "") -> None:
        """Say what the button does, and with which keys."""
        self.keys = keys
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({keys})" if keys else text)
        self.update()

    def _ink(self) -> QColor:
        colours = self._theme.colours
        return QColor(colours.on_accent if self.isEnabled() else colours.second)

    def _paint_words(self, painter: QPainter) -> None:
        keys_font = font(Size.BODY)
        text_width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        keys_width = QFontMetrics(keys_font).horizontalAdvance(self.keys)
        width = text_width + (GAP + keys_width if self.keys else 0)
        left = (self.width() - width) // 2
        painter.setPen(self._ink())
        painter.drawText(
            QRect(left, 0, text_width + 1, self.height()),
            Qt.AlignmentFlag.AlignVCenter,
            self.text(),
        )
        painter.setFont(keys_font)
        painter.setOpacity(KEYS_OPACITY)
        painter.drawText(
            QRect(left + text_width + GAP, 0, keys_width + 1, self.height()),
            Qt.AlignmentFlag.AlignVCenter,
            self.keys,
        )

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 32, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        self._paint_words(painter)
