"""The thread being written: its posts in order, on one rail."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.compose.grounding import Claims
from app.drafts.extras import PostExtras
from app.post_text import split
from ui import shortcuts, type_scale
from ui.composer.media_lane import MediaLane
from ui.composer.post_row import INSET, PostRow
from ui.composer.rail import DIAMETER
from ui.composer.text_column import SIDE, text_column
from ui.jobs import Jobs
from ui.shortcuts import Name
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size


class ThreadView(QScrollArea):
    """The posts of one draft. There is always at least one.

    Attributes:
        current: the post that has the keyboard, or had it last.

    Signals:
        edited: some post's text, what it carries, or the number of posts, is another one.
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

    def __init__(
        self, theme: Theme, jobs: Jobs | None = None, media_folder: Path | None = None
    ) -> None:
        """Files are copied to `media_folder`; without it the posts take nothing but text."""
        super().__init__()
        self.setObjectName("thread")
        self._theme = theme
        self._lane = None
        if jobs is not None and media_folder is not None:
            self._lane = MediaLane(jobs, media_folder)
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

    def extras(self) -> tuple[PostExtras, ...]:
        """What each of them carries."""
        return tuple(row.extras for row in self._rows)

    def close_files(self) -> None:
        """Take no more files, and end the threads that did."""
        if self._lane is not None:
            self._lane.close()

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

    def show_posts(self, posts: tuple[str, ...], extras: tuple[PostExtras, ...] = ()) -> None:
        """Show another draft; nothing is emitted, because nobody edited anything.

        A post beyond the end of `extras` carries nothing.
        """
        self._showing = True
        for row in self._rows[len(posts) :]:
            self._remove_row(row)
        for row, text in zip(self._rows, posts, strict=False):
            row.editor.show_text(text)
        for text in posts[len(self._rows) :]:
            self._insert_row(len(self._rows), text)
        for place, row in enumerate(self._rows):
            row.show_extras(extras[place] if place < len(extras) else PostExtras())
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
        if place == 0 or not row.is_bare:
            return
        self.current = self._rows[place - 1]
        self.focus_current()
        self._remove_row(row)
        self._changed()

    def _insert_row(self, place: int, text: str) -> PostRow:
        row = PostRow(self._theme, self._lane)
        row.editor.show_text(text)
        row.editor.edited.connect(self._changed)
        row.extras_changed.connect(self._changed)
        row.opened.connect(self._bring_in)
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
        row.stops_changed.connect(lambda: self._order_stops(row))
        row.setVisible(True)
        self._order_stops(row)
        self._number_rows()
        return row

    def _remove_row(self, row: PostRow) -> None:
        row.show_extras(PostExtras())  # so that no file arrives there any more
        self._rows.remove(row)
        self._posts.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._number_rows()

    def _number_rows(self) -> None:
        for number, row in enumerate(self._rows, start=1):
            row.show_place(number, of=len(self._rows))

    def _order_stops(self, row: PostRow) -> None:
        """Let the tab key come by a post where it stands."""
        place = self._rows.index(row)
        before = [self._rows[place - 1].last_stop] if place else []
        behind = [self.add_button] if place == len(self._rows) - 1 else []
        for first, second in pairwise([*before, *row.stops, *behind]):
            QWidget.setTabOrder(first, second)

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

    def _bring_in(self, part: QWidget) -> None:
        """Scroll to a part that opens, once it has its place."""
        QTimer.singleShot(0, part, lambda: self.ensureWidgetVisible(part, 0, 24))

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
