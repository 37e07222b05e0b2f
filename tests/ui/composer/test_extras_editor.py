"""What a post carries, within its thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
)
from pytestqt.qtbot import QtBot

from app.drafts.extras import Medium, PostExtras
from tests.helpers.window import button
from tests.ui.composer.parts import editor, give, named_button, picture, pictures
from ui.composer.thread_view import ThreadView


def test_splitting_leaves_the_images_with_the_first_part(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    QTest.keyClicks(editor(thread), "One. Two.")
    media = give(thread, qtbot, picture(tmp_path / "hill.png"))
    for _ in range(4):
        QTest.keyClick(editor(thread), Qt.Key.Key_Left)
    button(thread, "Split").click()
    assert thread.posts() == ("One.", "Two.")
    assert thread.extras() == (PostExtras(media), PostExtras())


def test_a_post_that_carries_something_is_not_merged_away(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    thread.add_post()
    media = give(thread, qtbot, picture(tmp_path / "hill.png"), post=1)
    QTest.keyClick(editor(thread, 1), Qt.Key.Key_Backspace)
    assert thread.extras() == (PostExtras(), PostExtras(media))


def test_merging_an_empty_post_moves_nothing(thread: ThreadView, tmp_path: Path) -> None:
    media = tuple(Medium(str(path)) for path in pictures(tmp_path, 2))
    one, three = PostExtras(media[:1]), PostExtras(media[1:])
    thread.show_posts(("One", "", "Three"), (one, PostExtras(), three))
    QTest.keyClick(editor(thread, 1), Qt.Key.Key_Backspace)
    assert thread.extras() == (one, three)


def test_the_tab_key_follows_reading_order(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    editor(thread).setFocus()
    stops = []
    for _ in range(6):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        stop = QApplication.focusWidget()
        stops.append(stop.accessibleName() or stop.text())
    assert stops == [
        "Add the alt text of the image",
        "Remove the image",
        "Undo",
        "Image",
        "Emoji",
        "+ Add to thread",
    ]


def test_the_tab_key_comes_by_a_post_that_is_split_off_in_the_middle(thread: ThreadView) -> None:
    thread.show_posts(("One. Two.", "Three"))
    for _ in range(4):
        QTest.keyClick(editor(thread), Qt.Key.Key_Left)
    thread.split_current()
    seen = []
    for _ in range(5):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert [stop.text() for stop in seen[:4]] == ["Image", "Poll", "Emoji", "Split"]
    assert seen[4] is editor(thread, 2)


def test_every_button_has_a_name_and_a_tooltip(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, *pictures(tmp_path, 2))
    named_button(thread, "Add the alt text of image 1").click()
    found = [one for one in thread.findChildren(QAbstractButton) if one.isVisible()]
    unnamed = [
        one
        for one in found
        if not QAccessible.queryAccessibleInterface(one).text(QAccessible.Text.Name)
        or not one.toolTip()
    ]
    assert len(found) > 8
    assert unnamed == []
