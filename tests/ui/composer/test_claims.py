"""Claims that the notes lack, in the real window: marked, confirmed, removed, explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from app.drafts.provenance import Generation
from tests.helpers.window import button, editors, label, saved_state
from ui.application import Twite
from ui.composer.claim_line import ClaimLine
from ui.shortcuts import Name

NOTES = "Town council votes on the bike lane for Mill Road on 3 February at 7pm."
TEXT = "The council votes on 3 Feb. Some 1,200 riders use it."


def line(twite: Twite, post: int = 0) -> ClaimLine:
    found = twite.composer.findChildren(ClaimLine)
    return [widget for widget in found if widget.parent() and widget.parent().isVisible()][post]


def write_about(twite: Twite, qtbot: QtBot, text: str = TEXT, notes: str = NOTES) -> None:
    """Type the notes and the text as a person does, and wait for what is found in it."""
    twite.assistant.focus_notes()
    editor = twite.window.focusWidget()
    QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(editor, notes)
    editors(twite)[0].setFocus()
    QTest.keyClicks(editors(twite)[0], text)
    qtbot.waitUntil(lambda: bool(line(twite).sentence))


def warned(twite: Twite) -> str:
    return label(twite.composer, "barWarning").text()


def point_at(twite: Twite, words: str) -> QPoint:
    """A point of the viewport inside these words."""
    editor = editors(twite)[0]
    cursor = QTextCursor(editor.document())
    cursor.setPosition(editor.text().index(words) + 1)
    return editor.cursorRect(cursor).center() + QPoint(3, 0)


def test_a_claim_that_the_notes_lack_is_named_and_counted(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    assert line(twite).sentence == "1,200 riders is not in your notes."
    assert warned(twite) == "1 claim to confirm"


def test_marking_leaves_the_caret_and_the_undo_steps_alone(twite: Twite, qtbot: QtBot) -> None:
    editor = editors(twite)[0]
    QTest.keyClicks(editor, TEXT)
    QTest.keyClick(editor, Qt.Key.Key_Home)
    steps = editor.document().availableUndoSteps()
    qtbot.waitUntil(lambda: bool(line(twite).sentence))
    assert editor.textCursor().position() == 0
    assert editor.document().availableUndoSteps() == steps


def test_the_words_themselves_are_marked(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    marks = editors(twite)[0].document().firstBlock().layout().formats()
    dotted = [mark for mark in marks if mark.format.underlineStyle().name == "DotLine"]
    assert "".join(TEXT[mark.start : mark.start + mark.length] for mark in dotted) == "1,200 riders"


def test_a_mark_moves_with_its_words_while_the_post_is_edited(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    editor = editors(twite)[0]
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClicks(editor, "So: ")
    assert [claim.span.of(editor.text()) for claim in editor.pending] == ["1,200 riders"]


def test_a_confirmed_claim_is_marked_no_more_and_stays_so(
    twite: Twite, qtbot: QtBot, in_store, open_window: Callable[[], Twite]
) -> None:
    write_about(twite, qtbot)
    button(line(twite), "Confirm").click()
    assert warned(twite) == ""
    assert line(twite).sentence == "1,200 riders: confirmed by you."
    qtbot.waitUntil(lambda: saved_state(twite) == "Saved")
    id = twite.desk.draft_id
    qtbot.waitUntil(
        lambda: in_store(lambda store: store.get(id).confirmed) == {"number: 1,200 riders"}
    )
    twite.end()
    again = open_window()
    qtbot.waitUntil(lambda: bool(editors(again)[0].claim_at(point_at(again, "1,200"))))
    assert warned(again) == ""


def test_a_confirmation_can_be_undone(twite: Twite, qtbot: QtBot, in_store) -> None:
    write_about(twite, qtbot)
    button(line(twite), "Confirm").click()
    button(line(twite), "Undo").click()
    assert warned(twite) == "1 claim to confirm"
    qtbot.waitUntil(lambda: saved_state(twite) == "Saved")
    id = twite.desk.draft_id
    qtbot.waitUntil(lambda: in_store(lambda store: store.get(id).confirmed) == frozenset())


def test_remove_cuts_the_words_as_one_undo_step(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    button(line(twite), "Remove").click()
    assert editors(twite)[0].text() == "The council votes on 3 Feb. Some use it."
    QTest.keyClick(editors(twite)[0], Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editors(twite)[0].text() == TEXT


def test_hovering_shows_the_words_of_the_notes(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    editor = editors(twite)[0]
    claim = editor.claim_at(point_at(twite, "3 Feb"))
    assert claim is not None
    QTest.mouseMove(editor.viewport(), point_at(twite, "3 Feb"))
    qtbot.waitUntil(QToolTip.isVisible)
    assert QToolTip.text().startswith("In your notes: “")
    assert "3 February" in QToolTip.text()
    QToolTip.hideText()


def test_a_note_that_carries_the_claim_takes_the_mark_away(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    twite.assistant.focus_notes()
    QTest.keyClicks(twite.window.focusWidget(), " 1200 riders")
    qtbot.waitUntil(lambda: not line(twite).sentence)


def test_without_notes_nothing_is_marked(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    twite.assistant.focus_notes()
    notes = twite.window.focusWidget()
    QTest.keyClick(notes, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(notes, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: warned(twite) == "")


def test_confirm_and_remove_are_reached_by_the_tab_key(twite: Twite, qtbot: QtBot) -> None:
    write_about(twite, qtbot)
    QTest.keyClick(editors(twite)[0], Qt.Key.Key_Tab)
    focus = twite.window.focusWidget()
    assert isinstance(focus, QPushButton)
    assert focus.text() == "Confirm"


def test_the_record_of_a_draft_is_exported(twite: Twite, qtbot: QtBot, tmp_path: Path) -> None:
    twite.assistant.use_requested.emit(Generation("smollm2", NOTES, "The council votes."))
    file = tmp_path / "record.json"
    twite.actions[Name.EXPORT_RECORD].trigger()
    qtbot.waitUntil(lambda: bool(twite.window.findChildren(QFileDialog)))
    [dialog] = twite.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.reject()
    record = json.loads(file.read_text("utf-8"))
    assert record["generated"][0]["model"] == "smollm2"
    assert record["posts"][0]["generated_as"] == "The council votes."
