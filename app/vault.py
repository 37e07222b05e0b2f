"""Secrets, in the operating system's keyring and nowhere else.

Only backends that keep secrets from other people are used: `keyring` would also take a plain file,
or whatever a package on this machine registers. One entry holds one secret, since Windows caps an
entry at 1,280 characters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from app.errors import UserError

_T = TypeVar("_T")
SERVICE = "Twite"
LONGEST = 1_280
"""Characters of one entry, where the system with the least room is taken."""
_TRUSTED = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)


class Store(Protocol):
    """What a vault needs of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Vault:
    """Named secrets of named accounts.

    Attributes:
        is_lasting: whether secrets outlive the program. Where the system has no keyring they are
            held in memory, for this session only, and never in a file.
    """

    def __init__(self, store: Store | None) -> None:
        self.is_lasting = store is not None
        self._store = store or _Memory()

    @property
    def keyring_name(self) -> str:
        """What the system's keyring is called, or "" where there is none."""
        return str(getattr(self._store, "name", ""))

    def read(self, account: str, name: str) -> str | None:
        """A secret, or None where there is none; raises `UserError` where the keyring is shut."""
        return _told(lambda: self._store.get_password(SERVICE, _entry(account, name)))

    def write(self, account: str, name: str, secret: str) -> None:
        """Keep a secret; it is there for other processes once this returns."""
        if len(secret) > LONGEST:
            raise ValueError(f"a secret of {len(secret)} characters does not fit every keyring")
        _told(lambda: self._store.set_password(SERVICE, _entry(account, name), secret))

    def forget(self, account: str, name: str) -> None:
        """Remove a secret; nothing happens where there is none."""
        if self.read(account, name) is not None:
            _told(lambda: self._store.delete_password(SERVICE, _entry(account, name)))


def open_vault() -> Vault:
    """The system's keyring, or a vault for this session where there is none to be trusted."""
    import keyring.backend  # loads every backend there is, which no start should wait for

    usable = [
        backend
        for backend in keyring.backend.get_all_keyring()
        if _name(backend) in _TRUSTED and backend.priority > 0
    ]
    return Vault(max(usable, key=lambda backend: backend.priority, default=None))


class _Memory:
    """Secrets of this session."""

    def __init__(self) -> None:
        self._secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self._secrets[service, username]


def _entry(account: str, name: str) -> str:
    return f"{account}/{name}"


def _name(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__name__}"


def _told(action: Callable[[], _T]) -> _T:
    import keyring.errors  # as above

    try:
        return action()
    except keyring.errors.KeyringError as error:
        raise UserError(
            "The system's keyring did not open.",
            "Your drafts are safe: unlock the keyring and try again.",
        ) from error
