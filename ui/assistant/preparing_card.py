"""The small panel in which the built-in model is made, once."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from app.compose.events import Preparing
from app.errors import UserError
from ui.assistant.keyed_button import KeyedButton
from ui.theme import Theme
from ui.type_scale import DEMI_BOLD, Size, font

OFFER = (
    "Twite writes with a small model that runs on this computer. Preparing it takes about a "
    "minute, once, and downloads nothing. You can go on typing meanwhile."
)
BAR_STEPS = 1000


class PreparingCard(QFrame):
    """Offers to make the built-in model, then shows how far it is.

    Signals:
        prepare_requested: the person wants the model made.
        cancel_requested: the person wants that stopped.
    """

    prepare_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._title = QLabel("The built-in model")
        self._title.setFont(font(Size.BODY, DEMI_BOLD))
        self._words = QLabel()
        self._words.setFont(font(Size.CONTROL))
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._prepare = KeyedButton(theme)
        self._prepare.show_text("Prepare the built-in model")
        self._prepare.clicked.connect(self.prepare_requested)
        self._bar = QProgressBar()
        self._bar.setRange(0, BAR_STEPS)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName("Preparing the built-in model")
        self._left = QLabel()
        self._left.setFont(font(Size.SMALL))
        self._left.setProperty("tone", "second")
        self._cancel = QPushButton("Cancel")
        self._cancel.setFont(font(Size.SMALL, DEMI_BOLD))
        self._cancel.setCursor(Qt.CursorShape.PointingHandCursor)
        self._cancel.setAccessibleName("Cancel preparing the model")
        self._cancel.clicked.connect(self.cancel_requested)
        self._lay_out()

    def offer(self, error: UserError | None) -> None:
        """Offer to make the model; the error says why the last try did not."""
        self._words.setText(OFFER if error is None else f"{error.what_happened} {error.what_to_do}")
        self._prepare.show_text(
            "Prepare the built-in model" if error is None else "Prepare it again"
        )
        self._show_progress(False)

    def show_progress(self, progress: Preparing | None) -> None:
        """Show how far it is; None means that it has only just begun."""
        self._words.setText(progress.step if progress else "Starting")
        self._bar.setValue(round(progress.fraction * BAR_STEPS) if progress else 0)
        self._left.setText(time_left(progress.seconds_left) if progress else "")
        self._show_progress(True)

    def _show_progress(self, running: bool) -> None:
        self._prepare.setVisible(not running)
        for widget in (self._bar, self._left, self._cancel):
            widget.setVisible(running)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._left)
        foot.addStretch()
        foot.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        for widget in (self._title, self._words, self._prepare, self._bar):
            column.addWidget(widget)
        column.addLayout(foot)


def time_left(seconds: float | None) -> str:
    """The time left in words, coarse enough not to flicker."""
    if seconds is None:
        return ""
    if seconds >= 90:
        return f"about {round(seconds / 60)} minutes left"
    if seconds > 10:
        return f"about {round(seconds / 5) * 5} seconds left"
    return "a few seconds left"
