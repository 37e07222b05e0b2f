"""A real Secret Service on a message bus of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from jeepney import MatchRule, message_bus
from jeepney.io.blocking import (
    Proxy,
    open_dbus_connection,
)
from keyring.backends import SecretService
from secretstorage import Collection, SecretStorageException

from app.vault import Vault

_BUS = "DBUS_SESSION_BUS_ADDRESS"
_LONGEST_S = 20.0
_STARTS = 5


@contextmanager
def secret_service(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a bus with an unlocked keyring on it, whose files lie in this folder."""
    environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
    environment.pop(_BUS, None)
    with _serving(["dbus-daemon", "--session", "--nofork", "--print-address"], environment) as bus:
        environment[_BUS] = bus
        with _opened(bus, environment):
            yield environment


@contextmanager
def lasting_vault(folder: Path, environment: pytest.MonkeyPatch) -> Iterator[Vault]:
    """A vault in such a service, which this process and those that it starts find."""
    with secret_service(folder) as found:
        environment.setenv(_BUS, found[_BUS])
        yield Vault(SecretService.Keyring())


def _opened(bus: str, environment: dict[str, str]) -> ExitStack:
    """The keyring, once it answers.

    gnome-keyring 42 aborts at about one of a thousand first questions: then it is started again.
    """
    keyring = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    for _ in range(_STARTS):
        with ExitStack() as started:
            wait = started.enter_context(_arrival(bus, "org.freedesktop.secrets"))
            started.enter_context(_serving(keyring, environment, password="secret\n"))
            wait()
            if _answers(bus):
                return started.pop_all()
    raise AssertionError("the keyring does not start")


def _answers(bus: str) -> bool:
    with open_dbus_connection(bus) as connection:
        try:
            return not Collection(connection).is_locked()
        except SecretStorageException:
            return False


@contextmanager
def _arrival(bus: str, name: str) -> Iterator[Callable[[], object]]:
    """A function that waits until a service has this name on the bus.

    Who asks for the service sooner has the bus start another one, which is locked.
    """
    rule = MatchRule(type="signal", interface=message_bus.interface, member="NameOwnerChanged")
    rule.add_arg_condition(0, name)
    with open_dbus_connection(bus) as connection, connection.filter(rule) as arrivals:
        Proxy(message_bus, connection).AddMatch(rule)
        yield lambda: connection.recv_until_filtered(arrivals, timeout=_LONGEST_S)


@contextmanager
def _serving(command: list[str], environment: dict[str, str], password: str = "") -> Iterator[str]:
    """A service, once it has said its first line, which is given; stopped behind the block."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE if password else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            if process.stdin is not None:
                process.stdin.write(password)
                process.stdin.close()
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_LONGEST_S)
    except subprocess.TimeoutExpired:
        process.kill()
