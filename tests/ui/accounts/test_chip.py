"""The chip says whom Twite posts as, and lets a person choose by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.drafts.draft import Folder
from app.posting.accounts import Account, Way
from tests.helpers.window import label
from ui.accounts.chip import AccountChip
from ui.composer.header import Header
from ui.theme import Theme

MILL = Account("1", "millroad", "Mill Road", Way.OAUTH2, "app")
COUNCIL = Account("2", "council", "Council", Way.OAUTH1, "")
DOWN, RETURN = Qt.Key.Key_Down, Qt.Key.Key_Return


@pytest.fixture
def header(qtbot: QtBot, qapp: QApplication) -> Header:
    header = Header(Theme(qapp))
    qtbot.addWidget(header)
    header.resize(576, 30)
    with qtbot.waitExposed(header):
        header.show()
    header.activateWindow()
    qtbot.waitUntil(header.isActiveWindow)
    return header


@pytest.fixture
def chip(header: Header) -> AccountChip:
    return header.chip


def open_menu(chip: AccountChip) -> None:
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Space)


def choose(chip: AccountChip, words: str) -> None:
    """Open the menu and go down to this entry, by keyboard."""
    open_menu(chip)
    menu = chip.menu()
    while menu.activeAction() is None or menu.activeAction().text() != words:
        before = menu.activeAction()
        QTest.keyClick(menu, DOWN)
        assert menu.activeAction() is not before
    QTest.keyClick(menu, RETURN)


def entries(chip: AccountChip) -> list[str]:
    return [action.text() for action in chip.menu().actions() if not action.isSeparator()]


def test_without_an_account_it_offers_to_sign_in(chip: AccountChip) -> None:
    open_menu(chip)
    assert chip.text() == "Sign in ▾"
    assert entries(chip) == ["Add an account"]
    chip.menu().close()


def test_the_account_that_posts_is_named_and_checked(chip: AccountChip) -> None:
    chip.show_accounts((MILL, COUNCIL), COUNCIL)
    open_menu(chip)
    assert chip.text() == "@council ▾"
    assert chip.accessibleName() == "Posting as @council"
    assert entries(chip) == ["@millroad", "@council", "Add an account", "Sign out of @council"]
    assert [action.text() for action in chip.menu().actions() if action.isChecked()] == ["@council"]
    chip.menu().close()


def test_an_account_is_chosen_by_keyboard(chip: AccountChip, qtbot: QtBot) -> None:
    chip.show_accounts((MILL, COUNCIL), COUNCIL)
    with qtbot.waitSignal(chip.chosen) as chosen:
        choose(chip, "@millroad")
    assert chosen.args == [MILL.id]


def test_an_account_is_added_by_keyboard(chip: AccountChip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(chip.add_requested):
        choose(chip, "Add an account")


def test_an_account_is_signed_out_by_keyboard(chip: AccountChip, qtbot: QtBot) -> None:
    chip.show_accounts((MILL, COUNCIL), COUNCIL)
    with qtbot.waitSignal(chip.sign_out_requested) as leaving:
        choose(chip, "Sign out of @council")
    assert leaving.args == [COUNCIL.id]


@pytest.mark.parametrize(
    ("folder", "words"), [(Folder.POSTED, "Posted"), (Folder.TRASH, "In the trash")]
)
def test_where_the_draft_lies_stands_beside_the_chip(
    header: Header, folder: Folder, words: str
) -> None:
    header.show_place(folder)
    place = label(header, "place")
    assert (place.isVisible(), place.text()) == (True, words)
    assert place.x() > header.chip.geometry().right()


def test_nothing_is_said_of_a_plain_draft(header: Header) -> None:
    header.show_place(Folder.TRASH)
    header.show_place(Folder.DRAFTS)
    assert not label(header, "place").isVisible()
