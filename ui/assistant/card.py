"""One draft as a card."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from app.compose.brief import Variant
from ui.assistant.card_footer import HEIGHT as FOOTER_HEIGHT
from ui.assistant.card_footer import CardFooter, added, facts
from ui.assistant.draft_text import DraftText
from ui.assistant.motion import duration_ms
from ui.theme import CONTRAST, Theme

HALO = 3
RADIUS = 12
SIDE = HALO + 15
TOP = HALO + 13
GAP = 8
LINE_LEAD = 1
"""Qt puts the whole of a fixed line height above the line; one pixel of it belongs below."""
AROUND_TEXT = 2 * TOP + GAP + FOOTER_HEIGHT


class Card(QWidget):
    """A draft being written, or finished. Its halo lies inside the widget, around the body.

    Attributes:
        variant: the finished draft, or None while it is written.
        shown_height: the height it has now; its column moves it towards `wanted_height`.

    Signals:
        use_requested: put this draft into the editor.
        stop_requested: stop writing.
        focused: the card has the keyboard focus, or lost it.
    """

    use_requested = Signal()
    stop_requested = Signal()
    focused = Signal(bool)

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self.variant: Variant | None = None
        self.shown_height = 0
        self._theme = theme
        self._number = number
        self._text = DraftText(theme)
        self._text.setParent(self)
        self._footer = CardFooter(number)
        self._footer.setParent(self)
        self._footer.pressed.connect(self._on_pressed)
        self._text.setAccessibleName(f"Text of draft {number}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.update)

    def begin(self, last: bool) -> None:
        """Start a new draft; the last card of a run offers to stop it."""
        self.variant = None
        self._footer.show_writing(last)
        self._footer.set_action_enabled(True)
        self._text.write("")
        self.setAccessibleName(f"Draft {self._number}, being written")
        self.setAccessibleDescription("")

    def write(self, text: str) -> None:
        """Show the text so far."""
        self._text.write(text)

    def settle(self, variant: Variant) -> None:
        """Show the finished draft; a click counts once a person could have seen it."""
        self.variant = variant
        self._text.settle(variant.text)
        self._footer.show_variant(variant)
        self._footer.show_use(self.hasFocus())
        self._footer.set_action_enabled(False)
        QTimer.singleShot(duration_ms(), self, lambda: self._footer.set_action_enabled(True))
        self.setAccessibleName(f"Draft {self._number}: {variant.text}")
        self.setAccessibleDescription(
            ", ".join(
                filter(None, (f"length {variant.weighted_length}", facts(variant), added(variant)))
            )
        )

    def wanted_height(self, width: int) -> int:
        """The height that shows the whole text at this width, halo included."""
        return self._text.height_for(width - 2 * SIDE) + AROUND_TEXT

    def _on_pressed(self) -> None:
        if self.variant is None:
            self.stop_requested.emit()
        else:
            self.use_requested.emit()

    def _show_focus(self, focused: bool) -> None:
        if self.variant is not None:
            self._footer.show_use(focused)
        self.update()
        self.focused.emit(focused)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_focus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_focus(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.variant is not None:
            self.use_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._text.chosen_text())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width() - 2 * SIDE
        footer_top = self.height() - TOP - FOOTER_HEIGHT
        self._text.setGeometry(SIDE, TOP - LINE_LEAD, width, footer_top - GAP - TOP)
        self._footer.setGeometry(SIDE, footer_top, width, FOOTER_HEIGHT)

    def paintEvent(self, _: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent if colours == CONTRAST else colours.soft))
            painter.drawRoundedRect(whole, RADIUS + HALO, RADIUS + HALO)
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.line), 1))
        painter.setBrush(QColor(colours.card))
        edge = HALO + 0.5
        body = whole.adjusted(edge, edge, -edge, -edge)
        painter.drawRoundedRect(body, RADIUS - 0.5, RADIUS - 0.5)
