"""What the dialog shows while a sign-in is under way."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.posting.sign_in import PATIENCE_S
from ui import type_scale
from ui.accounts.ways import CopyButton, field, words
from ui.announce import announce
from ui.type_scale import Size

_END = f"Twite waits for {PATIENCE_S / 60:.0f} minutes."
OPENED = f"Your browser has opened X. {_END}"
NOT_OPENED = f"No browser could be opened. Open this address in one on this computer. {_END}"


class Waiting(QWidget):
    """Whom Twite waits for, and the way out.

    Attributes:
        cancel: the button.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("accountWaiting")
        self._sentence = words()
        self._address = field("X's address for this sign-in")
        self._address.setReadOnly(True)
        self._copy = CopyButton("Copy the address", "For a browser of your choice on this computer")
        self._copy.setObjectName("accountLink")
        self.cancel = QPushButton("Cancel")
        self.cancel.setProperty("look", "card")
        self.cancel.setFont(type_scale.font(Size.CONTROL, type_scale.MEDIUM))
        self.cancel.setToolTip("Sign in no more (Esc)")
        self.cancel.setFixedSize(88, 34)
        self._lay_out()

    def begin(self, by_browser: bool) -> None:
        """A sign-in has begun."""
        self._address.hide()
        self._copy.hide()
        self._say("Opening X in your browser." if by_browser else "Asking X whose keys these are.")

    def show_address(self, address: str, opened: bool) -> None:
        """The page at X is open, or else is to be opened by the person."""
        self._address.setText(address)
        self._address.setCursorPosition(0)
        self._address.setVisible(not opened)
        self._copy.copied = address
        self._copy.show()
        self._say(OPENED if opened else NOT_OPENED)

    def _say(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        announce(self, sentence)

    def _lay_out(self) -> None:
        ways_out = QHBoxLayout()
        ways_out.setSpacing(8)
        ways_out.addWidget(self._copy)
        ways_out.addStretch()
        ways_out.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._sentence)
        column.addWidget(self._address)
        column.addLayout(ways_out)
        column.addStretch()
