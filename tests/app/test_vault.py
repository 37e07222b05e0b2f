"""Secrets in a real Secret Service on a bus of its own, and on a machine without one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring.backends.fail
import keyring.backends.null
import pytest

from app.errors import UserError
from app.vault import LONGEST, Vault, open_vault
from tests.helpers.keyring import secret_service

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from app.vault import open_vault
vault = open_vault()
assert vault.is_lasting
print(vault.read("anna", "refresh"))
vault.write("anna", "refresh", sys.argv[1])
"""


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[dict[str, str]]:
    with secret_service(tmp_path) as environment:
        yield environment


def remember(secret: str, environment: dict[str, str]) -> str:
    """What a process of its own finds in the keyring before it keeps this secret there."""
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, secret],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def test_a_secret_outlives_the_process_that_kept_it(bus: dict[str, str]) -> None:
    assert remember("first", bus) == "None"
    assert remember("second", bus) == "first"


def test_no_file_holds_the_secret_in_the_clear(bus: dict[str, str], tmp_path: Path) -> None:
    remember("kept-from-others", bus)
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not any(b"kept-from-others" in file.read_bytes() for file in files)


@pytest.mark.parametrize("backend", [keyring.backends.null.Keyring, keyring.backends.fail.Keyring])
def test_a_backend_that_is_not_trusted_is_not_used(
    backend: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyring.backend.get_all_keyring", lambda: [backend()])
    assert not open_vault().is_lasting


def test_without_a_keyring_secrets_last_for_the_session_alone() -> None:
    vault = Vault(None)
    vault.write("anna", "refresh", "secret")
    assert vault.read("anna", "refresh") == "secret"
    assert Vault(None).read("anna", "refresh") is None


def test_accounts_and_names_are_kept_apart() -> None:
    vault = Vault(None)
    vault.write("anna", "refresh", "one")
    vault.write("anna", "access", "two")
    assert vault.read("ben", "refresh") is None
    assert vault.read("anna", "access") == "two"


def test_what_is_forgotten_is_gone_and_forgetting_twice_is_fine() -> None:
    vault = Vault(None)
    vault.write("anna", "refresh", "one")
    vault.forget("anna", "refresh")
    vault.forget("anna", "refresh")
    assert vault.read("anna", "refresh") is None


def test_a_secret_that_windows_could_not_hold_is_refused_as_a_bug() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Vault(None).write("anna", "refresh", "x" * (LONGEST + 1))


def test_a_keyring_that_does_not_open_is_told_in_a_sentence() -> None:
    with pytest.raises(UserError, match="did not open"):
        Vault(keyring.backends.fail.Keyring()).read("anna", "refresh")
