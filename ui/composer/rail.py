"""The rail that ties the posts of a thread together."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui import type_scale
from ui.theme import Theme
from ui.type_scale import Size

DIAMETER = 44
TOP = 2
"""Lets the circle's top meet the top of the first line's letters, which Qt draws a little low."""
GAP = 6


class Rail(QWidget):
    """A circle with the post's number, and a line down to the next post."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._number = 1
        self._has_next = False
        self.setFixedWidth(DIAMETER)
        theme.changed.connect(self.update)

    def show_place(self, number: int, has_next: bool) -> None:
        """Where the post stands in its thread; numbers start at 1."""
        self._number, self._has_next = number, has_next
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(0, TOP, DIAMETER, DIAMETER)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.soft))
        painter.drawEllipse(circle)
        painter.setPen(QColor(colours.accent))
        painter.setFont(type_scale.font(Size.BODY, type_scale.BOLD))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))
        if self._has_next:
            painter.setPen(QPen(QColor(colours.line), 2))
            painter.drawLine(
                DIAMETER // 2, TOP + DIAMETER + GAP, DIAMETER // 2, self.height() + TOP
            )
        painter.end()
