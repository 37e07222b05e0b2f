"""Whom Twite posts as: the list of accounts, and the way in and out of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.drafts.lane import StoreLane
from app.errors import UserError
from app.posting.accounts import Account, Accounts, Way
from app.posting.endpoints import Endpoints
from app.posting.loop_thread import LoopThread
from ui.accounts.chip import AccountChip
from ui.announce import announce
from ui.jobs import Jobs
from ui.message import tell

# What talks to X and to the keyring takes a fifth of a second to import: the start of the program
# does not wait for it.
if TYPE_CHECKING:
    from app.posting.tokens import Strings
    from app.vault import Vault
    from ui.accounts.dialog import AccountDialog

_KEYRING_S = 60.0
_Join = Callable[["Vault", Endpoints, Path], Coroutine[Any, Any, Account]]


def open_in_browser(address: str) -> bool:
    """Whether the system's browser took it."""
    return QDesktopServices.openUrl(QUrl(address, QUrl.ParsingMode.StrictMode))


def open_vault() -> Vault:
    """The system's keyring, or a vault for this session."""
    from app import vault

    return vault.open_vault()


class AccountDesk(QObject):
    """Keeps the chip, the dialog and the list of accounts in step.

    Nothing is asked of the keyring before a person wants to sign in, or somebody calls `vault`.

    Attributes:
        accounts: all that are signed in, in the order in which they were added.
        current: the one that posts.
        last_account: its id; set before `start` to what it was the last time.
        last_client_id: the app that was last used to sign in, which is no secret.

    Signals:
        changed: another account posts, or there are others to choose from.
    """

    changed = Signal()
    _page_ready = Signal(int, str)

    def __init__(
        self,
        lane: StoreLane,
        jobs: Jobs,
        loop: LoopThread,
        chip: AccountChip,
        parent_window: QWidget,
        endpoints: Callable[[], Endpoints],
        locks: Path,
        vault: Callable[[], Vault] = open_vault,
        open_browser: Callable[[str], bool] = open_in_browser,
    ) -> None:
        super().__init__()
        self._lane = lane
        self._jobs = jobs
        self._loop = loop
        self._chip = chip
        self._window = parent_window
        self._endpoints = endpoints
        self._vault = _Opening(vault)
        self._open_browser = open_browser
        self._locks = locks
        self._dialog: AccountDialog | None = None
        self._joining: Future[Account] | None = None
        self._attempt = 0
        self._leaving: dict[str, Future[None]] = {}
        self.accounts: tuple[Account, ...] = ()
        self.current: Account | None = None
        self.last_account = ""
        self.last_client_id = ""
        chip.chosen.connect(self.choose)
        chip.add_requested.connect(self.add)
        chip.sign_out_requested.connect(self.sign_out)
        self._page_ready.connect(self._open_page, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Read the list."""
        found = self._lane.call(lambda store: Accounts(store.database).all())
        self._jobs.watch(found, self._take, self._tell)

    def vault(self) -> Vault:
        """The vault, opened once. Waits for the keyring: never call it on the GUI thread."""
        return self._vault.begun().result()

    async def opened(self) -> Vault:
        """As `vault`, for coroutines, with an end: the keyring may be asking the person."""
        opening = asyncio.shield(asyncio.wrap_future(self._vault.begun()))
        try:
            return await asyncio.wait_for(opening, _KEYRING_S)
        except TimeoutError:
            raise UserError(
                "The system's keyring did not open in time.",
                "Your text is safe: unlock the keyring and try again.",
            ) from None

    def choose(self, id: str) -> None:
        """Post as this account from now on."""
        self.last_account = id
        self._take(self.accounts)

    def add(self) -> None:
        """Open the dialog that signs in."""
        dialog = self._dialog or self._new_dialog()
        dialog.open_beside(self.last_client_id or self._newest_client_id())
        opened = self._vault.begun()
        self._jobs.watch(opened, lambda vault: dialog.show_lasting(vault.is_lasting))

    def sign_out(self, id: str) -> None:
        """Revoke and forget this account; it posts no more from this moment on."""
        account = next((one for one in self.accounts if one.id == id), None)
        if account is None:
            return
        leaving = self._leaving[id] = self._loop.call(self._left(account))
        self._take(self.accounts)

        def done(_: object = None) -> None:
            del self._leaving[id]
            self.start()

        def failed(error: BaseException) -> None:
            done()
            self._tell(error)

        self._jobs.watch(leaving, done, failed, done)

    def close(self) -> None:
        """Sign in no more."""
        self._cancel()
        if self._dialog:
            self._dialog.close()

    def _new_dialog(self) -> AccountDialog:
        from ui.accounts.dialog import AccountDialog

        dialog = self._dialog = AccountDialog(self._window)
        dialog.browser_chosen.connect(self._sign_in_by_browser)
        dialog.keys_given.connect(self._sign_in_by_keys)
        dialog.cancel_requested.connect(self._cancel)
        dialog.page_requested.connect(self._open_browser)
        return dialog

    def _sign_in_by_browser(self, client_id: str) -> None:
        from app.posting.membership import add_account

        self.last_client_id = client_id
        self._attempt += 1
        ask = partial(self._ask_browser, self._attempt)

        async def join(vault: Vault, endpoints: Endpoints, locks: Path) -> Account:
            return await add_account(self._lane, vault, endpoints, locks, client_id, ask)

        self._join(join)

    def _sign_in_by_keys(self, strings: Strings) -> None:
        from app.posting.membership import add_account_by_strings

        async def join(vault: Vault, endpoints: Endpoints, locks: Path) -> Account:
            return await add_account_by_strings(self._lane, vault, endpoints, locks, strings)

        self._join(join)

    def _join(self, join: _Join) -> None:
        left, given_up = tuple(self._leaving.values()), Future[None]()
        joining = self._joining = self._loop.call(self._joined(join, left, given_up))
        self._jobs.watch(joining, partial(self._welcome, joining), partial(self._refuse, joining))
        self._jobs.watch(given_up, lambda _: self.start())

    async def _joined(
        self, join: _Join, left: Iterable[Future[None]], given_up: Future[None]
    ) -> Account:
        """Behind the sign-outs under way: they may be of the same account, and forget it all.

        `given_up` is done once a sign-in that was cancelled has left nothing behind.
        """
        try:
            ends = (asyncio.wrap_future(one) for one in left)
            await asyncio.shield(asyncio.gather(*ends, return_exceptions=True))
            vault = await self.opened()
            return await join(vault, self._endpoints(), self._locks)
        except asyncio.CancelledError:
            given_up.set_result(None)
            raise

    async def _left(self, account: Account) -> None:
        from app.posting.membership import remove_account

        vault = await self.opened()
        await remove_account(self._lane, vault, self._endpoints(), self._locks, account)

    def _ask_browser(self, attempt: int, address: str) -> bool:
        """Runs off the GUI thread. Where no browser opens, the dialog shows the address."""
        self._page_ready.emit(attempt, address)
        return True

    def _open_page(self, attempt: int, address: str) -> None:
        if self._joining and self._dialog and attempt == self._attempt:
            self._dialog.show_page_opened(address, self._open_browser(address))

    def _cancel(self) -> None:
        if self._joining:
            self._joining.cancel()
        self._joining = None

    def _welcome(self, joining: Future[Account], account: Account) -> None:
        self.last_account = account.id
        self.start()
        if self._dialog and joining is self._joining:
            self._joining = None
            self._dialog.finish()
        announce(self._window, f"Signed in as @{account.handle}")

    def _refuse(self, joining: Future[Account], error: BaseException) -> None:
        if not isinstance(error, UserError):
            self.close()
            raise error
        if self._dialog and joining is self._joining:
            self._joining = None
            self._dialog.show_problem(error)

    def _take(self, found: tuple[Account, ...]) -> None:
        before = self.accounts, self.current
        self.accounts = tuple(one for one in found if one.id not in self._leaving)
        wanted = [one for one in self.accounts if one.id == self.last_account]
        self.current = next(iter((*wanted, *self.accounts)), None)
        self.last_account = self.current.id if self.current else ""
        self._chip.show_accounts(self.accounts, self.current)
        if (self.accounts, self.current) != before:
            self.changed.emit()

    def _newest_client_id(self) -> str:
        return next((one.client_id for one in reversed(self.accounts) if one.way is Way.OAUTH2), "")

    def _tell(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        tell(self._window, f"{error.what_happened} {error.what_to_do}")


class _Opening:
    """Opens the vault in a thread of its own, which does not keep the program from ending."""

    def __init__(self, open_vault: Callable[[], Vault]) -> None:
        self._open = open_vault
        self._lock = threading.Lock()
        self._begun: Future[Vault] | None = None

    def begun(self) -> Future[Vault]:
        """The one vault; a failure to open it is tried anew."""
        with self._lock:
            if self._begun is None or (self._begun.done() and self._begun.exception()):
                self._begun = Future()
                self._begun.set_running_or_notify_cancel()
                threading.Thread(target=self._run, args=(self._begun,), daemon=True).start()
            return self._begun

    def _run(self, begun: Future[Vault]) -> None:
        try:
            begun.set_result(self._open())
        except BaseException as error:  # noqa: BLE001 (told to whoever waits)
            begun.set_exception(error)
