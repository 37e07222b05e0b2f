"""What a test of a post and what it carries holds in its hands."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.drafts.extras import Medium
from ui.composer.media_card import MediaCard
from ui.composer.post_editor import PostEditor
from ui.composer.thread_view import ThreadView

CTRL = Qt.KeyboardModifier.ControlModifier
GIF = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
FILM = b"\0\0\0\x18ftypisom\0\0\0\0isommp42"


def editor(thread: ThreadView, post: int = 0) -> PostEditor:
    found = thread.findChildren(PostEditor)
    return sorted(found, key=lambda one: one.mapTo(thread, QPoint(0, 0)).y())[post]


def picture(path: Path, colour: str = "#8F7A64", width: int = 64, height: int = 48) -> Path:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path))
    return path


def pictures(folder: Path, count: int) -> list[Path]:
    return [picture(folder / f"{n}.png", f"#{n}{n}{n}{n}{n}{n}") for n in range(count)]


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drop(widget: QWidget, mime: QMimeData) -> QDropEvent:
    """Drop as a file manager that would rather move the file."""
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(4, 4), actions, mime, left, none))
    event = QDropEvent(QPointF(4, 4), actions, mime, left, none)
    QApplication.sendEvent(widget, event)
    return event


def give(thread: ThreadView, qtbot: QtBot, *paths: Path, post: int = 0) -> tuple[Medium, ...]:
    """Drop files on a post and wait until they are in it."""
    count = len(thread.extras()[post].media) + len(paths)
    drop(editor(thread, post).viewport(), files(*paths))
    qtbot.waitUntil(lambda: len(thread.extras()[post].media) == count)
    return thread.extras()[post].media


def paste(thread: ThreadView, mime: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keyClick(editor(thread), Qt.Key.Key_V, CTRL)


def named_button(thread: ThreadView, name: str) -> QAbstractButton:
    """The button on show of this accessible name."""
    found = thread.findChildren(QAbstractButton)
    [one] = [b for b in found if b.isVisible() and b.accessibleName() == name]
    return one


def undo_sentence(thread: ThreadView) -> str:
    found = [one for one in thread.findChildren(QLabel, "undoSentence") if one.isVisible()]
    return found[0].text() if found else ""


def problem(thread: ThreadView) -> str:
    found = [one for one in thread.findChildren(QLabel, "mediaProblem") if one.isVisible()]
    return found[0].text() if found else ""


def cards(thread: ThreadView) -> list[MediaCard]:
    return [card for card in thread.findChildren(MediaCard) if card.isVisible()]
