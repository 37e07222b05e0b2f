"""One medium of a post as a card, and the badge on it that asks for words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from app.drafts.extras import Medium
from ui import type_scale
from ui.icons import IconButton
from ui.style_property import named, set_style_property
from ui.theme import Theme
from ui.type_scale import Size

HEIGHT = 120
RADIUS = 12


def called(noun: str, number: int, of: int) -> str:
    """A medium within a sentence: the image, image 2, the GIF."""
    word = noun if noun == "GIF" else noun.lower()
    return f"the {word}" if of == 1 else f"{word} {number}"


class AltBadge(QPushButton):
    """Filled where a picture has an alt text; asks for one where it has none."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(type_scale.font(Size.KEY, type_scale.BOLD))

    def show_text(self, picture: str, alt_text: str) -> None:
        """Stand for the picture that is called this."""
        self.setText("ALT" if alt_text else "+ ALT")
        set_style_property(self, "look", "alt" if alt_text else "altAsked")
        verb = "Change" if alt_text else "Add"
        self.setAccessibleName(f"{verb} the alt text of {picture}")
        self.setToolTip(f"<qt>{escape(alt_text)}</qt>" if alt_text else f"Say what {picture} shows")


@dataclass(frozen=True)
class Look:
    """What a card shows of a file: its picture, or words where that is null."""

    noun: str = "Image"
    words: str = ""
    picture: QImage = field(default_factory=QImage)


class MediaCard(QWidget):
    """A medium, or the place of one that is being taken.

    Signals:
        alt_requested: see or write what it shows, in words.
        remove_requested: take it out of the post.
    """

    alt_requested = Signal()
    remove_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._look = Look()
        self.badge = AltBadge()
        self.badge.clicked.connect(self.alt_requested)
        self._remove = named(IconButton(theme, "close", "Remove", "Remove"), "mediaRemove")
        self._remove.setIconSize(QSize(16, 16))
        self._remove.clicked.connect(self.remove_requested)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 8, 8, 8)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        grid.addWidget(self.badge, 0, 0, left | Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self._remove, 0, 0, right | Qt.AlignmentFlag.AlignTop)
        self.setFixedHeight(HEIGHT)
        theme.changed.connect(self.update)

    @property
    def words(self) -> str:
        """What stands in place of a picture, or nothing."""
        return self._look.words if self._look.picture.isNull() else ""

    def show_medium(self, medium: Medium, look: Look, number: int, of: int) -> None:
        """Show one that the post has; numbers start at 1. X takes no alt text for a video."""
        self._look = look
        picture, alt_text = called(look.noun, number, of), medium.alt_text.strip()
        self.badge.show_text(picture, alt_text)
        self.badge.setVisible(look.noun != "Video" or bool(alt_text))
        self._remove.setAccessibleName(f"Remove {picture}")
        self._remove.setToolTip(f"Remove {picture}")
        self._remove.show()
        self.setAccessibleName(f"{look.noun} {number}: {alt_text or 'no alt text'}")
        self.update()

    def show_coming(self, name: str) -> None:
        """Hold the place of one that is being taken."""
        self._look = Look(words=f"Adding {name}")
        self.badge.hide()
        self._remove.hide()
        self.setAccessibleName(self._look.words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colours, area = self._theme.colours, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        card = QPainterPath()
        card.addRoundedRect(area, RADIUS, RADIUS)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(card, QColor(colours.card))
        if self._look.picture.isNull():
            self._write_words(painter)
        else:
            painter.fillPath(card, self._filling())
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawPath(card)
        painter.end()

    def _filling(self) -> QBrush:
        """The picture over the whole card, what is beyond cut off evenly."""
        ratio = self.devicePixelRatioF()
        picture = self._look.picture.scaled(
            self.size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        beyond = picture.size() / ratio - self.size()
        move = QTransform.fromTranslate(-beyond.width() / 2, -beyond.height() / 2)
        brush = QBrush(picture)
        brush.setTransform(move.scale(1 / ratio, 1 / ratio))
        return brush

    def _write_words(self, painter: QPainter) -> None:
        room = self.rect().adjusted(12, 0, -12, 0)
        painter.setFont(type_scale.font(Size.CONTROL))
        painter.setPen(QColor(self._theme.colours.second))
        words = painter.fontMetrics().elidedText(
            self.words, Qt.TextElideMode.ElideMiddle, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
