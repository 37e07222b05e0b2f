"""The whole way, with the real model: notes in, drafts on cards, one of them into the post."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.compose import events
from app.paths import models_folder
from app.places import Places
from app.post_text import ends_sentence, weigh
from tests.helpers.window import editors
from ui.application import Twite

CTRL = Qt.KeyboardModifier.ControlModifier
A_WHILE_MS = 60_000


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(
        drafts_file=tmp_path / "data" / "drafts.sqlite3",
        settings_file=tmp_path / "config" / "settings.json",
        models_folder=models_folder(),
        log_folder=tmp_path / "state",
    )


@pytest.fixture
def drafted(twite: Twite, qtbot: QtBot) -> tuple[Twite, events.Finished]:
    """The window after Ctrl+Return on the sample notes."""
    with qtbot.waitSignal(twite.writer.finished, timeout=A_WHILE_MS) as heard:
        QTest.keyClick(editors(twite)[0], Qt.Key.Key_Return, CTRL)
    finished = heard.args[0]
    assert isinstance(finished, events.Finished)
    return twite, finished


def test_ctrl_return_brings_four_drafts_that_fit(drafted: tuple[Twite, events.Finished]) -> None:
    texts = [variant.text for variant in drafted[1].variants]
    assert len(texts) == 4
    assert all(weigh(text).valid and ends_sentence(text) for text in texts)


def test_a_used_draft_is_in_the_post_and_one_undo_takes_it_out(
    drafted: tuple[Twite, events.Finished], qtbot: QtBot
) -> None:
    twite, finished = drafted
    qtbot.waitUntil(lambda: (twite.assistant.use(1), editors(twite)[0].text() != "")[1])
    assert editors(twite)[0].text() == finished.variants[0].text
    QTest.keyClick(editors(twite)[0], Qt.Key.Key_Z, CTRL)
    assert editors(twite)[0].text() == ""


def test_the_models_runtime_is_never_imported_by_the_window() -> None:
    question = "import sys, ui.window_process; raise SystemExit('onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", question], check=False).returncode == 0


def test_a_killed_writer_leaves_every_word_and_says_so(twite: Twite, qtbot: QtBot) -> None:
    with qtbot.waitSignal(twite.writer.ready, timeout=A_WHILE_MS):
        pass
    QTest.keyClicks(editors(twite)[0], "My own words")
    QTest.keyClick(editors(twite)[0], Qt.Key.Key_Return, CTRL)
    with qtbot.waitSignal(twite.writer.died, timeout=A_WHILE_MS):
        process = twite.writer.process_id
        assert process is not None
        os.kill(process, signal.SIGKILL)
    assert editors(twite)[0].text() == "My own words"
    shown = [label.text() for label in twite.assistant.findChildren(QLabel) if label.isVisible()]
    assert any("are all here" in text for text in shown)
