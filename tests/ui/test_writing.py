"""What a person types is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.compose.brief import SAMPLE_NOTES
from app.drafts.draft import Draft, Folder
from app.drafts.provenance import Generation
from app.drafts.store import DraftStore
from tests.helpers.window import button, counter_words, editors, label, saved_state, titles
from ui.application import Twite

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def generated(text: str) -> Generation:
    """A text as the assistant hands it over."""
    return Generation("smollm2", SAMPLE_NOTES, text)


def test_first_run_opens_on_the_sample_notes(twite: Twite) -> None:
    assert twite.assistant.notes() == SAMPLE_NOTES
    assert twite.composer.posts() == ("",)


def test_typed_text_is_there_after_a_restart(
    open_window: Callable[[], Twite], qtbot: QtBot
) -> None:
    first = open_window()
    QTest.keyClicks(editors(first)[0], "Filming starts in May")
    first.window.close()
    qtbot.waitUntil(lambda: not first.window.isVisible())
    assert open_window().composer.posts() == ("Filming starts in May",)


def test_edits_are_saved_without_asking(twite: Twite, qtbot: QtBot, in_store) -> None:
    QTest.keyClicks(editors(twite)[0], "Kept")
    assert saved_state(twite) == "Saving"
    qtbot.waitUntil(lambda: saved_state(twite) == "Saved")
    assert in_store(lambda store: store.latest(Folder.DRAFTS).posts) == ("Kept",)


def test_using_a_variant_is_one_undo_step(twite: Twite) -> None:
    editor = editors(twite)[0]
    QTest.keyClicks(editor, "My own words")
    twite.assistant.use_requested.emit(generated("The council votes\non 3 February."))
    assert editor.text() == "The council votes\non 3 February."
    QTest.keyClick(editor, Qt.Key.Key_Z, CTRL)
    assert editor.text() == "My own words"


def test_using_a_variant_keeps_the_posts_as_a_version(twite: Twite, qtbot: QtBot, in_store) -> None:
    QTest.keyClicks(editors(twite)[0], "My own words")
    twite.assistant.use_requested.emit(generated("Other words"))
    qtbot.waitUntil(lambda: saved_state(twite) == "Saved")
    versions = in_store(lambda store: store.versions(twite.desk.draft_id))
    assert [version.posts for version in versions] == [("My own words",)]


def test_a_new_draft_is_stored_with_its_first_key(twite: Twite, qtbot: QtBot) -> None:
    QTest.keyClicks(editors(twite)[0], "One")
    for _ in range(3):
        QTest.keyClick(twite.window, Qt.Key.Key_N, CTRL)
        qtbot.waitUntil(lambda: twite.composer.posts() == ("",))
    QTest.keyClicks(editors(twite)[0], "Two")
    qtbot.waitUntil(lambda: titles(twite) == ["Two", "One"])


def test_the_counter_counts_an_emoji_as_two(twite: Twite) -> None:
    editors(twite)[0].insertPlainText("👩‍💻")
    assert counter_words(twite) == "278 left"


def test_past_the_limit_the_counter_says_by_how_much(twite: Twite) -> None:
    editors(twite)[0].insertPlainText("a" * 292)
    assert counter_words(twite) == "12 over"
    assert label(twite.composer, "barWarning").text() == "1 post too long"


def test_preedit_text_is_neither_counted_nor_saved(twite: Twite) -> None:
    editor = editors(twite)[0]
    QTest.keyClicks(editor, "ab")
    QApplication.sendEvent(editor, QInputMethodEvent("にほん", []))
    assert (editor.text(), counter_words(twite)) == ("ab", "278 left")
    committed = QInputMethodEvent("", [])
    committed.setCommitString("日本")
    QApplication.sendEvent(editor, committed)
    assert (editor.text(), counter_words(twite)) == ("ab日本", "274 left")


def test_right_to_left_text_survives_a_restart(
    open_window: Callable[[], Twite], qtbot: QtBot
) -> None:
    words = "שלום עולם ‏العربية 123"
    first = open_window()
    editors(first)[0].insertPlainText(words)
    first.window.close()
    qtbot.waitUntil(lambda: not first.window.isVisible())
    assert open_window().composer.posts() == (words,)


def test_rich_text_is_pasted_as_plain(twite: Twite) -> None:
    rich = QMimeData()
    rich.setHtml("<b>Bold</b> words")
    rich.setText("Bold words")
    QGuiApplication.clipboard().setMimeData(rich)
    editor = editors(twite)[0]
    QTest.keyClick(editor, Qt.Key.Key_V, CTRL)
    assert editor.text() == "Bold words"
    assert not editor.currentCharFormat().font().bold()


def test_a_post_is_added_and_an_empty_one_merged_back(twite: Twite) -> None:
    QTest.keyClicks(editors(twite)[0], "First")
    QTest.keyClick(twite.window, Qt.Key.Key_N, CTRL | SHIFT)
    QTest.keyClicks(editors(twite)[1], "B")
    assert twite.composer.posts() == ("First", "B")
    QTest.keyClick(editors(twite)[1], Qt.Key.Key_Backspace)
    QTest.keyClick(editors(twite)[1], Qt.Key.Key_Backspace)
    assert twite.composer.posts() == ("First",)
    assert editors(twite)[0].hasFocus()


def test_a_short_post_is_split_at_the_caret(twite: Twite) -> None:
    editor = editors(twite)[0]
    QTest.keyClicks(editor, "One. Two.")
    for _ in range(4):
        QTest.keyClick(editor, Qt.Key.Key_Left)
    button(twite.composer, "Split").click()
    assert twite.composer.posts() == ("One.", "Two.")


def test_splitting_a_long_post_keeps_every_word(twite: Twite) -> None:
    words = [f"word{number}" for number in range(120)]
    editors(twite)[0].insertPlainText(" ".join(words))
    button(twite.composer, "Split").click()
    posts = twite.composer.posts()
    assert len(posts) > 1
    assert " ".join(posts).split() == words
    assert label(twite.composer, "barWarning").text() == ""


def test_copy_takes_the_whole_thread(twite: Twite) -> None:
    twite.composer.show_draft(("One", "Two"), Folder.DRAFTS)
    QTest.keyClick(twite.window, Qt.Key.Key_C, CTRL | SHIFT)
    assert QGuiApplication.clipboard().text() == "One\n\nTwo"


def test_an_emoji_is_picked_by_keyboard_alone(twite: Twite) -> None:
    QTest.keyClick(twite.window, Qt.Key.Key_Period, CTRL)
    search = QApplication.activePopupWidget().focusWidget()
    QTest.keyClicks(search, "bicycle")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert editors(twite)[0].text() == "🚲"


def test_clicking_another_draft_saves_this_one_first(
    twite: Twite, qtbot: QtBot, in_store: Callable[[Callable[[DraftStore], object]], object]
) -> None:
    QTest.keyClicks(editors(twite)[0], "One")
    QTest.keyClick(twite.window, Qt.Key.Key_N, CTRL)
    qtbot.waitUntil(lambda: twite.composer.posts() == ("",))
    QTest.keyClicks(editors(twite)[0], "Two")
    qtbot.waitUntil(lambda: titles(twite) == ["Two", "One"])
    QTest.keyClicks(editors(twite)[0], " and more")
    rows = twite.sidebar.drafts
    place = rows.visualRect(rows.model().index(1, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    qtbot.waitUntil(lambda: twite.composer.posts() == ("One",))
    latest = in_store(lambda store: store.latest(Folder.DRAFTS))
    assert isinstance(latest, Draft)
    assert latest.posts == ("Two and more",)
