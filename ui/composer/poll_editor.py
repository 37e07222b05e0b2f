"""A poll's answers, and how long it is open."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.drafts.extras import Poll
from app.post_text import weigh
from app.posting.poll import FEWEST, LONGEST_OPTION, MOST
from ui import type_scale
from ui.assistant.choice_pill import ChoicePill
from ui.composer.room_label import RoomLabel
from ui.icons import IconButton
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size

LENGTHS = {60: "1 hour", 360: "6 hours", 1440: "1 day", 4320: "3 days", 10080: "7 days"}


class OptionRow(QWidget):
    """One answer, with the room it has left.

    Signals:
        edited: the answer is another one.
        remove_requested: take this answer out.
    """

    edited = Signal()
    remove_requested = Signal()

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self.field = named(QLineEdit(placeholderText=f"Answer {number}"), "pollOption")
        self.field.setAccessibleName(f"Answer {number} of the poll")
        self.field.setToolTip(f"Answer {number}, up to {LONGEST_OPTION} characters")
        self.field.setFont(type_scale.font(Size.BODY))
        self.field.textChanged.connect(self._count)
        self.field.textEdited.connect(self.edited)
        self._room = RoomLabel(low=5)
        self._remove = IconButton(theme, "close", f"Remove answer {number}", "Remove this answer")
        self._remove.setIconSize(QSize(16, 16))
        self._remove.clicked.connect(self.remove_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.field, stretch=1)
        row.addWidget(self._room)
        row.addWidget(self._remove)
        self._count("")

    def show_option(self, text: str, *, may_go: bool) -> None:
        """Show this answer, leaving the caret alone where it is there already."""
        if text != self.field.text():
            self.field.setText(text)
        self._remove.setVisible(may_go)

    def _count(self, text: str) -> None:
        self._room.show_left(LONGEST_OPTION - weigh(text, LONGEST_OPTION).weighted_length)


class PollEditor(QFrame):
    """The poll of one post; gone while there is none.

    Signals:
        typed(Poll, str): the poll is this now, by typing; the sentence says what changed.
        changed(Poll, str): the same, by a click.
        remove_requested: take the poll out of the post.
    """

    typed = Signal(object, str)
    changed = Signal(object, str)
    remove_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("pollEditor")
        self._poll = Poll(("",) * FEWEST)
        self._rows = [OptionRow(theme, number) for number in range(1, MOST + 1)]
        self._add = _link("Add an answer", f"A poll has up to {MOST} answers")
        self._length = ChoicePill("Open for", list(LENGTHS.values()))
        self._remove = _link("Remove poll", "Take the poll out of the post")
        for place, row in enumerate(self._rows):
            row.edited.connect(lambda place=place: self._note_typing(place))
            row.remove_requested.connect(lambda place=place: self._remove_option(place))
        self._add.clicked.connect(self._add_option)
        self._length.picked.connect(self._pick_length)
        self._remove.clicked.connect(self.remove_requested)
        self._lay_out()
        self.show_poll(None)

    def show_poll(self, poll: Poll | None) -> None:
        """Show this poll, or none."""
        self.setVisible(poll is not None)
        if poll is None:
            return
        self._poll = poll
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(poll.options))
            text = poll.options[place] if place < len(poll.options) else ""
            row.show_option(text, may_go=len(poll.options) > FEWEST)
        self._add.setVisible(len(poll.options) < MOST)
        lengths = list(LENGTHS)
        self._length.choose(lengths.index(min(lengths, key=lambda n: abs(n - poll.minutes))))

    def focus_option(self, place: int = 0) -> None:
        """Give the keyboard to the answer at this place."""
        self._rows[place].field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _note_typing(self, place: int) -> None:
        options = list(self._poll.options)
        options[place] = self._rows[place].field.text()
        poll = replace(self._poll, options=tuple(options))
        self.typed.emit(poll, f"Answer {place + 1} changed.")

    def _add_option(self) -> None:
        options = (*self._poll.options, "")
        self.changed.emit(replace(self._poll, options=options), "Answer added.")
        self.focus_option(len(options) - 1)

    def _remove_option(self, place: int) -> None:
        options = self._poll.options[:place] + self._poll.options[place + 1 :]
        self.changed.emit(replace(self._poll, options=options), f"Answer {place + 1} removed.")
        self.focus_option(min(place, len(options) - 1))

    def _pick_length(self, index: int) -> None:
        poll = replace(self._poll, minutes=list(LENGTHS)[index])
        self.changed.emit(poll, "Length of the poll changed.")

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._add)
        foot.addStretch()
        foot.addWidget(self._length)
        foot.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        for row in self._rows:
            column.addWidget(row)
        column.addLayout(foot)


def _link(text: str, purpose: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("look", "link")
    button.setFont(type_scale.font(Size.CONTROL, type_scale.DEMI_BOLD))
    button.setToolTip(purpose)
    return button
