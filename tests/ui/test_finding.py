"""Drafts are found, put away and brought back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.drafts.draft import Folder
from tests.helpers.window import button, editors, titles
from ui.application import Twite

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def three(open_window: Callable[[], Twite], in_store, qtbot: QtBot) -> Twite:
    """A window with three drafts, the last of them open."""
    for text in ("Filming starts in May", "Tip: git bisect", "The bike lane vote"):
        in_store(lambda store, text=text: store.create([text]))
    twite = open_window()
    qtbot.waitUntil(lambda: len(titles(twite)) == 3)
    return twite


def test_the_list_shows_the_newest_first(three: Twite) -> None:
    assert titles(three) == ["The bike lane vote", "Tip: git bisect", "Filming starts in May"]


def test_search_filters_as_one_types(three: Twite, qtbot: QtBot) -> None:
    QTest.keyClick(three.window, Qt.Key.Key_F, CTRL)
    search = three.window.focusWidget()
    assert isinstance(search, QWidget)
    QTest.keyClicks(search, "bisect")
    qtbot.waitUntil(lambda: titles(three) == ["Tip: git bisect"])
    assert three.composer.posts() == ("The bike lane vote",)


def test_the_open_draft_goes_to_the_trash_and_comes_back(three: Twite, qtbot: QtBot) -> None:
    QTest.keyClick(three.window, Qt.Key.Key_Backspace, CTRL | SHIFT)
    qtbot.waitUntil(lambda: titles(three) == ["Tip: git bisect", "Filming starts in May"])
    button(three.sidebar, "Trash 1").click()
    qtbot.waitUntil(lambda: titles(three) == ["The bike lane vote"])
    three.sidebar.drafts.setCurrentIndex(three.sidebar.drafts.model().index(0, 0))
    qtbot.waitUntil(lambda: three.composer.posts() == ("The bike lane vote",))
    button(three.composer, "Restore").click()
    qtbot.waitUntil(lambda: titles(three) == [])
    button(three.sidebar, "Drafts 3").click()
    qtbot.waitUntil(lambda: len(titles(three)) == 3)


def test_deleting_for_good_asks_first(three: Twite, qtbot: QtBot, in_store) -> None:
    id = three.desk.draft_id
    three.desk.trash()
    qtbot.waitUntil(lambda: len(titles(three)) == 2)
    button(three.sidebar, "Trash 1").click()
    qtbot.waitUntil(lambda: titles(three) == ["The bike lane vote"])
    three.sidebar.drafts.delete_requested.emit(id)
    assert in_store(lambda store: len(store.summaries(Folder.TRASH))) == 1
    button(three.sidebar, "Delete").click()
    qtbot.waitUntil(lambda: titles(three) == [])
    assert in_store(lambda store: len(store.summaries(Folder.TRASH))) == 0


def test_below_1000_px_the_sidebar_gives_way_and_can_be_brought(three: Twite, qtbot: QtBot) -> None:
    three.window.resize(900, 600)
    qtbot.waitUntil(lambda: not three.sidebar.isVisible())
    QTest.keyClick(three.window, Qt.Key.Key_B, CTRL)
    assert three.sidebar.isVisible()
    QTest.keyClick(three.window, Qt.Key.Key_E, CTRL)
    assert not three.sidebar.isVisible()
    assert editors(three)[0].hasFocus()
    three.window.resize(1320, 820)
    qtbot.waitUntil(lambda: three.sidebar.isVisible())
