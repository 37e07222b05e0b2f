"""How one command is drawn in the palette."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import type_scale
from ui.theme import Theme
from ui.type_scale import Size

HEIGHT = 34
KEYS_ROLE = Qt.ItemDataRole.UserRole + 1


class PaletteDelegate(QStyledItemDelegate):
    """The command's words on the left, its keys on the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words = type_scale.font(Size.BODY)
        self._keys = type_scale.font(Size.SMALL)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colours = self._theme.colours
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selected))
            painter.drawRoundedRect(rect, 8, 8)
        inner = rect.adjusted(10, 0, -10, 0)
        painter.setFont(self._words)
        painter.setPen(QColor(colours.ink))
        painter.drawText(
            inner, int(Qt.AlignmentFlag.AlignVCenter), str(index.data(Qt.ItemDataRole.DisplayRole))
        )
        painter.setFont(self._keys)
        painter.setPen(QColor(colours.second))
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(inner, int(right), str(index.data(KEYS_ROLE)).replace("+", " "))
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del option, index
        return QSize(0, HEIGHT)
