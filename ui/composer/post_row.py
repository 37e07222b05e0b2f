"""One post of the thread: rail, editor, the claim to confirm, what it carries, actions, counter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.compose.grounding import Claim
from app.drafts.extras import PostExtras
from app.post_text import LIMIT, weigh
from ui import shortcuts, type_scale
from ui.composer import claim_wording
from ui.composer.claim_line import ClaimLine
from ui.composer.counter import Counter
from ui.composer.extras_editor import POLL_IN_THE_WAY, ExtrasEditor
from ui.composer.media_lane import MediaLane
from ui.composer.post_editor import PostEditor, Source, carries_media, sources
from ui.composer.rail import Rail
from ui.shortcuts import Name
from ui.theme import Theme
from ui.type_scale import Size

INSET = 6
"""Room that a quiet button has beside its words, so that they stand right under the text."""
MEDIA_IN_THE_WAY = "A post takes media or a poll: remove the media to ask in a poll"
FILES = "Images, GIF or video (*.jpg *.jpeg *.png *.webp *.gif *.mp4 *.mov)"


class PostRow(QWidget):
    """One post of the thread. Files and pictures may be dropped anywhere on it.

    Attributes:
        editor: the post's text.
        is_over: the post is past the limit.

    Signals:
        split_requested: divide this post at the caret, or into posts that fit.
        emoji_requested(QWidget): the button beneath which the emoji belong.
        confirm_requested(Claim), withdraw_requested(Claim): the person stands for a claim, or does
            not after all.
        extras_changed: the post carries something else now.
        opened(QWidget): this part is to be in sight.
        stops_changed: the tab key comes by more than before.
    """

    split_requested = Signal()
    emoji_requested = Signal(QWidget)
    confirm_requested = Signal(object)
    withdraw_requested = Signal(object)
    extras_changed = Signal()
    opened = Signal(QWidget)
    stops_changed = Signal()

    def __init__(self, theme: Theme, lane: MediaLane | None = None) -> None:
        """Without a lane nothing but text can be added."""
        super().__init__()
        self.editor = PostEditor(theme)
        self.editor.takes_media = lane is not None
        self.is_over = False
        self._rail = Rail(theme)
        self._claim = ClaimLine()
        self._theme = theme
        self._lane = lane
        self._carried: ExtrasEditor | None = None
        self._counter = Counter(theme)
        self._image, self._poll = _action("Image"), _action("Poll")
        self.emoji_button = _action("Emoji", shortcuts.tooltip(Name.EMOJI))
        self._split = _action("Split", shortcuts.tooltip(Name.SPLIT_POST))
        self._connect()
        self._lay_out()
        for button in (self._image, self._poll):
            button.setVisible(lane is not None)
        self._count()
        self._offer_extras()
        self.setAcceptDrops(True)

    @property
    def last_stop(self) -> QWidget:
        """Where the tab key leaves this post."""
        return self._split

    @property
    def stops(self) -> list[QWidget]:
        """Where the tab key comes by in this post, in reading order."""
        carried = () if self._carried is None else self._carried.parts
        actions = (self._image, self._poll, self.emoji_button, self._split)
        parts = (self.editor, self._claim, *carried, *actions)
        found = (widget for part in parts for widget in (part, *part.findChildren(QWidget)))
        return [widget for widget in found if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]

    @property
    def extras(self) -> PostExtras:
        """What the post carries."""
        return PostExtras() if self._carried is None else self._carried.extras

    @property
    def is_bare(self) -> bool:
        """The post carries nothing, and nothing is on its way into it."""
        return self.extras == PostExtras() and not self._is_taking

    @property
    def _is_taking(self) -> bool:
        return self._carried is not None and self._carried.is_taking

    def show_extras(self, extras: PostExtras) -> None:
        """Show what another draft's post carries; there is nothing to take back."""
        if self._carried is not None or extras != PostExtras():
            self._extras_editor().show_extras(extras)
            self._offer_extras()

    def _extras_editor(self) -> ExtrasEditor:
        """Built once it is needed, because most posts are text alone."""
        if self._carried is None:
            self._carried = ExtrasEditor(self._theme, self._lane)
            self._carried.setContentsMargins(INSET, 0, 0, 0)
            self._column.insertLayout(self._column.count() - 1, self._carried)
            self.editor.edited.connect(self._carried.note_text)
            self._carried.changed.connect(self._offer_extras)
            self._carried.changed.connect(self.extras_changed)
            self._carried.moved_on.connect(self._offer_extras)
            self._carried.opened.connect(self.opened)
            self._carried.released.connect(self.editor.setFocus)
            self.stops_changed.emit()
        return self._carried

    def _take(self, sources: Iterable[Source]) -> None:
        self._extras_editor().take(sources)

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

    def _offer_extras(self) -> None:
        has_media, has_poll = bool(self.extras.media) or self._is_taking, bool(self.extras.poll)
        self._image.setEnabled(not has_poll)
        self._image.setToolTip(POLL_IN_THE_WAY if has_poll else "Add images, a GIF or a video")
        self._poll.setEnabled(not has_media)
        self._poll.setToolTip(MEDIA_IN_THE_WAY if has_media else "Ask in a poll")

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, "Add images, a GIF or a video")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(FILES)
        dialog.filesSelected.connect(lambda chosen: self._take(map(Path, chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _count(self) -> None:
        weighed = weigh(self.editor.text())
        self.is_over = weighed.weighted_length > LIMIT
        self._counter.show_weight(weighed.weighted_length, LIMIT)
        self._split.setEnabled(bool(self.editor.text().strip()))

    def _connect(self) -> None:
        self._image.clicked.connect(self._choose_files)
        self._poll.clicked.connect(lambda: self._extras_editor().ask_in_poll())
        self._split.clicked.connect(self.split_requested)
        self.emoji_button.clicked.connect(lambda: self.emoji_requested.emit(self.emoji_button))
        self.editor.edited.connect(self._count)
        self.editor.edited.connect(self._name_claim)
        self.editor.cursorPositionChanged.connect(self._name_claim)
        self.editor.media_given.connect(self._take)
        self._claim.confirm_requested.connect(self._confirm)
        self._claim.remove_requested.connect(self._remove)
        self._claim.undo_requested.connect(self.withdraw_requested)

    def _lay_out(self) -> None:
        actions = QHBoxLayout()
        actions.setSpacing(2)
        for button in (self._image, self._poll, self.emoji_button, self._split):
            actions.addWidget(button)
        actions.addStretch()
        actions.addWidget(self._counter)
        text = QHBoxLayout()
        text.setContentsMargins(INSET, 0, 0, 0)
        text.addWidget(self.editor)
        self._column = QVBoxLayout()
        self._column.setSpacing(10)
        self._column.setContentsMargins(0, 0, 0, 20)
        self._column.addLayout(text)
        self._column.addWidget(self._claim)
        self._column.addLayout(actions)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12 - INSET)
        row.addWidget(self._rail)
        row.addLayout(self._column, stretch=1)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.editor.takes_media and carries_media(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self._take(sources(event.mimeData()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()


def _action(text: str, tooltip: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setProperty("look", "quiet")
    button.setFont(type_scale.font(Size.CONTROL))
    button.setToolTip(tooltip)
    return button
