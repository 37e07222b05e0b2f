"""Where a person writes which checkpoint on the Hugging Face Hub they want."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ui import type_scale
from ui.models_dialog.parts import GAP, button
from ui.type_scale import Size

_HEIGHT = 34


class HubField(QWidget):
    """A name and the button that fetches it.

    Signals:
        wanted(str): fetch this, as the person wrote it.
        left: it was put away with the Escape key.
    """

    wanted = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._name = QLineEdit(placeholderText="owner/name, or the address of its page")
        self._name.setFont(type_scale.font(Size.CONTROL))
        self._name.setFixedHeight(_HEIGHT)
        self._name.setAccessibleName("Name on the Hugging Face Hub")
        self._name.setToolTip("Name on the Hugging Face Hub")
        self._fetch = button("Fetch and import", "card", "Download it from the Hugging Face Hub")
        self._fetch.setFixedHeight(_HEIGHT)
        self._fetch.setEnabled(False)
        self._name.textChanged.connect(self._allow)
        self._fetch.clicked.connect(self._want)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._name, stretch=1)
        row.addWidget(self._fetch)

    def open(self) -> None:
        """Come up with the keyboard on the name."""
        self.show()
        self._name.setFocus()
        self._name.selectAll()

    def hold(self, held: bool) -> None:
        """Nothing can be fetched while something is; the keyboard stays on the name."""
        self._name.setReadOnly(held)
        self._allow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter fetches; the dialog's own default would be one of its buttons."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._want()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _allow(self) -> None:
        self._fetch.setEnabled(bool(self._name.text().strip()) and not self._name.isReadOnly())

    def _want(self) -> None:
        if self._fetch.isEnabled():
            self.wanted.emit(self._name.text().strip())
