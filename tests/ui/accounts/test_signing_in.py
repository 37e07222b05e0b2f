"""Signing in from the window: to the account and the tokens, or to a sentence and nothing kept."""

from __future__ import annotations

import socket

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.posting.accounts import Account, Way
from app.posting.callback import PORTS
from tests.helpers.window import button
from tests.helpers.x_oauth import FourStrings, User
from tests.helpers.x_server import X
from tests.ui.accounts.parts import (
    WAIT_S,
    Parts,
    begin,
    field_named,
    give_keys,
    keys_fields,
    said,
    wait_for_account,
    wait_for_words,
)
from ui.accounts.waiting import NOT_OPENED, OPENED

pytestmark = pytest.mark.usefixtures("person")
RETURN = Qt.Key.Key_Return


def is_listening() -> bool:
    """Whether anything waits for the browser to come back."""
    return not all(map(is_free, PORTS))


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def test_the_browser_s_consent_signs_in(parts: Parts, x: X, person: User, qtbot: QtBot) -> None:
    begin(parts, x.sign_ins.client_id)
    account = wait_for_account(parts, qtbot)
    assert (account.id, account.handle, account.way) == (person.id, "millroad", Way.OAUTH2)
    assert parts.kept() == (account,)
    assert parts.vault.read(person.id, "refresh") == x.tokens[0].refresh
    assert parts.chip.text() == "@millroad ▾"
    assert not parts.dialog.isVisible()


def test_four_keys_sign_in(parts: Parts, x: X, person: User, qtbot: QtBot) -> None:
    strings = x.four_strings(person)
    give_keys(parts, strings)
    account = wait_for_account(parts, qtbot)
    assert (account.id, account.way) == (person.id, Way.OAUTH1)
    assert parts.vault.read(person.id, "access token") == strings.access_token
    assert parts.browser.opened == []


def test_the_four_keys_do_not_stay_on_screen(
    parts: Parts, x: X, person: User, qtbot: QtBot
) -> None:
    give_keys(parts, x.four_strings(person))
    wait_for_account(parts, qtbot)
    assert [one.text() for one in keys_fields(parts)] == [""] * 4
    assert not any(one.isUndoAvailable() for one in keys_fields(parts))


def test_keys_that_x_does_not_know_are_refused_and_stay(parts: Parts, qtbot: QtBot) -> None:
    give_keys(parts, FourStrings("one", "two", "three", "four"))
    wait_for_words(parts, "X ", qtbot)
    qtbot.waitUntil(lambda: not parts.dialog.is_waiting, timeout=1000 * WAIT_S)
    assert [one.text() for one in keys_fields(parts)] == ["one", "two", "three", "four"]
    assert parts.kept() == ()


def test_a_person_who_does_not_consent_reads_so(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.browser.consents = False
    begin(parts, x.sign_ins.client_id)
    wait_for_words(parts, "You did not let Twite in.", qtbot)
    assert field_named(parts, "Client id").text() == x.sign_ins.client_id
    assert (parts.kept(), x.tokens) == ((), [])


def test_the_sentence_goes_with_the_next_try(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.browser.consents = False
    begin(parts, x.sign_ins.client_id)
    wait_for_words(parts, "You did not let Twite in.", qtbot)
    parts.browser.consents = True
    button(parts.dialog, "Sign in").click()
    wait_for_account(parts, qtbot)
    parts.desk.add()
    assert "You did not let Twite in." not in said(parts)


def test_cancel_stops_listening_and_keeps_what_was_typed(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.browser.consents = None
    begin(parts, x.sign_ins.client_id)
    wait_for_words(parts, OPENED, qtbot)
    assert is_listening()
    button(parts.dialog, "Cancel").click()
    qtbot.waitUntil(lambda: not is_listening())
    with pytest.raises(OSError, match="refused"):
        x.approve(parts.browser.opened[0]).result(WAIT_S)
    assert field_named(parts, "Client id").text() == x.sign_ins.client_id
    assert (parts.kept(), x.tokens, parts.desk.current) == ((), [], None)


def test_closing_the_dialog_cancels(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.browser.consents = None
    begin(parts, x.sign_ins.client_id)
    wait_for_words(parts, OPENED, qtbot)
    QTest.keyClick(parts.dialog, Qt.Key.Key_Escape)
    assert not parts.dialog.isVisible()
    qtbot.waitUntil(lambda: not is_listening())


def test_after_a_cancel_one_can_sign_in(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.browser.consents = None
    begin(parts, x.sign_ins.client_id)
    wait_for_words(parts, OPENED, qtbot)
    button(parts.dialog, "Cancel").click()
    parts.browser.consents = True
    button(parts.dialog, "Sign in").click()
    assert wait_for_account(parts, qtbot).handle == "millroad"


def test_without_a_browser_the_address_can_be_taken_by_hand(
    parts: Parts, x: X, qtbot: QtBot
) -> None:
    parts.browser.starts = False
    begin(parts, x.sign_ins.client_id)
    wait_for_words(parts, NOT_OPENED, qtbot)
    assert field_named(parts, "X's address for this sign-in").isVisible()
    button(parts.dialog, "Copy the address").click()
    x.approve(QGuiApplication.clipboard().text())
    assert wait_for_account(parts, qtbot).handle == "millroad"


def test_offline_is_told_in_the_dialog(parts: Parts, x: X, person: User, qtbot: QtBot) -> None:
    strings = x.four_strings(person)
    with x.offline():
        give_keys(parts, strings)
        wait_for_words(parts, "X cannot be reached from this computer.", qtbot)
    assert parts.kept() == ()


def test_an_address_that_is_no_x_is_told_in_the_dialog(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("TWITE_X_API_URL", "http://example.com")
    begin(parts, "app")
    wait_for_words(parts, "TWITE_X_API_URL names an address", qtbot)


def test_the_client_id_is_remembered(parts: Parts, x: X, qtbot: QtBot) -> None:
    begin(parts, x.sign_ins.client_id)
    wait_for_account(parts, qtbot)
    assert parts.desk.last_client_id == x.sign_ins.client_id


def test_the_client_id_of_the_newest_account_is_offered(parts: Parts, qtbot: QtBot) -> None:
    parts.keep(Account("7", "old", "Old", Way.OAUTH2, "its app"))
    parts.desk.start()
    wait_for_account(parts, qtbot)
    parts.desk.add()
    assert field_named(parts, "Client id").text() == "its app"


def test_the_keyboard_alone_signs_in(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.chip.setFocus()
    QTest.keyClick(parts.chip, Qt.Key.Key_Space)
    QTest.keyClick(parts.chip.menu(), Qt.Key.Key_Down)
    QTest.keyClick(parts.chip.menu(), RETURN)
    qtbot.waitUntil(parts.dialog.isActiveWindow)
    QTest.keyClicks(parts.dialog.focusWidget(), x.sign_ins.client_id)
    QTest.keyClick(parts.dialog.focusWidget(), RETURN)
    assert wait_for_account(parts, qtbot).handle == "millroad"


def test_the_keyboard_alone_cancels(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.browser.consents = None
    begin(parts, x.sign_ins.client_id)
    wait_for_words(parts, OPENED, qtbot)
    QTest.keyClick(parts.dialog.focusWidget(), RETURN)
    assert not parts.dialog.is_waiting
    qtbot.waitUntil(lambda: not is_listening())
