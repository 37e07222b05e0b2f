"""`dev.py`: what it says where it cannot go on."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parent.parent / "dev.py"


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_gets_one_sentence(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert dev.main(["run"]) == 2
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_an_old_python_is_told_so_in_one_line(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    dev.main([])
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)


@pytest.mark.parametrize("asked", ["--help", "-h", "help"])
def test_asking_for_help_is_no_error(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    assert dev.main([asked]) == 0
    assert capsys.readouterr().out.startswith("usage: ")


def test_an_unknown_verb_is_answered_with_the_usage() -> None:
    done = subprocess.run(
        [sys.executable, str(FILE), "fly"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout.startswith("usage: ")


def test_a_missing_system_package_is_named_with_the_command(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev.shutil, "which", lambda _name: "/usr/bin/apt-get")
    with pytest.raises(SystemExit, match="2"):
        dev.install_packages(["libegl1"])
    said = capsys.readouterr().err
    assert "sudo apt-get install -y --no-install-recommends libegl1" in said


def test_without_a_display_the_sample_notes_are_drafted_in_the_terminal(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[Sequence[str]] = []
    monkeypatch.setattr(dev, "setup", lambda **_: None)
    monkeypatch.setattr(dev, "prepare_model", lambda: None)
    monkeypatch.setattr(dev, "has_display", lambda: False)
    monkeypatch.setattr(dev, "sample_notes", lambda: "Facts.")
    monkeypatch.setattr(dev.subprocess, "call", lambda command: started.append(command) or 0)
    assert dev.main(["run"]) == 0
    assert list(started[0][-3:]) == ["draft", "--notes", "Facts."]
    assert "no display here" in capsys.readouterr().out
