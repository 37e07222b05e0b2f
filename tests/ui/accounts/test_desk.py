"""The list of accounts: which one posts, and how one goes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import keyring.backends.fail
import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.posting.accounts import Account, Way
from app.vault import Vault
from tests.helpers.window import button
from tests.helpers.x_faults import Gate, late
from tests.helpers.x_kinds import Kind
from tests.helpers.x_oauth import User
from tests.helpers.x_server import X
from tests.ui.accounts.parts import WAIT_S, Parts, give_keys, wait_for_account

MILL = Account("7", "millroad", "Mill Road", Way.OAUTH2, "app")
COUNCIL = Account("8", "council", "Council", Way.OAUTH2, "app")
MS = 1000 * WAIT_S


def start_with(parts: Parts, qtbot: QtBot, *accounts: Account) -> None:
    parts.keep(*accounts)
    with qtbot.waitSignal(parts.desk.changed, timeout=MS):
        parts.desk.start()


@pytest.fixture
def signed_in(parts: Parts, x: X, person: User, qtbot: QtBot) -> Account:
    """An account with real tokens."""
    account = Account(person.id, person.name, "Mill", Way.OAUTH2, x.sign_ins.client_id)
    access, refresh = x.sign_in_directly(person)
    expires = x.tokens[0].until.isoformat()
    for name, secret in (("refresh", refresh), ("access", access), ("expires", expires)):
        parts.vault.write(person.id, name, secret)
    start_with(parts, qtbot, account)
    return account


def secrets(parts: Parts, account: Account) -> list[str | None]:
    return [parts.vault.read(account.id, name) for name in ("refresh", "access", "expires")]


def has_asked(x: X, kind: Kind) -> bool:
    return kind.split()[1] in [request.path for request in x.requests]


def test_the_account_that_posted_last_posts(parts: Parts, qtbot: QtBot) -> None:
    parts.desk.last_account = COUNCIL.id
    start_with(parts, qtbot, MILL, COUNCIL)
    assert parts.desk.accounts == (MILL, COUNCIL)
    assert parts.desk.current == COUNCIL


def test_where_that_one_is_gone_the_first_posts(parts: Parts, qtbot: QtBot) -> None:
    parts.desk.last_account = "gone"
    start_with(parts, qtbot, MILL, COUNCIL)
    assert (parts.desk.current, parts.desk.last_account) == (MILL, MILL.id)


def test_another_account_can_be_chosen(parts: Parts, qtbot: QtBot) -> None:
    start_with(parts, qtbot, MILL, COUNCIL)
    with qtbot.waitSignal(parts.desk.changed):
        parts.chip.chosen.emit(COUNCIL.id)
    assert (parts.desk.current, parts.desk.last_account) == (COUNCIL, COUNCIL.id)
    assert parts.chip.text() == "@council ▾"


def test_choosing_the_same_account_changes_nothing(parts: Parts, qtbot: QtBot) -> None:
    start_with(parts, qtbot, MILL, COUNCIL)
    with qtbot.assertNotEmitted(parts.desk.changed):
        parts.desk.choose(MILL.id)


def test_the_keyring_is_not_touched_before_it_is_needed(parts: Parts, qtbot: QtBot) -> None:
    start_with(parts, qtbot, MILL, COUNCIL)
    parts.desk.choose(COUNCIL.id)
    assert parts.openings == []


def test_the_vault_is_opened_once(parts: Parts, qtbot: QtBot) -> None:
    parts.desk.add()
    assert parts.desk.vault() is parts.desk.vault() is parts.vault
    qtbot.waitUntil(lambda: bool(parts.openings))
    assert parts.openings == [parts.vault]


def test_signing_out_revokes_and_forgets(
    parts: Parts, x: X, signed_in: Account, qtbot: QtBot
) -> None:
    parts.chip.sign_out_requested.emit(signed_in.id)
    qtbot.waitUntil(lambda: parts.kept() == (), timeout=MS)
    assert secrets(parts, signed_in) == [None] * 3
    assert has_asked(x, Kind.REVOKE)


def test_signed_out_shows_at_once(parts: Parts, signed_in: Account, qtbot: QtBot) -> None:
    with qtbot.waitSignal(parts.desk.changed, timeout=0):
        parts.desk.sign_out(signed_in.id)
    assert parts.desk.current is None
    assert parts.chip.text() == "Sign in ▾"


def test_signing_out_leaves_the_others(parts: Parts, signed_in: Account, qtbot: QtBot) -> None:
    start_with(parts, qtbot, MILL)
    parts.desk.sign_out(signed_in.id)
    qtbot.waitUntil(lambda: parts.kept() == (MILL,), timeout=MS)
    assert parts.desk.current == MILL


def test_adding_an_account_again_waits_for_its_sign_out(
    parts: Parts, x: X, person: User, signed_in: Account, qtbot: QtBot
) -> None:
    gate = Gate()
    x.next(Kind.REVOKE, late(gate))
    parts.desk.sign_out(signed_in.id)
    qtbot.waitUntil(gate.reached.is_set, timeout=MS)
    give_keys(parts, x.four_strings(person))
    with pytest.raises(qtbot.TimeoutError):
        qtbot.waitUntil(lambda: has_asked(x, Kind.ME), timeout=300)
    gate.set()
    account = wait_for_account(parts, qtbot)
    assert (account.id, account.way) == (person.id, Way.OAUTH1)
    assert parts.kept() == (account,)
    assert parts.vault.read(person.id, "api key")


def test_cancelling_that_leaves_the_sign_out_alone(
    parts: Parts, x: X, person: User, signed_in: Account, qtbot: QtBot
) -> None:
    gate = Gate()
    x.next(Kind.REVOKE, late(gate))
    parts.desk.sign_out(signed_in.id)
    qtbot.waitUntil(gate.reached.is_set, timeout=MS)
    give_keys(parts, x.four_strings(person))
    button(parts.dialog, "Cancel").click()
    gate.set()
    qtbot.waitUntil(lambda: parts.kept() == (), timeout=MS)
    assert secrets(parts, signed_in) == [None] * 3
    assert not has_asked(x, Kind.ME)


def test_an_account_that_is_given_up_while_it_is_written_down_never_shows(
    parts: Parts, x: X, person: User, tmp_path: Path, qtbot: QtBot
) -> None:
    start_with(parts, qtbot, MILL)
    with closing(sqlite3.connect(tmp_path / "drafts.sqlite3")) as other_program:
        other_program.execute("BEGIN IMMEDIATE")
        parts.lane.begun.clear()
        give_keys(parts, x.four_strings(person))
        qtbot.waitUntil(parts.lane.begun.is_set, timeout=MS)
        with qtbot.assertNotEmitted(parts.desk.changed, wait=300):
            button(parts.dialog, "Cancel").click()
            other_program.rollback()
    qtbot.waitUntil(lambda: parts.kept() == (MILL,), timeout=MS)
    assert parts.vault.read(person.id, "api key") is None


def test_signing_out_works_offline(parts: Parts, x: X, signed_in: Account, qtbot: QtBot) -> None:
    with x.offline():
        parts.desk.sign_out(signed_in.id)
        qtbot.waitUntil(lambda: parts.kept() == (), timeout=MS)
    assert secrets(parts, signed_in) == [None] * 3


def test_a_keyring_that_stays_shut_keeps_the_account_and_is_told(
    parts: Parts, signed_in: Account, qtbot: QtBot
) -> None:
    parts.vault = Vault(keyring.backends.fail.Keyring())
    parts.desk.sign_out(signed_in.id)
    qtbot.waitUntil(lambda: bool(parts.window.findChildren(QMessageBox)), timeout=MS)
    [box] = parts.window.findChildren(QMessageBox)
    assert "keyring did not open" in box.text()
    box.close()
    qtbot.waitUntil(lambda: parts.desk.current == signed_in, timeout=MS)


@pytest.mark.usefixtures("person")
def test_closing_ends_a_sign_in(parts: Parts, x: X, qtbot: QtBot) -> None:
    parts.browser.consents = None
    parts.desk.add()
    parts.dialog.browser_chosen.emit(x.sign_ins.client_id)
    qtbot.waitUntil(lambda: bool(parts.browser.opened), timeout=MS)
    parts.desk.close()
    assert not parts.dialog.isVisible()
    with pytest.raises(OSError, match="refused"):
        x.approve(parts.browser.opened[0]).result(WAIT_S)
