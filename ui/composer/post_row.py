"""One post of the thread: rail, editor, the claim to confirm, actions and counter."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.compose.grounding import Claim
from app.post_text import LIMIT, weigh
from ui import shortcuts, type_scale
from ui.composer import claim_wording
from ui.composer.claim_line import ClaimLine
from ui.composer.counter import Counter
from ui.composer.post_editor import PostEditor
from ui.composer.rail import Rail
from ui.shortcuts import Name
from ui.theme import Theme
from ui.type_scale import Size

INSET = 6
"""Room that a quiet button has beside its words, so that they stand right under the text."""


class PostRow(QWidget):
    """One post of the thread.

    Attributes:
        editor: the post's text.
        is_over: the post is past the limit.

    Signals:
        split_requested: divide this post at the caret, or into posts that fit.
        emoji_requested(QWidget): the button beneath which the emoji belong.
        confirm_requested(Claim), withdraw_requested(Claim): the person stands for a claim, or does
            not after all.
    """

    split_requested = Signal()
    emoji_requested = Signal(QWidget)
    confirm_requested = Signal(object)
    withdraw_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.editor = PostEditor(theme)
        self.is_over = False
        self._rail = Rail(theme)
        self._claim = ClaimLine()
        self._counter = Counter(theme)
        self.emoji_button = _action("Emoji", Name.EMOJI)
        self._split = _action("Split", Name.SPLIT_POST)
        self._split.clicked.connect(self.split_requested)
        self.emoji_button.clicked.connect(lambda: self.emoji_requested.emit(self.emoji_button))
        self.editor.edited.connect(self._count)
        self.editor.edited.connect(self._name_claim)
        self.editor.cursorPositionChanged.connect(self._name_claim)
        self._claim.confirm_requested.connect(self._confirm)
        self._claim.remove_requested.connect(self._remove)
        self._claim.undo_requested.connect(self.withdraw_requested)
        self._lay_out()
        self._count()

    @property
    def last_stop(self) -> QWidget:
        """Where the tab key leaves this post."""
        return self._split

    @property
    def pending(self) -> int:
        """How many claims of this post wait for the person."""
        return len(self.editor.pending)

    def show_claims(
        self, text: str, claims: tuple[Claim, ...], notes: str, confirmed: frozenset[str]
    ) -> None:
        """Show what was found in `text`, unless the post has gone on since."""
        if text == self.editor.text():
            self.editor.show_claims(
                claims,
                confirmed,
                lambda claim: claim_wording.hint(claim, notes, claim.key in confirmed),
            )
            self._name_claim()

    def _name_claim(self) -> None:
        """Name the claim at the caret, or else the first."""
        pending, caret = self.editor.pending, self.editor.caret()
        here = [claim for claim in pending if claim.span.start <= caret <= claim.span.stop]
        self._claim.show_claim(next(iter((*here, *pending)), None))

    def _confirm(self, claim: Claim) -> None:
        self.confirm_requested.emit(claim)
        if not self.pending:
            self._claim.show_confirmed(claim)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, claim: Claim) -> None:
        self.editor.remove(claim)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_place(self, number: int, of: int) -> None:
        """Where the post stands in its thread; numbers start at 1."""
        self._rail.show_place(number, has_next=number < of)
        self.editor.setAccessibleName("Post" if of == 1 else f"Post {number} of {of}")
        self.editor.setPlaceholderText("Write a post" if number == 1 else "And then?")

    def _count(self) -> None:
        weighed = weigh(self.editor.text())
        self.is_over = weighed.weighted_length > LIMIT
        self._counter.show_weight(weighed.weighted_length, LIMIT)
        self._split.setEnabled(bool(self.editor.text().strip()))

    def _lay_out(self) -> None:
        actions = QHBoxLayout()
        actions.setSpacing(2)
        actions.addWidget(self.emoji_button)
        actions.addWidget(self._split)
        actions.addStretch()
        actions.addWidget(self._counter)
        text = QHBoxLayout()
        text.setContentsMargins(INSET, 0, 0, 0)
        text.addWidget(self.editor)
        column = QVBoxLayout()
        column.setSpacing(10)
        column.setContentsMargins(0, 0, 0, 20)
        column.addLayout(text)
        column.addWidget(self._claim)
        column.addLayout(actions)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12 - INSET)
        row.addWidget(self._rail)
        row.addLayout(column, stretch=1)


def _action(text: str, name: Name) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("look", "quiet")
    button.setFont(type_scale.font(Size.CONTROL))
    button.setToolTip(shortcuts.tooltip(name))
    return button
