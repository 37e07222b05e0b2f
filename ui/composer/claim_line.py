"""The line beneath a post that names a claim which the notes do not carry."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.compose.grounding import Claim
from ui import type_scale
from ui.announce import announce
from ui.composer import claim_wording
from ui.elided_label import ElidedLabel
from ui.style_property import named
from ui.type_scale import Size
from ui.warning_button import warning_button


class ClaimLine(QWidget):
    """One claim at a time, with Confirm and Remove; gone while there is none.

    Signals:
        confirm_requested(Claim): the person stands for it.
        remove_requested(Claim): take its words out of the post.
        undo_requested(Claim): the person does not stand for it after all.
    """

    confirm_requested = Signal(object)
    remove_requested = Signal(object)
    undo_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._claim: Claim | None = None
        self._sentence = named(ElidedLabel(), "claimSentence")
        self._sentence.setFont(type_scale.font(Size.CONTROL))
        self._sentence.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._confirm = warning_button("Confirm", "You stand for this: it is not marked any more")
        self._remove = warning_button("Remove", "Take these words out of the post")
        self._undo = warning_button("Undo", "Mark this again")
        self._confirm.clicked.connect(lambda: self._ask(self.confirm_requested))
        self._remove.clicked.connect(lambda: self._ask(self.remove_requested))
        self._undo.clicked.connect(lambda: self._ask(self.undo_requested))
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._sentence)
        for button in (self._confirm, self._remove, self._undo):
            row.addWidget(button)
        row.addStretch(1)
        self.hide()

    def show_claim(self, claim: Claim | None) -> None:
        """Name a claim, or nothing."""
        is_new = claim is not None and claim != self._claim
        self._claim = claim
        self.setVisible(claim is not None)
        if claim is None:
            return
        self._say(claim_wording.sentence(claim), confirmed=False)
        if is_new:
            announce(self, self._sentence.text())

    def show_confirmed(self, claim: Claim) -> None:
        """Say that the person stands for this one, for as long as nothing else is to be said."""
        self._claim = claim
        self._say(f"{claim_wording.short(claim.text)}: confirmed by you.", confirmed=True)
        self.show()

    @property
    def sentence(self) -> str:
        """What the line says; empty where it is not there."""
        return self._sentence.text() if self._claim is not None else ""

    def _say(self, words: str, *, confirmed: bool) -> None:
        self._sentence.setText(words)
        self._confirm.setVisible(not confirmed)
        self._remove.setVisible(not confirmed)
        self._undo.setVisible(confirmed)

    def _ask(self, signal: SignalInstance) -> None:
        if self._claim is not None:
            signal.emit(self._claim)
