"""Files on their way into a post: copied, and looked at, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from app.drafts.extras import Medium, PostExtras
from app.errors import UserError
from app.posting import media
from app.posting.media import Kind
from ui.composer.media_card import Look
from ui.composer.post_editor import Source, as_png
from ui.jobs import Jobs

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
