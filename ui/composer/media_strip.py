"""The images, GIF or video of a post, side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.drafts.extras import Medium
from app.errors import UserError
from ui import type_scale
from ui.announce import announce
from ui.composer.media_card import HEIGHT, Look, MediaCard
from ui.composer.media_lane import MediaLane
from ui.composer.post_editor import Source
from ui.composer.text_column import WIDTH
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size

MOST = 4


class MediaStrip(QWidget):
    """The cards of one post side by side, and what went wrong beneath; gone while both are empty.

    Attributes:
        is_taking: a file is on its way into the post.

    Signals:
        taken(Medium): this one joins the post.
        moved_on: a file began or ended its way into the post.
        alt_requested(int), remove_requested(int): of the medium at this place, from 0.
    """

    taken = Signal(object)
    moved_on = Signal()
    alt_requested = Signal(int)
    remove_requested = Signal(int)

    def __init__(self, theme: Theme, lane: MediaLane | None) -> None:
        super().__init__()
        self._lane = lane
        self._media: tuple[Medium, ...] = ()
        self._coming: deque[Source] = deque()
        self._looks: dict[str, Look] = {}
        self._sheet = object()
        self._cards = [MediaCard(theme) for _ in range(MOST)]
        self._problem = named(QLabel(), "mediaProblem")
        self._problem.setFont(type_scale.font(Size.CONTROL))
        self._problem.setWordWrap(True)
        cards = QHBoxLayout()
        cards.setSpacing(4)
        for place, card in enumerate(self._cards):
            card.alt_requested.connect(lambda place=place: self.alt_requested.emit(place))
            card.remove_requested.connect(lambda place=place: self.remove_requested.emit(place))
            cards.addWidget(card, stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(cards)
        column.addWidget(self._problem)
        self._draw()

    @property
    def is_taking(self) -> bool:
        return bool(self._coming)

    @property
    def problem(self) -> str:
        """What is said beneath the cards, or nothing."""
        return self._problem.text()

    def noun(self, medium: Medium) -> str:
        """What it is: Image, GIF or Video."""
        return self._looks.get(medium.file, Look()).noun

    def focus_badge(self, place: int) -> None:
        """Give the keyboard to the badge at this place."""
        self._cards[place].badge.setFocus(Qt.FocusReason.OtherFocusReason)

    def start_afresh(self) -> None:
        """Another post is shown here: what is still on its way does not belong to it."""
        self._sheet = object()
        self._coming.clear()
        self._looks.clear()
        self._problem.clear()

    def show_media(self, media: tuple[Medium, ...]) -> None:
        """The post has these now."""
        self._media = media
        for medium in media:
            if self._lane is not None and medium.file not in self._looks:
                self._looks[medium.file] = Look()
                self._ask_for_look(self._lane, medium.file)
        self._draw()

    def take(self, sources: Iterable[Source]) -> None:
        """Take these into the post, one after the other."""
        is_idle = not self.is_taking
        self._coming.extend(sources)
        self.say("")
        if is_idle:
            self._take_next()

    def say(self, sentence: str) -> None:
        """Say what is wrong, or nothing any more."""
        self._problem.setText(sentence)
        self._draw()
        if sentence:
            announce(self, sentence)

    def _ask_for_look(self, lane: MediaLane, file: str) -> None:
        def done(look: Look, sheet: object = self._sheet) -> None:
            if sheet is self._sheet:
                self._looks[file] = look
                self._draw()

        lane.look(file, self._size(), done)

    def _size(self) -> QSize:
        """Of the largest card, in pixels of the screen."""
        return QSize(WIDTH, HEIGHT) * self.devicePixelRatioF()

    def _take_next(self) -> None:
        """The one on its way stays first in the row until it has arrived."""
        self._draw()
        self.moved_on.emit()
        if self._lane is None or not self._coming:
            return
        sheet = self._sheet

        def done(found: tuple[Medium, Look]) -> None:
            if sheet is self._sheet:
                medium, look = found
                self._looks[medium.file] = look
                self._coming.popleft()
                self.taken.emit(medium)
                self._take_next()

        def failed(error: BaseException) -> None:
            if sheet is self._sheet:
                self._coming.popleft()
                told = self.problem.splitlines()
                self.say("\n".join(dict.fromkeys([*told, _sentence(error)])))
                self._take_next()
            if not isinstance(error, UserError):
                raise error

        self._lane.take(self._coming[0], self._media, self._size(), done, failed)

    def _draw(self) -> None:
        of, coming = len(self._media), list(self._coming)
        for place, card in enumerate(self._cards):
            card.setVisible(place < of + len(coming))
            if place < of:
                medium = self._media[place]
                look = self._looks.get(medium.file, Look())
                card.show_medium(medium, look, place + 1, of)
            elif place - of < len(coming):
                source = coming[place - of]
                card.show_coming(source.name if isinstance(source, Path) else "a picture")
        self._problem.setVisible(bool(self.problem))
        self.setVisible(bool(of or coming or self.problem))


def _sentence(error: BaseException) -> str:
    if isinstance(error, UserError):
        return f"{error.what_happened} {error.what_to_do}"
    return "That file could not be added."
