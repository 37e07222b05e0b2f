"""One post of the thread: rail, editor, actions and counter."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.post_text import LIMIT, weigh
from ui import shortcuts, type_scale
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
    """

    split_requested = Signal()
    emoji_requested = Signal(QWidget)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.editor = PostEditor(theme)
        self.is_over = False
        self._rail = Rail(theme)
        self._counter = Counter(theme)
        self.emoji_button = _action("Emoji", Name.EMOJI)
        self._split = _action("Split", Name.SPLIT_POST)
        self._split.clicked.connect(self.split_requested)
        self.emoji_button.clicked.connect(lambda: self.emoji_requested.emit(self.emoji_button))
        self.editor.edited.connect(self._count)
        self._lay_out()
        self._count()

    @property
    def last_stop(self) -> QWidget:
        """Where the tab key leaves this post."""
        return self._split

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
