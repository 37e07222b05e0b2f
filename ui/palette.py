"""The command palette: every action, found by its words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import (
    QAction,
    QKeyEvent,
    QKeySequence,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from ui import type_scale
from ui.palette_delegate import HEIGHT, KEYS_ROLE, PaletteDelegate
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size

WIDTH = 480
SHOWN = 10
ACTION_ROLE = Qt.ItemDataRole.UserRole + 2


class Palette(QFrame):
    """Lies over the window: type to filter, arrows to move, Return to run, Esc to leave."""

    def __init__(self, window: QWidget, theme: Theme, actions: Sequence[QAction]) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self._window = window
        self._actions = actions
        self._before: QWidget | None = None
        self._search = named(QLineEdit(placeholderText="Type a command"), "paletteSearch")
        self._search.setAccessibleName("Commands")
        self._search.setFont(type_scale.font(Size.BODY))
        self._search.textChanged.connect(self._fill)
        self._search.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self._list = named(QListView(), "paletteList")
        self._list.setAccessibleName("Matching commands")
        self._delegate = PaletteDelegate(theme)
        self._list.setItemDelegate(self._delegate)
        self._list.setModel(self._model)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._search)
        column.addWidget(self._list)
        self.hide()

    def open(self) -> None:
        """Show every action that can be used now."""
        self._before = self._window.focusWidget()
        self._search.clear()
        self._fill("")
        width = min(WIDTH, self._window.width() - 32)
        height = min(SHOWN * HEIGHT + 66, self._window.height() - 96)
        self.setGeometry((self._window.width() - width) // 2, 64, width, height)
        self.show()
        self.raise_()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Give the keyboard back to where it was."""
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
            self._before = None

    def _fill(self, text: str) -> None:
        words = text.lower().split()
        self._model.clear()
        for action in self._actions:
            if action.isEnabled() and all(word in action.text().lower() for word in words):
                self._model.appendRow(_item(action))
        self._list.setCurrentIndex(self._model.index(0, 0))

    def _run(self, index: QModelIndex) -> None:
        if index.isValid():
            action: QAction = index.data(ACTION_ROLE)
            self.leave()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the search field that work on the list; also kept from the window's actions."""
        if watched is self._search and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                return self._steer(Qt.Key(event.key()))
        if watched is self._search and event.type() == QEvent.Type.FocusOut:
            self.hide()
        return super().eventFilter(watched, event)

    def _steer(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self.leave()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self._list.currentIndex())
            return True
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key)
        if step is None:
            return False
        count = self._model.rowCount()
        if count:
            row = (self._list.currentIndex().row() + step) % count
            self._list.setCurrentIndex(self._model.index(row, 0))
        return True


def _item(action: QAction) -> QStandardItem:
    item = QStandardItem(action.text())
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    item.setEditable(False)
    item.setData(action, ACTION_ROLE)
    item.setData(keys, KEYS_ROLE)
    item.setData(f"{action.text()}, {keys}", Qt.ItemDataRole.AccessibleTextRole)
    return item
