"""The button above the draft that says whom Twite posts as."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton

from app.posting.accounts import Account
from ui import type_scale
from ui.type_scale import Size

HEIGHT = 30


class AccountChip(QPushButton):
    """Names the account that posts, and opens the choice of others.

    Signals:
        chosen(str): post as the account of this id.
        add_requested: sign in with an account.
        sign_out_requested(str): forget the account of this id.
    """

    chosen = Signal(str)
    add_requested = Signal()
    sign_out_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("accountChip")
        self.setFont(type_scale.font(Size.CONTROL))
        self.setFixedHeight(HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._group = QActionGroup(self)
        menu = QMenu(self)
        menu.setAccessibleName("Accounts")
        # Not before: an action that is at work must not be replaced.
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.show_accounts((), None)

    def show_accounts(self, accounts: tuple[Account, ...], current: Account | None) -> None:
        """These can be chosen; `current` is the one that posts."""
        self._accounts, self._current = accounts, current
        self.setText(f"{_handle(current) if current else 'Sign in'} ▾")
        words = f"Posting as @{current.handle}" if current else "Sign in: no account posts yet"
        self.setAccessibleName(words)
        self.setToolTip(words)

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        self._list(menu)
        menu.addAction("Add an account").triggered.connect(self.add_requested)
        if current := self._current:
            leave = menu.addAction(f"Sign out of {_handle(current)}")
            leave.triggered.connect(lambda: self.sign_out_requested.emit(current.id))

    def _list(self, menu: QMenu) -> None:
        for account in self._accounts:
            action = menu.addAction(_handle(account))
            action.setCheckable(True)
            action.setChecked(account == self._current)
            action.triggered.connect(lambda _=False, id=account.id: self.chosen.emit(id))
            self._group.addAction(action)
        if self._accounts:
            menu.addSeparator()


def _handle(account: Account) -> str:
    """As a button or a menu writes it, where a single & would underline a letter."""
    return f"@{account.handle}".replace("&", "&&")
