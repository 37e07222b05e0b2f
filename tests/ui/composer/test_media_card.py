"""What a card shows of a medium."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import (
    QColor,
    QImage,
    QImageIOHandler,
    QImageWriter,
)
from pytestqt.qtbot import QtBot

from app.drafts.extras import Medium, PostExtras
from tests.ui.composer.parts import FILM, cards, give, named_button, picture
from ui.composer.media_card import MediaCard
from ui.composer.thread_view import ThreadView


def shown(card: MediaCard, x: float = 0.25, y: float = 0.5) -> str:
    """The colour that a card has at a place, from 0 to 1."""
    image = card.grab().toImage()
    return image.pixelColor(int(x * image.width()), int(y * image.height())).name()


def test_a_video_is_not_asked_for_alt_text(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM)
    thread.show_posts(("Film",), (PostExtras((Medium(str(film)),)),))
    qtbot.waitUntil(lambda: cards(thread)[0].words.startswith("Video · "))
    assert [card.badge.isVisible() for card in cards(thread)] == [False]


def test_a_card_shows_its_picture(thread: ThreadView, qtbot: QtBot, tmp_path: Path) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png", "#123456"))
    assert shown(cards(thread)[0]) == "#123456"


def test_a_photograph_stands_upright(thread: ThreadView, qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    for x in range(100):
        for y in range(100):
            image.setPixelColor(x, y, QColor("#ffffff"))
    writer = QImageWriter(str(tmp_path / "photo.jpg"))
    writer.setTransformation(QImageIOHandler.Transformation.TransformationRotate90)
    assert writer.write(image)
    give(thread, qtbot, tmp_path / "photo.jpg")
    assert shown(cards(thread)[0], y=0.2) == "#ffffff"
    assert shown(cards(thread)[0], y=0.8) == "#000000"


def test_a_picture_that_is_too_large_to_read_is_a_card_with_words(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    vast = QImage(20_000, 6_000, QImage.Format.Format_Mono)
    vast.fill(1)
    assert vast.save(str(tmp_path / "vast.png"))
    give(thread, qtbot, tmp_path / "vast.png")
    assert cards(thread)[0].words.startswith("Image · ")


@pytest.mark.qt_log_ignore("libpng", extend=True)
def test_a_picture_that_is_damaged_inside_is_a_card_with_words(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    file = picture(tmp_path / "hill.png")
    content = file.read_bytes()
    start = content.index(b"IDAT") + 4
    file.write_bytes(content[:start] + b"\xff" * 8 + content[start + 8 :])
    thread.show_posts(("Hill",), (PostExtras((Medium(str(file)),)),))
    qtbot.waitUntil(lambda: cards(thread)[0].words.startswith("Image · "))


def test_a_file_that_is_gone_says_so_and_can_be_removed(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    thread.show_posts(("Hill",), (PostExtras((Medium(str(tmp_path / "no.png")),)),))
    qtbot.waitUntil(lambda: cards(thread)[0].words == "This file is gone")
    named_button(thread, "Remove the image").click()
    assert thread.extras() == (PostExtras(),)
