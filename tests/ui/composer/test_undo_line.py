"""What is taken back of what a post carries, and how."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.drafts.extras import Medium, PostExtras
from tests.helpers.window import button
from tests.ui.composer.parts import editor, give, named_button, picture, pictures, undo_sentence
from ui.composer.thread_view import ThreadView


def test_a_removed_image_comes_back_with_its_alt_text(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    media = tuple(Medium(str(path), "words") for path in pictures(tmp_path, 2))
    thread.show_posts(("One",), (PostExtras(media),))
    named_button(thread, "Remove image 1").click()
    assert thread.extras()[0].media == media[1:]
    assert undo_sentence(thread) == "Image removed."
    with qtbot.waitSignal(thread.edited):
        button(thread, "Undo").click()
    assert thread.extras()[0].media == media


def test_changes_are_taken_back_one_at_a_time(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    media = give(thread, qtbot, *pictures(tmp_path, 2))
    named_button(thread, "Remove image 2").click()
    button(thread, "Undo").click()
    assert (thread.extras()[0].media, undo_sentence(thread)) == (media, "Image added.")
    button(thread, "Undo").click()
    button(thread, "Undo").click()
    assert thread.extras() == (PostExtras(),)
    assert undo_sentence(thread) == ""
    assert editor(thread).hasFocus()


def test_writing_on_hides_the_line_unless_something_was_removed(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    QTest.keyClicks(editor(thread), "On")
    assert undo_sentence(thread) == ""
    named_button(thread, "Remove the image").click()
    QTest.keyClicks(editor(thread), "and on")
    assert undo_sentence(thread) == "Image removed."
