"""The notes' own editor."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.assistant.notes_editor import LEAST_HEIGHT, MOST_HEIGHT, NotesEditor
from ui.theme import Theme

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def notes(qapp: QApplication, qtbot: QtBot) -> NotesEditor:
    Theme(qapp)
    notes = NotesEditor()
    qtbot.addWidget(notes)
    notes.resize(351, LEAST_HEIGHT)
    with qtbot.waitExposed(notes):
        notes.show()
    notes.activateWindow()
    qtbot.waitUntil(notes.isActiveWindow)
    notes.setFocus()
    return notes


def test_grows_with_the_text_and_then_scrolls(notes: NotesEditor) -> None:
    notes.set_text("line\n" * 5)
    between = notes.height()
    notes.set_text("line\n" * 50)
    assert LEAST_HEIGHT < between < MOST_HEIGHT
    assert notes.height() == MOST_HEIGHT


def test_formatted_text_is_pasted_plain(notes: NotesEditor) -> None:
    formatted = QMimeData()
    formatted.setHtml("<b>Mill</b> Road")
    formatted.setText("Mill Road")
    notes.insertFromMimeData(formatted)
    assert "font-weight" not in notes.document().toHtml().split("<body", 1)[1].split("<p", 1)[1]
    assert notes.toPlainText() == "Mill Road"


def test_other_notes_cannot_be_undone_into_these(notes: NotesEditor) -> None:
    notes.set_text("first")
    notes.set_text("second")
    notes.undo()
    assert notes.toPlainText() == "second"


def test_typing_can_be_undone(notes: NotesEditor) -> None:
    notes.set_text("")
    QTest.keyClicks(notes, "typed")
    notes.undo()
    assert notes.toPlainText() == ""


@pytest.mark.parametrize("keys", ["Ctrl+K", "Ctrl+E", "Ctrl+Return", "Ctrl+L", "Alt+1", "Ctrl+F"])
def test_leaves_the_windows_keys_to_the_window(notes: NotesEditor, qtbot: QtBot, keys: str) -> None:
    notes.set_text("text")
    action = QAction(notes)
    action.setShortcut(QKeySequence(keys))
    notes.addAction(action)
    combination = QKeySequence(keys)[0]
    with qtbot.waitSignal(action.triggered):
        QTest.keyClick(notes, combination.key(), combination.keyboardModifiers())
    assert notes.toPlainText() == "text"
