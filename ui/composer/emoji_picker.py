"""A small popup to pick an emoji from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from ui import type_scale
from ui.composer.emoji_data import matching
from ui.style_property import named
from ui.type_scale import Size

CELL = 36
COLUMNS = 8
ROWS = 6


class EmojiPicker(QFrame):
    """Type a word, move with the arrows, pick with Return; Esc closes.

    Signals:
        picked(str): this emoji.
    """

    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("emojiPicker")
        self.setWindowFlags(Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._search = QLineEdit(placeholderText="Search emoji")
        self._search.setAccessibleName("Search emoji")
        self._search.setFont(type_scale.font(Size.CONTROL))
        self._search.textChanged.connect(self._fill)
        self._search.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self._grid = named(QListView(), "emojiGrid")
        self._grid.setAccessibleName("Emoji")
        self._grid.setViewMode(QListView.ViewMode.IconMode)
        self._grid.setMovement(QListView.Movement.Static)
        self._grid.setResizeMode(QListView.ResizeMode.Adjust)
        self._grid.setUniformItemSizes(True)
        self._grid.setGridSize(QSize(CELL, CELL))
        self._grid.setFont(type_scale.font(Size.EMOJI))
        self._grid.setFixedSize(COLUMNS * CELL + 14, ROWS * CELL + 4)
        self._grid.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._grid.setModel(self._model)
        self._grid.clicked.connect(self._pick)
        self._grid.activated.connect(self._pick)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._search)
        column.addWidget(self._grid)

    def open_beneath(self, button: QWidget) -> None:
        """Open under the button, all emoji on show."""
        self._search.clear()
        self._fill("")
        self.adjustSize()
        place = button.mapToGlobal(QPoint(0, button.height() + 4))
        room = button.screen().availableGeometry()
        place.setX(min(place.x(), room.right() - self.width()))
        if place.y() + self.height() > room.bottom():
            place = button.mapToGlobal(QPoint(0, -self.height() - 4))
        self.move(place)
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self, words: str) -> None:
        self._model.clear()
        for emoji in matching(words):
            item = QStandardItem(emoji.character)
            item.setEditable(False)
            item.setToolTip(emoji.name)
            item.setData(emoji.name, Qt.ItemDataRole.AccessibleTextRole)
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            item.setSizeHint(QSize(CELL, CELL))
            self._model.appendRow(item)
        self._grid.setCurrentIndex(self._model.index(0, 0))

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            self.close()
            self.picked.emit(index.data(Qt.ItemDataRole.DisplayRole))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Return in the search field work on the grid."""
        pressed = event.type() == QEvent.Type.KeyPress
        if watched is self._search and pressed and isinstance(event, QKeyEvent):
            return self._steer(event)
        return super().eventFilter(watched, event)

    def _steer(self, event: QKeyEvent) -> bool:
        step = {
            Qt.Key.Key_Down: COLUMNS,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
        }.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pick(self._grid.currentIndex())
            return True
        if step is None:
            return False
        row = self._grid.currentIndex().row() + step
        if 0 <= row < self._model.rowCount():
            self._grid.setCurrentIndex(self._model.index(row, 0))
        return True
