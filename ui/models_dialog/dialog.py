"""The models: those on this computer, and those that can be installed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.model_shelf import OfferedModel, Shelf, ShelvedModel
from ui import type_scale
from ui.models_dialog import wording
from ui.models_dialog.import_card import ImportCard
from ui.models_dialog.model_card import ModelCard
from ui.models_dialog.offer_card import OfferCard
from ui.models_dialog.parts import GAP, MARGIN, words
from ui.style_property import named
from ui.type_scale import Size

WIDTH, HEIGHT = 600, 720
FRAME = 48
"""Room for a title bar and a margin."""


class ModelsDialog(QDialog):
    """Every model as a card. Never modal: the text can be read and written on.

    A card stays the same widget for as long as its model is listed, so that the keyboard stays
    where it was.

    Attributes:
        importing: the card that takes a person's own model.

    Signals, each with the id of the model that it is about:
        use_for_draft, use_always, measure_requested, verify_requested, remove_confirmed,
        install_requested, discard_requested: as the cards have them.
        measuring_cancelled, download_cancelled: stop what goes on; without an id.
    """

    use_for_draft = Signal(str)
    use_always = Signal(str)
    measure_requested = Signal(str)
    verify_requested = Signal(str)
    remove_confirmed = Signal(str)
    install_requested = Signal(str)
    discard_requested = Signal(str)
    measuring_cancelled = Signal()
    download_cancelled = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("modelsDialog")
        self.setWindowTitle("Models")
        self.setAcceptDrops(True)
        self._window = window
        self._cards: dict[str, ModelCard] = {}
        self._offers: dict[str, OfferCard] = {}
        self._disk = words()
        self._disk.setWordWrap(False)
        self._here, self._to_be_had = QVBoxLayout(), QVBoxLayout()
        self.importing = ImportCard()
        self._scroll = named(QScrollArea(), "modelsScroll")
        self._lay_out()

    def open_over(self) -> None:
        """Come up in the middle of the window, as tall as the screen allows."""
        if self.isHidden():
            room, around = self._window.screen().availableGeometry(), self._window.frameGeometry()
            self.resize(WIDTH, min(HEIGHT, room.height() - FRAME))
            place = self.rect()
            place.moveCenter(around.center())
            self.move(place.left(), max(place.top(), room.top()))
        self.show()
        self.activateWindow()

    def show_shelf(self, shelf: Shelf) -> None:
        """List these models, in this order."""
        is_first = not self._cards and not self._offers
        keyboard = shelf.here[0].id if is_first and shelf.here else self._model_with_keyboard()
        self._disk.setText(wording.disk_use(shelf.disk))
        _take_away(self._cards, {model.id for model in shelf.here})
        _take_away(self._offers, {offered.model.id for offered in shelf.offered})
        for place, model in enumerate(shelf.here):
            self._place_card(place, model)
        for place, offered in enumerate(shelf.offered):
            self._place_offer(place, offered)
        self._order_stops()
        self._give_keyboard_back(keyboard)

    def card(self, model_id: str) -> ModelCard | None:
        """The card of a model on this computer, if it is listed."""
        return self._cards.get(model_id)

    def offer(self, model_id: str) -> OfferCard | None:
        """The card of a model that can be installed, if it is listed."""
        return self._offers.get(model_id)

    def show_choice(self, always: str, current: str) -> None:
        """Say which model was chosen for what."""
        for model_id, card in self._cards.items():
            card.show_choice(model_id, always, current)

    def allow_measuring(self, allowed: bool) -> None:
        """One measurement at a time."""
        for card in self._cards.values():
            card.allow_measuring(allowed)

    def allow_installing(self, allowed: bool) -> None:
        """One download at a time."""
        for card in self._offers.values():
            card.allow_installing(allowed)

    def show_card(self, model_id: str) -> None:
        """Bring a model's card into sight."""
        if card := self._cards.get(model_id):
            self._scroll.ensureWidgetVisible(card, 0, MARGIN)

    def _model_with_keyboard(self) -> str:
        """The id of the model whose card has the keyboard, or nothing."""
        cards: dict[str, ModelCard | OfferCard] = {**self._cards, **self._offers}
        return next((model_id for model_id, card in cards.items() if card.has_keyboard()), "")

    def _give_keyboard_back(self, model_id: str) -> None:
        """To the model, where its card is another; to any card, where it is no more."""
        now = self._model_with_keyboard()
        if model_id in ("", now):
            return
        left = self._cards.get(model_id) or self._offers.get(model_id)
        if not left and not now:
            left = next(iter(self._cards.values()), None)
        if left:
            left.take_keyboard()

    def _place_card(self, place: int, model: ShelvedModel) -> None:
        if model.id in self._cards:
            self._cards[model.id].show_model(model)
            return
        card = self._cards[model.id] = ModelCard(model)
        card.use_for_draft.connect(lambda: self.use_for_draft.emit(model.id))
        card.use_always.connect(lambda: self.use_always.emit(model.id))
        card.measure_requested.connect(lambda: self.measure_requested.emit(model.id))
        card.verify_requested.connect(lambda: self.verify_requested.emit(model.id))
        card.remove_confirmed.connect(lambda: self.remove_confirmed.emit(model.id))
        card.cancelled.connect(self.measuring_cancelled)
        self._here.insertWidget(place, card)
        # By itself it would be shown in a later turn, and could not take the keyboard in this one.
        card.show()

    def _place_offer(self, place: int, offered: OfferedModel) -> None:
        model_id = offered.model.id
        if model_id in self._offers:
            self._offers[model_id].show_offer(offered)
            return
        card = self._offers[model_id] = OfferCard(offered)
        card.install_requested.connect(lambda: self.install_requested.emit(model_id))
        card.discard_requested.connect(lambda: self.discard_requested.emit(model_id))
        card.cancelled.connect(self.download_cancelled)
        self._to_be_had.insertWidget(place, card)
        card.show()

    def _order_stops(self) -> None:
        """Have the Tab key follow the eye: cards that came later stand between older ones."""
        order = [*_column(self._here), self.importing, *_column(self._to_be_had)]
        stops = [
            part
            for card in order
            for part in card.findChildren(QWidget)
            if isinstance(part, QPushButton | QLineEdit)
        ]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _lay_out(self) -> None:
        page = named(QWidget(), "modelsPage")
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(GAP)
        for cards in (self._here, self._to_be_had):
            cards.setSpacing(GAP)
        column.addLayout(_heading("On this computer", self._disk))
        column.addLayout(self._here)
        column.addSpacing(GAP)
        column.addLayout(_heading("Can be installed"))
        column.addWidget(self.importing)
        column.addLayout(self._to_be_had)
        column.addStretch()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("Models")
        self._scroll.setWidget(page)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._scroll)

    def _dropped(self, what: QMimeData) -> Path | None:
        """The one file or folder that is held over the dialog, if it can be taken."""
        urls = what.urls()
        if len(urls) != 1 or not urls[0].isLocalFile() or self.importing.is_at_work:
            return None
        return Path(urls[0].toLocalFile())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event.mimeData()):
            event.acceptProposedAction()
            self.importing.show_drop(True)

    def dragLeaveEvent(self, _: QDragLeaveEvent) -> None:
        self.importing.show_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.importing.show_drop(False)
        if source := self._dropped(event.mimeData()):
            event.acceptProposedAction()
            self.importing.chosen.emit(source, "")


def _heading(text: str, beside: QLabel | None = None) -> QHBoxLayout:
    heading = words(text)
    heading.setFont(type_scale.font(Size.SMALL, type_scale.DEMI_BOLD))
    row = QHBoxLayout()
    row.addWidget(heading, stretch=1)
    if beside:
        row.addWidget(beside)
    return row


def _take_away(cards: dict[str, ModelCard] | dict[str, OfferCard], but: set[str]) -> None:
    for model_id in set(cards) - but:
        card = cards.pop(model_id)
        card.hide()
        card.setParent(None)
        card.deleteLater()


def _column(layout: QVBoxLayout) -> list[QWidget]:
    """The widgets of a layout, from the top."""
    items = (layout.itemAt(place) for place in range(layout.count()))
    return [widget for item in items if item and (widget := item.widget())]
