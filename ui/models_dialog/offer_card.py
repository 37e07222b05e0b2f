"""The card of a model that can be installed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.model_shelf import OfferedModel
from models.catalog import CatalogModel
from models.install.progress import Progress
from ui.announce import announce
from ui.models_dialog import wording
from ui.models_dialog.parts import MARGIN, Sentence, WorkLine, button, title, words
from ui.type_scale import Size


class OfferCard(QFrame):
    """What a model is good for and what it takes; its download.

    Signals:
        install_requested: download it, or go on with that.
        cancelled: stop the download; what has come is kept.
        discard_requested: remove what is here of it.
    """

    install_requested = Signal()
    cancelled = Signal()
    discard_requested = Signal()

    def __init__(self, offered: OfferedModel) -> None:
        super().__init__()
        name = offered.model.name
        self.setObjectName("modelCard")
        self.setAccessibleName(name)
        self._name = name
        self._arrived = words()
        self._install = button("Install", "card", "", name)
        self._install.setFixedSize(88, 34)
        self._discard = button("Discard", "quiet", "Remove what is here of it", name)
        self._work = WorkLine(name)
        self._sentence = Sentence()
        self._install.clicked.connect(self.install_requested)
        self._discard.clicked.connect(self.discard_requested)
        self._work.cancelled.connect(self.cancelled)
        self._lay_out(offered.model)
        self.show_offer(offered)

    def show_offer(self, offered: OfferedModel) -> None:
        """Say what is here of it."""
        self._has_begun = bool(offered.arrived)
        self._arrived.setText(wording.arrived(offered))
        self._allow(self._work.isHidden())
        saying = "Go on" if self._has_begun else "Install"
        purpose = f"Download it from {offered.model.repository} on the Hugging Face Hub"
        self._install.setText(saying)
        self._install.setAccessibleName(f"{saying}: {self._name}")
        self._install.setToolTip(purpose)
        self._install.setAccessibleDescription(purpose)

    def show_progress(self, progress: Progress | None) -> None:
        """How far the download is; None means that it has only just begun."""
        began = self._work.isHidden()
        had_keyboard = self._install.hasFocus()
        self._sentence.say("")
        if progress is None:
            self._work.show_work("Asking the Hub", None)
        else:
            self._work.show_work(wording.download(progress), wording.share(progress))
        if began and had_keyboard:
            self._work.take_keyboard()
        self._allow(False)

    def finish(self, said: str = "", tone: str = "second") -> None:
        """The download has ended before its time, with this to say."""
        had_keyboard = self._work.isAncestorOf(self.window().focusWidget())
        self._allow(True)
        if had_keyboard:
            self._install.setFocus()
        self._work.hide()
        self._sentence.say(said, tone)
        if said:
            announce(self, said)

    def allow_installing(self, allowed: bool) -> None:
        """One download at a time."""
        self._install.setEnabled(allowed)
        self._discard.setEnabled(allowed)

    def has_keyboard(self) -> bool:
        """Whether the keyboard is on anything in this card."""
        return self.isAncestorOf(self.window().focusWidget())

    def take_keyboard(self) -> None:
        """Put the keyboard on Install."""
        self._install.setFocus()

    def _allow(self, allowed: bool) -> None:
        self._install.setVisible(allowed)
        self._arrived.setVisible(allowed and self._has_begun)
        self._discard.setVisible(allowed and self._has_begun)

    def _lay_out(self, model: CatalogModel) -> None:
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addWidget(title(model.name))
        text.addWidget(words(model.purpose, "ink", Size.CONTROL))
        text.addWidget(self._arrived)
        doors = QVBoxLayout()
        doors.setSpacing(4)
        doors.addWidget(self._install)
        doors.addWidget(self._discard, alignment=Qt.AlignmentFlag.AlignHCenter)
        doors.addStretch()
        row = QHBoxLayout()
        row.setSpacing(MARGIN)
        row.addLayout(text, stretch=1)
        row.addLayout(doors)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 12, MARGIN, 12)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(words(wording.offer(model)))
        column.addWidget(self._work)
        column.addWidget(self._sentence)
