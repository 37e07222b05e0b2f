"""`twite` as a person types it: a process of its own, the real model, a home that is empty."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.paths import models_folder
from app.vault import Vault
from tests.helpers.command_line import Desk
from tests.helpers.keyring import lasting_vault
from tests.helpers.x_server import X

LONGEST_S = 60


@pytest.fixture
def twite(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    environment = {
        **os.environ,
        "TWITE_MODELS_DIR": str(models_folder()),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }

    def run(*arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "ui.launch", *arguments]
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            env=environment,
            timeout=LONGEST_S,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """One for all tests here: whoever signs in takes the place of who had the number before."""
    folder = tmp_path_factory.mktemp("keyring")
    with pytest.MonkeyPatch.context() as patch, lasting_vault(folder, patch) as vault:
        yield vault


@pytest.fixture
def desk(tmp_path: Path, vault: Vault) -> Iterator[Desk]:
    with X() as x:
        yield Desk(x, vault, tmp_path / "home")


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which a browser of the test's own notes what it was asked to open."""
    log, program = tmp_path / "opened", tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" >> {log}\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))
    return log
