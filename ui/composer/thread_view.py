"""The thread being written: its posts in order, on one rail."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.compose.grounding import Claims
from app.post_text import split
from ui import shortcuts, type_scale
from ui.composer.post_row import INSET, PostRow
from ui.composer.rail import DIAMETER
from ui.composer.text_column import SIDE, text_column
from ui.shortcuts import Name
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size


class ThreadView(QScrollArea):
    """The posts of one draft. There is always at least one.

    Attributes:
        current: the post that has the keyboard, or had it last.

    Signals:
        edited: some post's text, or the number of posts, is another one.
        entered, left: a post's editor took the keyboard, or gave it away.
        emoji_requested(QWidget): the button beneath which the emoji belong.
        confirm_requested(Claim), withdraw_requested(Claim): the person stands for a claim, or does
            not after all.
    """

    edited = Signal()
    entered = Signal()
    left = Signal()
    emoji_requested = Signal(QWidget)
    confirm_requested = Signal(object)
    withdraw_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("thread")
        self._theme = theme
        self._rows: list[PostRow] = []
        self._showing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column = named(QWidget(), "threadColumn")
        self._posts = QVBoxLayout()
        self._posts.setSpacing(0)
        self.add_button = QPushButton("+ Add to thread")
        self.add_button.setProperty("look", "link")
        self.add_button.setFont(type_scale.font(Size.CONTROL, type_scale.DEMI_BOLD))
        self.add_button.setToolTip(shortcuts.tooltip(Name.ADD_POST))
        self.add_button.clicked.connect(self.add_post)
        self._lay_out()
        self.current = self._insert_row(0, "")

    def posts(self) -> tuple[str, ...]:
        """The posts' texts in order."""
        return tuple(row.editor.text() for row in self._rows)

    def over_count(self) -> int:
        """Posts past the limit."""
        return sum(row.is_over for row in self._rows)

    def pending_count(self) -> int:
        """Claims that wait for the person."""
        return sum(row.pending for row in self._rows)

    def show_claims(
        self,
        posts: tuple[str, ...],
        claims: tuple[Claims, ...],
        notes: str,
        confirmed: frozenset[str],
    ) -> None:
        """Show what was found in these posts."""
        for row, text, found in zip(self._rows, posts, claims, strict=False):
            row.show_claims(text, found.claims, notes, confirmed)

    def show_posts(self, posts: tuple[str, ...]) -> None:
        """Show another draft; nothing is emitted, because nobody edited anything."""
        self._showing = True
        for row in self._rows[len(posts) :]:
            self._remove_row(row)
        for row, text in zip(self._rows, posts, strict=False):
            row.editor.show_text(text)
        for text in posts[len(self._rows) :]:
            self._insert_row(len(self._rows), text)
        self.current = self._rows[0]
        self.verticalScrollBar().setValue(0)
        self._showing = False

    def focus_current(self) -> None:
        """Give the keyboard to the post that had it last."""
        self.current.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def use_text(self, text: str) -> None:
        """Put this text into the current post, as one undo step."""
        self.current.editor.replace_text(text)
        self.focus_current()

    def add_post(self) -> None:
        """A new empty post behind the last one, ready to be typed in."""
        self.current = self._insert_row(len(self._rows), "")
        self.focus_current()
        self._changed()

    def split_current(self) -> None:
        """Divide the current post: into posts that fit where it is too long, else at the caret."""
        row = self.current
        first, *rest = self._parts(row)
        if not rest:
            return
        row.editor.replace_text(first)
        place = self._rows.index(row)
        for offset, text in enumerate(rest, start=1):
            self.current = self._insert_row(place + offset, text)
        self.focus_current()
        self._changed()

    def _parts(self, row: PostRow) -> tuple[str, ...]:
        text, caret = row.editor.text(), row.editor.caret()
        if row.is_over:
            return tuple(split(text))
        before, after = text[:caret].rstrip(), text[caret:].lstrip()
        return (before, after) if before else (text,)

    def _merge_back(self, row: PostRow) -> None:
        """Take an empty post away and go on writing at the end of the one before it."""
        place = self._rows.index(row)
        if place == 0:
            return
        self.current = self._rows[place - 1]
        self.focus_current()
        self._remove_row(row)
        self._changed()

    def _insert_row(self, place: int, text: str) -> PostRow:
        row = PostRow(self._theme)
        row.editor.show_text(text)
        row.editor.edited.connect(self._changed)
        row.editor.focused.connect(lambda: self._take_current(row))
        row.editor.left.connect(self.left)
        row.editor.merge_requested.connect(lambda: self._merge_back(row))
        row.editor.caret_moved.connect(lambda caret: self._keep_visible(row, caret))
        row.confirm_requested.connect(self.confirm_requested)
        row.withdraw_requested.connect(self.withdraw_requested)
        row.split_requested.connect(lambda: self._split_row(row))
        row.emoji_requested.connect(lambda button: self._ask_for_emoji(row, button))
        self._rows.insert(place, row)
        self._posts.insertWidget(place, row)
        row.setVisible(True)
        self._number_rows()
        return row

    def _remove_row(self, row: PostRow) -> None:
        self._rows.remove(row)
        self._posts.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._number_rows()

    def _number_rows(self) -> None:
        for number, row in enumerate(self._rows, start=1):
            row.show_place(number, of=len(self._rows))
        before = self._rows[0]
        for row in self._rows[1:]:
            QWidget.setTabOrder(before.last_stop, row.editor)
            before = row
        QWidget.setTabOrder(before.last_stop, self.add_button)

    def _split_row(self, row: PostRow) -> None:
        self.current = row
        self.split_current()

    def _ask_for_emoji(self, row: PostRow, button: QWidget) -> None:
        self.current = row
        self.emoji_requested.emit(button)

    def _take_current(self, row: PostRow) -> None:
        self.current = row
        self.entered.emit()

    def _changed(self) -> None:
        if not self._showing:
            self.edited.emit()

    def _keep_visible(self, row: PostRow, caret: QRect) -> None:
        if row.editor.hasFocus():
            place = row.editor.mapTo(self._column, QPoint(0, caret.center().y()))
            self.ensureVisible(place.x(), place.y(), 0, 3 * caret.height())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 24)
        column.setSpacing(0)
        column.addLayout(self._posts)
        foot = QHBoxLayout()
        foot.setContentsMargins(DIAMETER + 12 - INSET, 0, 0, 0)
        foot.addWidget(self.add_button)
        foot.addStretch()
        column.addLayout(foot)
        column.addStretch()
        page = named(QWidget(), "threadPage")
        self._page = text_column(page, self._column)
        self.setWidget(page)
        self.verticalScrollBar().rangeChanged.connect(self._stay_centred)

    def _stay_centred(self, _minimum: int, maximum: int) -> None:
        """Give back on the left what a scroll bar takes on the right."""
        bar = self.verticalScrollBar().sizeHint().width() if maximum else 0
        self._page.setContentsMargins(SIDE + bar, 0, SIDE, 0)
