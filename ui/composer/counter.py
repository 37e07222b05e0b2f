"""How much room a post has left: in words and as a ring."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui import type_scale
from ui.announce import announce
from ui.style_property import named, set_style_property
from ui.theme import Theme
from ui.type_scale import Size

LOW = 20
"""Characters left from which the counter warns and screen readers are told."""


class Counter(QWidget):
    """Says "104 left" beside a ring that fills; weighted as X weighs.

    Attributes:
        left: weighted characters left; below zero past the limit.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.left = 0
        self._words = named(QLabel(), "counterWords")
        self._words.setFont(type_scale.font(Size.CONTROL))
        self._ring = Ring(theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._words)
        row.addWidget(self._ring)

    def show_weight(self, weighted_length: int, limit: int) -> None:
        """Show how much of the limit is used."""
        before, self.left = self.left, limit - weighted_length
        words = f"{self.left} left" if self.left >= 0 else f"{-self.left} over"
        state = "over" if self.left < 0 else "low" if self.left <= LOW else "fine"
        self._words.setText(words)
        self._words.setAccessibleName(_spoken(self.left))
        set_style_property(self._words, "state", state)
        self._ring.show_share(weighted_length / limit, state)
        if state != "fine" and (before > LOW or (before >= 0) != (self.left >= 0)):
            announce(self._words, _spoken(self.left))


class Ring(QWidget):
    """A ring that is drawn as far round as the share says."""

    DIAMETER = 20
    STROKE = 3.0

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self._state = "fine"
        self.setFixedSize(self.DIAMETER + 2, self.DIAMETER + 2)
        theme.changed.connect(self.update)

    def show_share(self, share: float, state: str) -> None:
        """`share` of the limit, 0 to 1 and beyond; `state` is fine, low or over."""
        self._share, self._state = share, state
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.DIAMETER + 2, self.DIAMETER + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inset = 1 + self.STROKE / 2
        circle = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.setPen(QPen(QColor(colours.line), self.STROKE))
        painter.drawEllipse(circle)
        stroke = colours.warning if self._state == "low" else colours.accent
        pen = QPen(QColor(stroke), self.STROKE)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(circle, 90 * 16, -round(min(self._share, 1.0) * 360 * 16))
        painter.end()


def _spoken(left: int) -> str:
    amount = abs(left)
    noun = "character" if amount == 1 else "characters"
    return f"{amount} {noun} left" if left >= 0 else f"{amount} {noun} past the limit"
