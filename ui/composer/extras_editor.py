"""What one post carries beside its text: its media, their alt text, its poll, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.drafts.extras import Medium, Poll, PostExtras
from app.posting.poll import FEWEST
from ui.composer.alt_text_editor import AltTextEditor
from ui.composer.media_card import called
from ui.composer.media_lane import MediaLane
from ui.composer.media_strip import MediaStrip
from ui.composer.poll_editor import PollEditor
from ui.composer.post_editor import Source
from ui.composer.undo_line import UndoLine
from ui.theme import Theme

POLL_IN_THE_WAY = "A post takes media or a poll: remove the poll to add media"


class ExtrasEditor(QVBoxLayout):
    """What one post carries beside its text, part under part; takes no room while that is nothing.

    Attributes:
        extras: what the post carries.
        parts: in reading order.

    Signals:
        changed: it carries something else now.
        moved_on: a file began or ended its way into the post.
        opened(QWidget): this part is to be in sight.
        released: the part that had the keyboard is gone.
    """

    changed = Signal()
    moved_on = Signal()
    opened = Signal(QWidget)
    released = Signal()

    def __init__(self, theme: Theme, lane: MediaLane | None) -> None:
        super().__init__()
        self.extras = PostExtras()
        self._strip = MediaStrip(theme, lane)
        self._alt = AltTextEditor()
        self._alt_place = 0
        self._poll = PollEditor(theme)
        self._undo = UndoLine()
        self._strip.taken.connect(self._add_medium)
        self._strip.moved_on.connect(self.moved_on)
        self._strip.remove_requested.connect(self._remove_medium)
        self._strip.alt_requested.connect(self._toggle_alt)
        self._alt.edited.connect(self._take_alt)
        self._alt.closed.connect(self._close_alt)
        self._poll.typed.connect(lambda poll, what: self._take_poll(poll, what, typed=True))
        self._poll.changed.connect(self._take_poll)
        self._poll.remove_requested.connect(self._remove_poll)
        self._undo.undo_requested.connect(self._take_back)
        self.setSpacing(8)
        self.parts = (self._strip, self._alt, self._poll, self._undo)
        for part in self.parts:
            self.addWidget(part)

    @property
    def is_taking(self) -> bool:
        """A file is on its way into the post."""
        return self._strip.is_taking

    def show_extras(self, extras: PostExtras) -> None:
        """Start afresh with these; there is nothing to take back."""
        self._strip.start_afresh()
        self._undo.forget()
        self._alt.hide()
        self._show(extras)

    def take(self, sources: Iterable[Source]) -> None:
        """Take these into the post, unless there is a poll."""
        if self.extras.poll is None:
            self._strip.take(sources)
        else:
            self._strip.say(f"{POLL_IN_THE_WAY}.")
        self.opened.emit(self._strip)

    def ask_in_poll(self) -> None:
        """Go to the poll, a new one where there is none."""
        if self.extras.poll is None:
            self._take_poll(Poll(("",) * FEWEST), "Poll added.")
        self._poll.focus_option()
        self.opened.emit(self._poll)

    def note_text(self) -> None:
        """The person writes on."""
        self._undo.step_aside()

    def _add_medium(self, medium: Medium) -> None:
        if self.extras.poll is not None:  # came back while the file was on its way
            self._strip.say(f"{POLL_IN_THE_WAY}.")
            return
        extras = replace(self.extras, media=(*self.extras.media, medium))
        self._change(extras, f"{self._strip.noun(medium)} added.")

    def _remove_medium(self, place: int) -> None:
        media = self.extras.media
        rest = media[:place] + media[place + 1 :]
        self._strip.say("")
        noun = self._strip.noun(media[place])
        self._change(replace(self.extras, media=rest), f"{noun} removed.", stays=True)
        self.released.emit()

    def _toggle_alt(self, place: int) -> None:
        if not self._alt.isHidden() and place == self._alt_place:
            self._close_alt()
            return
        self._alt_place = place
        self._alt.open_for(self._called(place), self.extras.media[place].alt_text)
        self.opened.emit(self._alt)

    def _take_alt(self, text: str) -> None:
        media = list(self.extras.media)
        media[self._alt_place] = replace(media[self._alt_place], alt_text=text)
        sentence = f"Alt text of {self._called(self._alt_place)} changed."
        self._change(replace(self.extras, media=tuple(media)), sentence, typed=True)

    def _close_alt(self) -> None:
        self._alt.hide()
        self._strip.focus_badge(self._alt_place)

    def _take_poll(self, poll: Poll, sentence: str, *, typed: bool = False) -> None:
        self._change(replace(self.extras, poll=poll), sentence, typed=typed)

    def _remove_poll(self) -> None:
        self._strip.say("")
        self._change(replace(self.extras, poll=None), "Poll removed.", stays=True)
        self.released.emit()

    def _take_back(self, before: PostExtras) -> None:
        self._strip.say("")
        self._show(before)
        self.changed.emit()
        if self._undo.isHidden():
            self.released.emit()

    def _change(
        self, extras: PostExtras, sentence: str, *, typed: bool = False, stays: bool = False
    ) -> None:
        self._undo.offer(sentence, self.extras, typed=typed, stays=stays)
        self._show(extras)
        self.changed.emit()

    def _show(self, extras: PostExtras) -> None:
        before, self.extras = self.extras.media, extras
        self._strip.show_media(extras.media)
        self._poll.show_poll(extras.poll)
        place, media = self._alt_place, extras.media
        if place < min(len(before), len(media)) and before[place].file == media[place].file:
            self._alt.show_text(media[place].alt_text)
        else:
            self._alt.hide()

    def _called(self, place: int) -> str:
        media = self.extras.media
        return called(self._strip.noun(media[place]), place + 1, len(media))
