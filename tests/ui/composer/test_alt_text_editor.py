"""Alt text: asked for, written, counted and kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot

from tests.helpers.window import button, label
from tests.ui.composer.parts import give, named_button, picture, pictures, undo_sentence
from ui.composer.thread_view import ThreadView


def test_alt_text_is_asked_for_written_and_counted(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    assert named_button(thread, "Add the alt text of the image").text() == "+ ALT"
    button(thread, "+ ALT").click()
    QTest.keyClicks(QApplication.focusWidget(), "A hill")
    assert thread.extras()[0].media[0].alt_text == "A hill"
    assert label(thread, "roomLeft").text() == "994 left"
    button(thread, "Done").click()
    badge = named_button(thread, "Change the alt text of the image")
    assert badge.hasFocus()
    assert badge.text() == "ALT"


def test_blanks_are_no_alt_text(thread: ThreadView, qtbot: QtBot, tmp_path: Path) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    button(thread, "+ ALT").click()
    QTest.keyClicks(QApplication.focusWidget(), "  ")
    assert named_button(thread, "Add the alt text of the image").text() == "+ ALT"


def test_alt_text_past_the_limit_is_kept_and_said(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    button(thread, "+ ALT").click()
    [field] = thread.findChildren(QPlainTextEdit)
    field.insertPlainText("🙂" * 1_003)
    assert label(thread, "roomLeft").text() == "3 over"
    assert len(thread.extras()[0].media[0].alt_text) == 1_003


def test_what_is_typed_as_alt_text_is_taken_back_at_once(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    button(thread, "+ ALT").click()
    QTest.keyClicks(QApplication.focusWidget(), "A hill")
    assert undo_sentence(thread) == "Alt text of the image changed."
    button(thread, "Undo").click()
    assert thread.extras()[0].media[0].alt_text == ""
    assert thread.findChildren(QPlainTextEdit)[0].toPlainText() == ""


def test_an_image_that_arrives_leaves_the_alt_text_in_the_works(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = pictures(tmp_path, 2)
    give(thread, qtbot, first)
    button(thread, "+ ALT").click()
    field = QApplication.focusWidget()
    QTest.keyClicks(field, "A h")
    give(thread, qtbot, second)
    assert field.hasFocus()
    QTest.keyClicks(field, "ill")
    assert [medium.alt_text for medium in thread.extras()[0].media] == ["A hill", ""]
