"""The way in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ui.launch import has_display

LONGEST_S = 20


def _environment(tmp_path: Path) -> dict[str, str]:
    names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    return dict(os.environ) | {name: str(tmp_path / name) for name in names}


def test_without_a_display_a_sentence_and_status_2(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    ended = subprocess.run(
        [sys.executable, "-m", "ui"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert ended.returncode == 2
    assert "needs a screen" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("platform", "environment", "wanted"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("darwin", {}, True),
    ],
)
def test_only_linux_can_lack_a_display(
    platform: str, environment: dict[str, str], wanted: bool
) -> None:
    assert has_display(platform, environment) is wanted


def test_a_subcommand_does_not_load_qt() -> None:
    code = (
        "import sys; from ui.launch import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print('PySide6' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=LONGEST_S, check=True
    )
    assert ended.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_closes_the_window_in_order(tmp_path: Path, stop: signal.Signals) -> None:
    code = (
        "from PySide6.QtCore import QTimer\n"
        "import sys, ui.window_process as process\n"
        "build = process.build\n"
        "def speaking(*arguments):\n"
        "    QTimer.singleShot(0, lambda: print('open', flush=True))\n"
        "    return build(*arguments)\n"
        "process.build = speaking\n"
        "status = process.run()\n"
        "print('onnxruntime' in sys.modules)\n"
        "sys.exit(status)"
    )
    window = subprocess.Popen(
        [sys.executable, "-c", code],
        env=_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert window.stdout is not None
    assert window.stdout.readline() == "open\n"
    window.send_signal(stop)
    out, error = window.communicate(timeout=LONGEST_S)
    assert (window.returncode, out.strip(), error) == (0, "False", "")
