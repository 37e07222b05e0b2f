"""The last change of what a post carries, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.drafts.extras import PostExtras
from ui import type_scale
from ui.announce import announce
from ui.style_property import named
from ui.type_scale import Size


@dataclass(frozen=True)
class _Change:
    """What happened to a post's extras, and what they were before."""

    sentence: str
    before: PostExtras
    stays: bool


class UndoLine(QWidget):
    """Names the last change of what a post carries, and takes it back; then the one before.

    Signals:
        undo_requested(PostExtras): let the post carry this again.
    """

    undo_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._changes: list[_Change] = []
        self._sentence = named(QLabel(), "undoSentence")
        self._sentence.setFont(type_scale.font(Size.CONTROL))
        self._undo = QPushButton("Undo")
        self._undo.setProperty("look", "link")
        self._undo.setFont(type_scale.font(Size.CONTROL, type_scale.DEMI_BOLD))
        self._undo.clicked.connect(self._take_back)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._sentence)
        row.addWidget(self._undo)
        row.addStretch()
        self.hide()

    @property
    def sentence(self) -> str:
        """What the line says; empty where it is not there."""
        return self._changes[-1].sentence if self._changes and not self.isHidden() else ""

    def offer(self, sentence: str, before: PostExtras, *, typed: bool, stays: bool) -> None:
        """Name a change; what is typed in one place is one change.

        It `stays` in sight while the person writes on, where it took something away.
        """
        if not (typed and self._changes and self._changes[-1].sentence == sentence):
            self._changes.append(_Change(sentence, before, stays))
            announce(self, sentence)
        self._show_last()

    def forget(self) -> None:
        """There is nothing to take back any more."""
        self._changes.clear()
        self.hide()

    def step_aside(self) -> None:
        """The person writes on."""
        self.setVisible(bool(self._changes) and self._changes[-1].stays)

    def _show_last(self) -> None:
        self.setVisible(bool(self._changes))
        if self._changes:
            sentence = self._changes[-1].sentence
            self._sentence.setText(sentence)
            self._undo.setToolTip(f"Take this back: {sentence}")

    def _take_back(self) -> None:
        before = self._changes.pop().before
        self._show_last()
        self.undo_requested.emit(before)
