"""What a test of the accounts holds in its hands."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.drafts.store import DraftStore
from app.posting.accounts import Account, Accounts
from app.vault import Vault
from tests.helpers.lane import TellingLane
from tests.helpers.window import button
from tests.helpers.x_oauth import FourStrings
from tests.helpers.x_server import X
from ui.accounts.chip import AccountChip
from ui.accounts.desk import AccountDesk
from ui.accounts.dialog import AccountDialog
from ui.composer.header import Header
from ui.main_window import MainWindow

WAIT_S = 10


@dataclass
class Browser:
    """The person's browser, and what the person does in it.

    Attributes:
        opened: the addresses, in order.
        starts: whether there is a browser at all.
        consents: what the person does at X's page: yes, no, or None for nothing yet.
    """

    x: X
    opened: list[str] = field(default_factory=list)
    starts: bool = True
    consents: bool | None = True

    def open(self, address: str) -> bool:
        self.opened.append(address)
        if self.starts and self.consents is not None:
            visit = self.x.approve if self.consents else self.x.deny
            visit(address)
        return self.starts


@dataclass
class Parts:
    """What the tests look at.

    Attributes:
        vault: what the desk opens, once it needs to.
        openings: the vaults that it has opened, in order.
    """

    window: MainWindow
    header: Header
    text: QPlainTextEdit
    desk: AccountDesk
    browser: Browser
    vault: Vault
    openings: list[Vault]
    lane: TellingLane

    @property
    def chip(self) -> AccountChip:
        return self.header.chip

    @property
    def dialog(self) -> AccountDialog:
        [found] = self.window.findChildren(AccountDialog)
        return found

    def kept(self) -> tuple[Account, ...]:
        """The accounts in the store."""
        return self.lane.call(lambda store: Accounts(store.database).all()).result(WAIT_S)

    def keep(self, *accounts: Account) -> None:
        """Put accounts into the store."""

        def keep(store: DraftStore) -> None:
            for one in accounts:
                Accounts(store.database).keep(one)

        self.lane.call(keep).result(WAIT_S)


def field_named(parts: Parts, name: str) -> QLineEdit:
    [found] = [one for one in parts.dialog.findChildren(QLineEdit) if one.accessibleName() == name]
    return found


def keys_fields(parts: Parts) -> list[QLineEdit]:
    mode = QLineEdit.EchoMode.Password
    return [one for one in parts.dialog.findChildren(QLineEdit) if one.echoMode() is mode]


def said(parts: Parts) -> str:
    """All sentences of the dialog that are on show."""
    labels = parts.dialog.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisible())


def open_dialog(parts: Parts, qtbot: QtBot) -> None:
    parts.desk.add()
    qtbot.waitUntil(parts.dialog.isActiveWindow)


def begin(parts: Parts, client_id: str) -> None:
    """Press Sign in, in the browser's way."""
    parts.desk.add()
    field_named(parts, "Client id").setText(client_id)
    button(parts.dialog, "Sign in").click()


def give_keys(parts: Parts, strings: FourStrings) -> None:
    parts.desk.add()
    button(parts.dialog, "With four keys").click()
    for one, key in zip(keys_fields(parts), strings, strict=True):
        one.setText(key)
    button(parts.dialog, "Sign in").click()


def wait_for_account(parts: Parts, qtbot: QtBot) -> Account:
    qtbot.waitUntil(lambda: parts.desk.current is not None, timeout=1000 * WAIT_S)
    assert parts.desk.current is not None
    return parts.desk.current


def wait_for_words(parts: Parts, words: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: words in said(parts), timeout=1000 * WAIT_S)
