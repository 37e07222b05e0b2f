"""What the cards of the dialog are made of."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui import type_scale
from ui.style_property import set_style_property
from ui.type_scale import Size

MARGIN = 16
GAP = 8
_BAR_STEPS = 1000


def words(text: str = "", tone: str = "second", size: Size = Size.SMALL) -> QLabel:
    """A sentence, which wraps."""
    label = QLabel(text)
    label.setFont(type_scale.font(size))
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("tone", tone)
    return label


def title(text: str) -> QLabel:
    """The name of a model."""
    label = words(text, "ink", Size.BODY)
    label.setFont(type_scale.font(Size.BODY, type_scale.DEMI_BOLD))
    return label


def button(saying: str, look: str, purpose: str, about: str = "") -> QPushButton:
    """A button; `about` is the model that it belongs to, for those who do not see the card."""
    made = QPushButton(saying)
    made.setProperty("look", look)
    weight = type_scale.NORMAL if look == "quiet" else type_scale.DEMI_BOLD
    made.setFont(type_scale.font(Size.CONTROL, weight))
    made.setToolTip(purpose)
    made.setAccessibleName(f"{saying}: {about}" if about else saying)
    made.setAccessibleDescription(purpose)
    return made


class Sentence(QLabel):
    """What came of something that was asked for; hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(type_scale.font(Size.CONTROL))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()

    def say(self, text: str, tone: str = "second") -> None:
        """Say this; nothing takes the sentence away."""
        self.setText(text)
        set_style_property(self, "tone", tone)
        self.setVisible(bool(text))


class WorkLine(QWidget):
    """A bar, what is being done, and the way to stop it; hidden while nothing is.

    Signals:
        cancelled: the person wants it stopped.
    """

    cancelled = Signal()

    def __init__(self, about: str) -> None:
        super().__init__()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(f"How far it is: {about}")
        self._words = words()
        self._cancel = button("Cancel", "link", "Stop this", about)
        self._cancel.clicked.connect(self.cancelled)
        foot = QHBoxLayout()
        foot.setSpacing(GAP)
        foot.addWidget(self._words, stretch=1)
        foot.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._bar)
        column.addLayout(foot)
        self.hide()

    def show_work(self, what: str, share: float | None, *, can_cancel: bool = True) -> None:
        """Show what is being done and the share done, 0 to 1; None where that is not known."""
        self._bar.setRange(0, 0 if share is None else _BAR_STEPS)
        if share is not None:
            self._bar.setValue(round(share * _BAR_STEPS))
        self._words.setText(what)
        self._cancel.setVisible(can_cancel)
        self.show()

    def take_keyboard(self) -> None:
        """Put the keyboard on Cancel."""
        self._cancel.setFocus()
