"""The panel on show, with a bridge whose events come from the test."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers.silent_bridge import READY, SilentBridge
from ui.assistant.panel import AssistantPanel
from ui.theme import Theme

NOTES = "Town council votes on the bike lane for Mill Road on 3 February at 7pm."


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def bridge() -> SilentBridge:
    return SilentBridge()


@pytest.fixture
def panel(theme: Theme, bridge: SilentBridge, qtbot: QtBot) -> AssistantPanel:
    """A panel with notes, before the model is loaded."""
    panel = AssistantPanel(theme, bridge)
    qtbot.addWidget(panel)
    panel.resize(384, 784)
    panel.set_notes(NOTES)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


@pytest.fixture
def ready(panel: AssistantPanel, bridge: SilentBridge) -> AssistantPanel:
    """A panel with notes and a loaded model."""
    bridge.ready.emit(READY)
    return panel
