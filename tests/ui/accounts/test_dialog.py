"""The dialog: what it says, what it leaves in sight, and where the keyboard goes in it."""

from __future__ import annotations

import keyring.backends.fail
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.posting.callback import PORTS
from app.vault import Vault
from tests.helpers.window import button
from tests.helpers.x_oauth import FourStrings
from tests.ui.accounts.parts import (
    Parts,
    begin,
    field_named,
    give_keys,
    keys_fields,
    open_dialog,
    said,
    wait_for_words,
)
from ui.accounts.dialog import FLEETING

TAB = Qt.Key.Key_Tab


def test_closing_the_dialog_clears_the_four_keys(parts: Parts) -> None:
    parts.desk.add()
    button(parts.dialog, "With four keys").click()
    keys_fields(parts)[0].setText("secret")
    parts.dialog.close()
    assert keys_fields(parts)[0].text() == ""


def test_a_key_that_is_missing_is_named(parts: Parts, qtbot: QtBot) -> None:
    open_dialog(parts, qtbot)
    give_keys(parts, FourStrings("one", "", "three", "four"))
    assert "The API key secret is missing." in said(parts)
    assert keys_fields(parts)[1].hasFocus()


def test_a_missing_client_id_is_asked_for(parts: Parts, qtbot: QtBot) -> None:
    open_dialog(parts, qtbot)
    begin(parts, " ")
    assert "The client id is missing." in said(parts)
    assert field_named(parts, "Client id").hasFocus()
    assert parts.browser.opened == []


def test_a_sign_in_that_does_not_last_says_so(parts: Parts, qtbot: QtBot) -> None:
    parts.desk.add()
    wait_for_words(parts, FLEETING, qtbot)


def test_a_sign_in_that_lasts_does_not(parts: Parts, qtbot: QtBot) -> None:
    parts.desk.add()
    wait_for_words(parts, FLEETING, qtbot)
    parts.dialog.show_lasting(Vault(keyring.backends.fail.Keyring()).is_lasting)
    assert FLEETING not in said(parts)


def test_the_text_stays_in_sight_and_can_be_written_on(parts: Parts) -> None:
    parts.desk.add()
    around = parts.dialog.frameGeometry()
    text = QRect(parts.text.mapToGlobal(parts.text.rect().topLeft()), parts.text.size())
    assert not parts.dialog.isModal()
    assert not around.intersects(text.adjusted(0, 0, -24, 0))
    parts.window.activateWindow()
    QTest.keyClicks(parts.text, "still here")
    assert parts.text.toPlainText() == "still here"


@pytest.mark.parametrize("port", PORTS)
def test_each_callback_address_can_be_copied(parts: Parts, port: int) -> None:
    address = f"http://127.0.0.1:{port}/callback"
    parts.desk.add()
    assert address in said(parts)
    [copy] = [
        one
        for one in parts.dialog.findChildren(QPushButton)
        if one.accessibleName() == f"Copy {address}"
    ]
    copy.click()
    assert QGuiApplication.clipboard().text() == address


def test_the_console_opens_in_the_browser(parts: Parts) -> None:
    parts.browser.consents = None
    parts.desk.add()
    button(parts.dialog, "Open console.x.com").click()
    assert parts.browser.opened == ["https://console.x.com"]


def test_what_it_costs_is_said(parts: Parts) -> None:
    parts.desk.add()
    assert all(price in said(parts) for price in ("$0.015", "$0.20", "$0.001"))


def stops(dialog: QWidget, first: QWidget) -> list[QWidget]:
    """Where the tab key goes, from a control round to it again."""
    first.setFocus()
    found = [first]
    while True:
        QTest.keyClick(QApplication.focusWidget() or dialog, TAB)
        stop = QApplication.focusWidget()
        if stop is None or stop in found:
            return found
        found.append(stop)


@pytest.mark.parametrize("way", ["In the browser", "With four keys"])
def test_the_tab_key_goes_from_the_top_to_sign_in(parts: Parts, way: str, qtbot: QtBot) -> None:
    open_dialog(parts, qtbot)
    first = button(parts.dialog, way)
    first.click()
    heights = [stop.mapTo(parts.dialog, QPoint()).y() for stop in stops(parts.dialog, first)]
    assert len(heights) >= 6
    assert heights == sorted(heights)


def test_every_control_has_a_name(parts: Parts) -> None:
    parts.desk.add()
    controls = [*parts.dialog.findChildren(QPushButton), *parts.dialog.findChildren(QLineEdit)]
    for control in controls:
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface.text(QAccessible.Text.Name), control
