"""The images, GIF or video of a post: taken and looked at off the GUI thread, shown as cards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.drafts.extras import Medium, PostExtras
from app.errors import UserError
from app.posting import media
from app.posting.media import Kind
from ui import type_scale
from ui.announce import announce
from ui.composer.alt_text_editor import HEIGHT, Look, MediaCard
from ui.composer.post_editor import Source, as_png
from ui.composer.text_column import WIDTH
from ui.jobs import Jobs
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size

MOST = 4
MOST_PIXELS = 100_000_000
"""A picture that claims to be larger is not read."""


class MediaLane:
    """Copies files and reads thumbnails on threads of its own; `jobs` brings the answers."""

    def __init__(self, jobs: Jobs, folder: Path) -> None:
        self._jobs = jobs
        self._folder = folder
        self._pool = ThreadPoolExecutor(2, "media")  # so that no picture waits for a long film

    def take(
        self,
        source: Source,
        beside: tuple[Medium, ...],
        size: QSize,
        done: Callable[[tuple[Medium, Look]], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Copy a file that is to stand beside others, and look at it.

        Fails with a `UserError` where X would not take it, or not beside these.
        """
        taken = self._pool.submit(_take, source, beside, self._folder, size)
        self._jobs.watch(taken, done, failed)

    def look(self, file: str, size: QSize, done: Callable[[Look], None]) -> None:
        """Read what a card shows of a file, in pixels enough to fill this size."""
        self._jobs.watch(self._pool.submit(_look, Path(file), size), done)

    def close(self) -> None:
        """Take and read nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _take(
    source: Source, beside: tuple[Medium, ...], folder: Path, size: QSize
) -> tuple[Medium, Look]:
    medium = media.take(as_png(source) if isinstance(source, QImage) else source, folder)
    there = tuple(Medium(other.file) for other in beside if Path(other.file).is_file())
    for sentence in media.refusals(PostExtras((*there, medium))):
        raise UserError(sentence, "Take one out to add another.")
    return medium, _look(Path(medium.file), size)


def _look(path: Path, size: QSize) -> Look:
    try:
        kind, length = media.kind_of(path), path.stat().st_size
    except (UserError, OSError):
        return Look(words="This file is gone")
    noun = kind.value if kind is Kind.GIF else kind.value.capitalize()
    amount = f"{length / (1 << 20):.1f} MB" if length >> 20 else f"{length / 1024:.0f} KB"
    picture = QImage() if kind is Kind.VIDEO else _thumbnail(path, size)
    return Look(noun, f"{noun} · {amount}", picture)


def _thumbnail(path: Path, size: QSize) -> QImage:
    """The first frame, no larger than fills the size; null where it cannot be read."""
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    full = reader.size()
    if not full.isValid() or full.width() * full.height() > MOST_PIXELS:
        return QImage()
    if reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90:
        size = size.transposed()
    filling = full.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    if filling.width() < full.width():
        reader.setScaledSize(filling)
    return _middle(reader.read())


def _middle(image: QImage) -> QImage:
    """Without what lies beyond every card, of pictures that are very long."""
    width, height = min(image.width(), 5 * image.height()), min(image.height(), 2 * image.width())
    return image.copy((image.width() - width) // 2, (image.height() - height) // 2, width, height)


def _sentence(error: BaseException) -> str:
    if isinstance(error, UserError):
        return f"{error.what_happened} {error.what_to_do}"
    return "That file could not be added."


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
