"""The last line of the window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.compose.events import Died, Failed, Preparing
from app.errors import ModelError, UserError
from tests.helpers.assistant import said
from tests.helpers.silent_bridge import READY, SilentBridge, variant
from ui.status_line import PaletteButton, StatusLine
from ui.theme import Theme


@pytest.fixture
def bridge() -> SilentBridge:
    return SilentBridge()


@pytest.fixture
def line(qapp: QApplication, bridge: SilentBridge, qtbot: QtBot) -> StatusLine:
    line = StatusLine(Theme(qapp), bridge)
    qtbot.addWidget(line)
    line.show()
    return line


def test_says_that_nothing_leaves_the_computer(line: StatusLine) -> None:
    assert "Offline: nothing leaves this computer" in said(line)


def test_names_the_model_and_the_device_really_used(line: StatusLine, bridge: SilentBridge) -> None:
    bridge.ready.emit(READY)
    assert "SmolLM2 135M · CPU" in said(line)


def test_says_on_asking_why_it_is_not_the_gpu(line: StatusLine, bridge: SilentBridge) -> None:
    bridge.ready.emit(READY)
    labels = [label for label in line.findChildren(QLabel) if "SmolLM2" in label.text()]
    assert labels[0].toolTip() == "There is no NVIDIA driver here."


def test_says_how_long_the_last_drafts_took(line: StatusLine, bridge: SilentBridge) -> None:
    bridge.finish(*(variant("a") for _ in range(4)))
    assert "4 drafts in 0.6 s" in said(line)


def test_one_draft_is_one_draft(line: StatusLine, bridge: SilentBridge) -> None:
    bridge.finish(variant("a"))
    assert "1 draft in 0.6 s" in said(line)


def test_a_run_without_drafts_claims_no_time(line: StatusLine, bridge: SilentBridge) -> None:
    bridge.finish()
    assert "drafts in" not in said(line)


def test_follows_the_model_through_trouble(line: StatusLine, bridge: SilentBridge) -> None:
    bridge.failed.emit(Failed(None, ModelError("There is none.", "Prepare it.")))
    assert "No model ready" in said(line)
    bridge.preparing.emit(Preparing("Building the graph", 0.42, None))
    assert "Preparing the model: 42%" in said(line)
    bridge.died.emit(Died(UserError("The writer stopped.", "Start it again.")))
    assert "The model has stopped" in said(line)


def test_opens_the_palette(line: StatusLine, qtbot: QtBot) -> None:
    palette = line.findChild(PaletteButton)
    assert isinstance(palette, PaletteButton)
    with qtbot.waitSignal(line.palette_requested):
        palette.click()
