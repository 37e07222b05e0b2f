"""What is on the disk of a checkpoint that was not imported, and the way to be rid of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.models_dialog import wording
from ui.models_dialog.parts import GAP, button, words


class Kept(QWidget):
    """A sentence and a button; hidden while nothing is kept.

    Signals:
        discarded: the person wants it removed.
    """

    discarded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._words = words()
        self._discard = button("Discard", "link", "Remove what is kept of it", "checkpoint")
        self._discard.clicked.connect(self._go)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self._words)
        row.addWidget(self._discard)
        row.addStretch()
        self._words.setWordWrap(False)
        self.hide()

    def show_kept(self, count: int) -> None:
        """So many bytes are kept."""
        self._words.setText(wording.kept(count))
        self.setVisible(count > 0)

    def _go(self) -> None:
        self.hide()
        self.discarded.emit()
