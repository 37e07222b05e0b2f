"""A choice among pages."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ui.assistant.segments import Segments


def test_tells_which_was_chosen(qtbot: QtBot) -> None:
    segments = Segments(("Write", "Rewrite", "Voice"))
    qtbot.addWidget(segments)
    with qtbot.waitSignal(segments.chosen) as chosen:
        segments.findChildren(QPushButton)[1].click()
    assert chosen.args == [1]
    assert segments.chosen_index() == 1


def test_a_single_name_is_no_stop_for_tab(qtbot: QtBot) -> None:
    heading = Segments(("Write",))
    qtbot.addWidget(heading)
    assert heading.findChildren(QPushButton)[0].focusPolicy() is Qt.FocusPolicy.NoFocus
