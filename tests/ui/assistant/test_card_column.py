"""Cards that never jump under the pointer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.helpers.silent_bridge import variant
from ui.assistant import card_column
from ui.assistant.card import Card
from ui.assistant.card_column import CardColumn
from ui.theme import Theme

LONG = "The council votes on the bike lane, and everyone may come and be heard. " * 6


@pytest.fixture
def column(theme: Theme, qtbot: QtBot) -> Iterator[CardColumn]:
    column = CardColumn(theme)
    qtbot.addWidget(column)
    column.resize(384, 300)
    with qtbot.waitExposed(column):
        column.show()
    column.activateWindow()
    qtbot.waitUntil(column.isActiveWindow)
    yield column
    point_away(column, qtbot)


def settle(column: CardColumn, qtbot: QtBot, *texts: str) -> None:
    column.settle(tuple(variant(text) for text in texts))
    width = column.cards[0].width()
    qtbot.waitUntil(
        lambda: all(card.height() == card.wanted_height(width) for card in column.cards)
    )


def point_at(card: QWidget, qtbot: QtBot) -> None:
    """Bring the real pointer over the card."""
    QTest.mouseMove(card, QPoint(20, 10))
    qtbot.waitUntil(card.underMouse)


def point_away(column: CardColumn, qtbot: QtBot) -> None:
    """Take the real pointer out of the window."""
    QTest.mouseMove(column, QPoint(column.width() + 200, 10))
    qtbot.waitUntil(lambda: not any(card.underMouse() for card in column.cards))


def seen_at(column: CardColumn, card: Card) -> int:
    return card.mapTo(column.viewport(), QPoint(0, 0)).y()


def test_a_card_is_as_high_as_its_text(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(2)
    settle(column, qtbot, LONG, "Short.")
    assert column.cards[0].height() > column.cards[1].height()


def test_the_card_under_the_pointer_stays_where_text_above_it_grows(
    column: CardColumn, qtbot: QtBot
) -> None:
    column.begin(3)
    point_at(column.cards[1], qtbot)
    before = seen_at(column, column.cards[1])
    column.preview(0, LONG)
    assert column.cards[0].height() > 200
    assert seen_at(column, column.cards[1]) == before


def test_the_card_under_the_pointer_stays_while_drafts_settle(
    column: CardColumn, qtbot: QtBot
) -> None:
    column.begin(3)
    for row, text in enumerate((LONG, "b", "c")):
        column.preview(row, text)
    point_at(column.cards[1], qtbot)
    before = seen_at(column, column.cards[1])
    column.settle((variant("Short."), variant(LONG), variant("c")))
    qtbot.waitUntil(lambda: column.cards[1].height() > 200)
    assert seen_at(column, column.cards[1]) == before


def test_cards_shrink_once_the_pointer_has_gone(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(2)
    column.preview(0, LONG)
    point_at(column.cards[1], qtbot)
    column.settle((variant("Short."), variant("Short too.")))
    point_away(column, qtbot)
    width = column.cards[0].width()
    qtbot.waitUntil(lambda: column.cards[0].height() == column.cards[0].wanted_height(width))
    assert column.cards[0].height() < 100


def test_settling_keeps_the_scroll_position(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(4)
    for row in range(4):
        column.preview(row, LONG)
    column.verticalScrollBar().setValue(120)
    settle(column, qtbot, *(LONG + str(row) for row in range(4)))
    assert column.verticalScrollBar().value() == 120


def test_a_scroll_bar_does_not_reflow_the_cards(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(1)
    settle(column, qtbot, "Short.")
    narrow = column.cards[0].width()
    settle(column, qtbot, LONG, LONG, LONG, LONG)
    assert column.verticalScrollBar().isVisible()
    assert column.cards[0].width() == narrow


def test_without_motion_the_cards_settle_at_once(
    column: CardColumn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_column, "duration_ms", lambda: 0)
    column.begin(1)
    column.settle((variant(LONG),))
    assert column.cards[0].height() == column.cards[0].wanted_height(column.cards[0].width())


def test_arrows_go_from_card_to_card(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(3)
    settle(column, qtbot, "a", "b", "c")
    column.focus_first()
    QTest.keyClick(column.cards[0], Qt.Key.Key_Down)
    QTest.keyClick(column.cards[1], Qt.Key.Key_Down)
    QTest.keyClick(column.cards[2], Qt.Key.Key_Up)
    assert column.cards[1].hasFocus()


def test_tab_goes_from_card_to_card(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(2)
    settle(column, qtbot, "a", "b")
    column.focus_first()
    QTest.keyClick(column.cards[0], Qt.Key.Key_Tab)
    assert column.cards[1].hasFocus()


def test_return_uses_the_focused_card(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(2)
    settle(column, qtbot, "a", "b")
    column.cards[1].setFocus()
    with qtbot.waitSignal(column.use_requested) as used:
        QTest.keyClick(column.cards[1], Qt.Key.Key_Return)
    assert used.args == [2]


def test_copy_takes_the_text_of_the_focused_card(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(1)
    settle(column, qtbot, "The council votes.")
    QTest.keyClick(column.cards[0], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "The council votes."


def test_only_the_focused_card_promises_return(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(2)
    settle(column, qtbot, "a", "b")
    column.cards[1].setFocus()
    assert [action(card).text() for card in column.cards] == ["Use", "Use ↵"]


def test_a_click_meant_for_stop_does_not_use(column: CardColumn, qtbot: QtBot) -> None:
    column.begin(1)
    column.settle((variant("a"),))
    with qtbot.assertNotEmitted(column.use_requested):
        action(column.cards[0]).click()
    qtbot.waitUntil(action(column.cards[0]).isEnabled)
    with qtbot.waitSignal(column.use_requested):
        action(column.cards[0]).click()


def action(card: Card) -> QPushButton:
    found = card.findChild(QPushButton)
    assert isinstance(found, QPushButton)
    return found
