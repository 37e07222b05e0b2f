"""How one draft is drawn in the list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import type_scale
from ui.sidebar.draft_model import CONTENTS_ROLE, WHEN_ROLE
from ui.theme import Theme
from ui.type_scale import Size

HEIGHT = 62
PADDING = 10
RADIUS = 8


class DraftDelegate(QStyledItemDelegate):
    """First line in bold, beneath it what there is and when it was changed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bold = type_scale.font(Size.BODY, type_scale.MEDIUM)
        self._small = type_scale.font(Size.SMALL)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colours = self._theme.colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        self._paint_ground(painter, rect, state)
        inner = rect.adjusted(PADDING, 10, -PADDING, -10)
        upper = QRect(inner.left(), inner.top(), inner.width(), Size.BODY.line_height)
        lower = QRect(inner.left(), upper.bottom() + 4, inner.width(), Size.SMALL.line_height)
        title = str(index.data(Qt.ItemDataRole.DisplayRole))
        self._write(painter, upper, title, self._bold, colours.ink)
        moment = str(index.data(WHEN_ROLE))
        painter.setFont(self._small)
        painter.setPen(QColor(colours.second))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(lower, int(right), moment)
        left = lower.adjusted(0, 0, -QFontMetrics(self._small).horizontalAdvance(moment) - 8, 0)
        self._write(painter, left, str(index.data(CONTENTS_ROLE)), self._small, colours.second)
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        colours = self._theme.colours
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            ground = QColor(colours.selected)
            ground.setAlphaF(1.0 if selected else 0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_Active:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def _write(self, painter: QPainter, rect: QRect, text: str, font: QFont, ink: str) -> None:
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), elided)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del option, index
        return QSize(0, HEIGHT)
