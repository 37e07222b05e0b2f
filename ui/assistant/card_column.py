"""The drafts as a column of cards that never jumps under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.compose.brief import Variant
from ui.assistant.card import HALO, Card
from ui.assistant.motion import duration_ms
from ui.theme import Theme

MARGIN = 16
GAP = 12


class CardColumn(QScrollArea):
    """Cards that stream in place and settle in ranked order.

    Cards are slots: what settles in a slot fades in there, and only heights change. While the
    pointer is over a card no card shrinks, and that card is held where it is: what grows above it
    is scrolled away, with empty space below the last card where the column would be too short.

    Signals:
        use_requested: put the draft with this number (from 1) into the editor.
        stop_requested: stop writing.
    """

    use_requested = Signal(int)
    stop_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._cards: list[Card] = []
        self._content = QWidget()
        self._heights: list[tuple[int, int]] = []
        self._settling = QVariantAnimation(self)
        self._settling.setStartValue(0.0)
        self._settling.setEndValue(1.0)
        self._settling.valueChanged.connect(self._move)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Drafts")
        self.setWidget(self._content)

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards on show, best first."""
        return tuple(self._cards)

    def begin(self, count: int) -> None:
        """Make room for so many drafts, empty, with nothing moving up."""
        self._keep(count)
        for card in self._cards:
            card.begin(last=card is self._cards[-1])
        if self._hovered() is None:
            self.verticalScrollBar().setValue(0)
        self._grow()

    def preview(self, row: int, text: str) -> None:
        """Show the text so far of one draft."""
        if row < len(self._cards):
            self._cards[row].write(text)
            self._grow()

    def settle(self, variants: tuple[Variant, ...]) -> None:
        """Show these drafts, in this order."""
        self._keep(len(variants))
        for card, variant in zip(self._cards, variants, strict=True):
            card.settle(variant)
        self._relax()

    def focus_first(self) -> None:
        """Go to the best draft."""
        if self._cards:
            self._cards[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, count: int) -> None:
        while len(self._cards) > count:
            card = self._cards.pop()
            card.hide()
            card.deleteLater()
        while len(self._cards) < count:
            self._add_card(len(self._cards) + 1)

    def _add_card(self, number: int) -> None:
        card = Card(self._theme, number)
        card.use_requested.connect(lambda: self.use_requested.emit(number))
        card.stop_requested.connect(self.stop_requested)
        card.setParent(self._content)
        if self._cards:
            QWidget.setTabOrder(self._cards[-1], card)
        self._cards.append(card)
        card.show()

    def _grow(self) -> None:
        """Give every card at least the height it wants, at once."""
        self._settling.stop()
        for card in self._cards:
            card.shown_height = max(card.shown_height, card.wanted_height(self._card_width()))
        self._place()

    def _relax(self) -> None:
        """Let the heights glide to what the cards want."""
        held = self._hovered() is not None
        self._heights = []
        for card in self._cards:
            wanted = card.wanted_height(self._card_width())
            target = max(wanted, card.shown_height) if held else wanted
            self._heights.append((card.shown_height or wanted, target))
        self._settling.stop()
        self._settling.setDuration(duration_ms())
        self._settling.start()

    def _move(self, progress: float) -> None:
        for card, (start, target) in zip(self._cards, self._heights, strict=False):
            card.shown_height = round(start + (target - start) * progress)
        self._place()

    def _place(self) -> None:
        """Put every card where it belongs, and keep the one under the pointer where it is."""
        hovered = self._hovered()
        bar = self.verticalScrollBar()
        seen_at = hovered.y() - bar.value() if hovered else 0
        height = self._stack()
        if hovered is None:
            self._content.resize(self.viewport().width(), height)
            return
        scroll = hovered.y() - seen_at
        self._content.resize(
            self.viewport().width(), max(height, scroll + self.viewport().height())
        )
        bar.setValue(scroll)

    def _stack(self) -> int:
        """Put the cards below one another and return the height of all."""
        top = 0
        for card in self._cards:
            card.setGeometry(MARGIN - HALO, top, self._card_width(), card.shown_height)
            top += card.shown_height + GAP - 2 * HALO
        return top + MARGIN

    def _card_width(self) -> int:
        """The same with and without a scroll bar, which takes its place from the margin."""
        return self.width() - 2 * (MARGIN - HALO)

    def _hovered(self) -> Card | None:
        return next((card for card in self._cards if card.underMouse()), None)

    def _neighbour(self, step: int) -> Card | None:
        focused = [index for index, card in enumerate(self._cards) if card.hasFocus()]
        index = focused[0] + step if focused else -1
        return self._cards[index] if 0 <= index < len(self._cards) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down.value: 1, Qt.Key.Key_Up.value: -1}
        neighbour = self._neighbour(steps.get(event.key(), 0)) if event.key() in steps else None
        if neighbour is None:
            super().keyPressEvent(event)
            return
        neighbour.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ensureWidgetVisible(neighbour, 0, HALO)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if all(card.variant is not None for card in self._cards):
            self._relax()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for card in self._cards:
            card.shown_height = card.wanted_height(self._card_width())
        self._place()
