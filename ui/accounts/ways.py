"""The two ways to sign in, each with what a person has to do at X for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import UserError
from app.posting.callback import PORTS, callback_address
from app.posting.tokens import Strings
from ui import type_scale
from ui.announce import announce
from ui.style_property import named
from ui.type_scale import Size

CONSOLE = "https://console.x.com"
FIELD_HEIGHT = 34
COPIED_MS = 2_000
_KEYS_FROM = (
    "For your own account alone, X's console can give you four keys instead. Make them under "
    "Keys and tokens of your app, with permission to read and write."
)
_KEYS = ("API key", "API key secret", "Access token", "Access token secret")


class BrowserWay(QWidget):
    """How to make an app of one's own at X, and the field for its client id.

    Attributes:
        client_id: the field.

    Signals:
        page_requested(str): open this page in the browser.
    """

    page_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("accountPage")
        self.client_id = field("Client id")
        console = named(
            link("Open console.x.com", "Open X's developer console in your browser"), "accountLink"
        )
        console.clicked.connect(lambda: self.page_requested.emit(CONSOLE))
        steps = QGridLayout()
        steps.setHorizontalSpacing(8)
        steps.setVerticalSpacing(4)
        steps.setColumnStretch(1, 1)
        _add_step(steps, 1, "Sign in to X's developer console.", console)
        _add_step(steps, 2, "Make an app there: a Native App that may read and write.")
        _add_step(steps, 3, "Give it these three callback addresses.", *map(_address, PORTS))
        _add_step(steps, 4, "Copy its client id, and put it here.", self.client_id)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(words("X lets Twite post through an app of your own. You make it once."))
        column.addLayout(steps)
        column.addStretch()

    def take_keyboard(self) -> None:
        """Be ready to be typed in."""
        self.client_id.setFocus()

    def given(self) -> str:
        """The client id, as it is to be sent; raises `UserError` where there is none."""
        given = self.client_id.text().strip()
        if not given:
            self.client_id.setFocus()
            raise UserError("The client id is missing.", "X's console shows it with your app.")
        return given


class KeysWay(QWidget):
    """Fields for the four keys that X shows for one's own account."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("accountPage")
        self._fields = tuple(field(name) for name in _KEYS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(words(_KEYS_FROM))
        column.addSpacing(4)
        for name, one in zip(_KEYS, self._fields, strict=True):
            one.setEchoMode(QLineEdit.EchoMode.Password)
            label = named(words(name), "accountLabel")
            label.setFont(type_scale.font(Size.SMALL))
            label.setBuddy(one)
            column.addSpacing(4)
            column.addWidget(label)
            column.addWidget(one)
        column.addStretch()

    def take_keyboard(self) -> None:
        """Be ready to be typed in."""
        self._fields[0].setFocus()

    def given(self) -> Strings:
        """The four, as they are to be used; raises `UserError` where one is missing."""
        for name, one in zip(_KEYS, self._fields, strict=True):
            if not one.text().strip():
                one.setFocus()
                raise UserError(f"The {name} is missing.", "All four are needed.")
        return Strings(*(one.text().strip() for one in self._fields))

    def clear(self) -> None:
        """Keep none of them on screen, nor in what undo would bring back."""
        for one in self._fields:
            one.setText("")


class CopyButton(QPushButton):
    """Puts a text on the clipboard, and says so for a moment.

    Attributes:
        copied: the text.
    """

    def __init__(self, saying: str, purpose: str, copied: str = "") -> None:
        super().__init__(saying)
        _dress(self, purpose)
        self.copied = copied
        self._pause = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._pause.timeout.connect(lambda: self.setText(saying))
        self.clicked.connect(self._copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.copied)
        self.setText("Copied")
        self._pause.start()
        announce(self, "Copied")


def words(text: str = "") -> QLabel:
    """A sentence of the dialog."""
    label = QLabel(text)
    label.setFont(type_scale.font(Size.CONTROL))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def field(name: str) -> QLineEdit:
    """A field for one line, named for those who do not see it."""
    made = QLineEdit()
    made.setFont(type_scale.font(Size.CONTROL))
    made.setFixedHeight(FIELD_HEIGHT)
    made.setAccessibleName(name)
    made.setToolTip(name)
    return made


def link(saying: str, purpose: str) -> QPushButton:
    """A quiet button."""
    button = QPushButton(saying)
    _dress(button, purpose)
    return button


def _dress(button: QPushButton, purpose: str) -> None:
    button.setProperty("look", "link")
    button.setFont(type_scale.font(Size.CONTROL))
    button.setToolTip(purpose)
    button.setAccessibleDescription(purpose)


def _add_step(steps: QGridLayout, number: int, what: str, *parts: QWidget) -> None:
    """A numbered sentence, with what belongs to it beneath."""
    row = steps.rowCount()
    digit = named(words(f"{number}."), "accountNumber")
    steps.addWidget(digit, row, 0, alignment=Qt.AlignmentFlag.AlignTop)
    steps.addWidget(words(what), row, 1)
    for below, part in enumerate(parts, start=1):
        fills = isinstance(part, QLineEdit)
        side = Qt.AlignmentFlag(0) if fills else Qt.AlignmentFlag.AlignLeft
        steps.addWidget(part, row + below, 1, alignment=side)
    steps.setRowMinimumHeight(row + len(parts) + 1, 4)


def _address(port: int) -> QWidget:
    """An address that can be copied."""
    address = callback_address(port)
    shown = words(address)
    shown.setWordWrap(False)
    shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    copy = CopyButton("Copy", f"Copy {address}", address)
    copy.setAccessibleName(f"Copy {address}")
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(shown)
    line.addWidget(copy)
    return row
