"""`twite` as a person types it: a process of its own, the real model, a home that is empty."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.paths import models_folder

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
