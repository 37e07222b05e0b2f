"""A poll in a post: answers, length, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.drafts.extras import Medium, Poll, PostExtras
from app.settings import ThemeChoice
from tests.helpers.window import button
from ui.assistant.choice_pill import ChoicePill
from ui.composer.thread_view import ThreadView
from ui.jobs import Jobs
from ui.theme import Theme


@pytest.fixture
def thread(qtbot: QtBot, tmp_path: Path) -> Iterator[ThreadView]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme, jobs = Theme(application, ThemeChoice.LIGHT), Jobs()
    view = ThreadView(theme, jobs, tmp_path / "media")
    view.resize(640, 700)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    view.focus_current()
    qtbot.waitUntil(view.current.editor.hasFocus)
    yield view
    jobs.close()
    view.close_files()
    view.deleteLater()
    theme.deleteLater()
    application.processEvents()


def poll(thread: ThreadView) -> Poll | None:
    return thread.extras()[0].poll


def fields(thread: ThreadView) -> list[QLineEdit]:
    return [one for one in thread.findChildren(QLineEdit, "pollOption") if one.isVisible()]


def room(thread: ThreadView) -> list[str]:
    found = thread.findChildren(QLabel, "roomLeft")
    return [one.text() for one in found if one.isVisible()]


def undo_sentence(thread: ThreadView) -> str:
    found = [one for one in thread.findChildren(QLabel, "undoSentence") if one.isVisible()]
    return found[0].text() if found else ""


def named_button(thread: ThreadView, name: str) -> QAbstractButton:
    found = thread.findChildren(QAbstractButton)
    [one] = [b for b in found if b.isVisible() and b.accessibleName() == name]
    return one


def type_into(field: QLineEdit, words: str) -> None:
    field.setFocus()
    QTest.keyClicks(field, words)


def test_a_poll_begins_with_two_empty_answers_and_a_day(thread: ThreadView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(thread.edited):
        button(thread, "Poll").click()
    assert poll(thread) == Poll(("", ""), 1440)
    assert fields(thread)[0].hasFocus()


def test_what_is_typed_is_the_poll(thread: ThreadView, qtbot: QtBot) -> None:
    button(thread, "Poll").click()
    with qtbot.waitSignal(thread.edited):
        type_into(fields(thread)[0], "Yes")
    type_into(fields(thread)[1], "No")
    assert poll(thread) == Poll(("Yes", "No"), 1440)


def test_an_answer_is_counted_as_x_weighs_it(thread: ThreadView) -> None:
    thread.show_posts(("When?",), (PostExtras(poll=Poll(("日本", "🚲" * 13))),))
    assert room(thread) == ["21 left", "1 over"]


def test_four_answers_at_most(thread: ThreadView) -> None:
    button(thread, "Poll").click()
    button(thread, "Add an answer").click()
    button(thread, "Add an answer").click()
    assert poll(thread) == Poll(("",) * 4)
    assert fields(thread)[3].hasFocus()
    with pytest.raises(AssertionError):
        button(thread, "Add an answer")


def test_an_answer_is_removed_and_comes_back(thread: ThreadView) -> None:
    before = Poll(("Mon", "Tue", "Wed"))
    thread.show_posts(("When?",), (PostExtras(poll=before),))
    named_button(thread, "Remove answer 2").click()
    assert poll(thread) == Poll(("Mon", "Wed"))
    assert undo_sentence(thread) == "Answer 2 removed."
    button(thread, "Undo").click()
    assert poll(thread) == before
    assert [field.text() for field in fields(thread)] == ["Mon", "Tue", "Wed"]


def test_two_answers_cannot_be_removed(thread: ThreadView) -> None:
    button(thread, "Poll").click()
    names = [b.accessibleName() for b in thread.findChildren(QAbstractButton) if b.isVisible()]
    assert not any(name.startswith("Remove answer") for name in names)


def test_what_is_typed_in_one_answer_is_taken_back_at_once(thread: ThreadView) -> None:
    button(thread, "Poll").click()
    type_into(fields(thread)[0], "Yes")
    type_into(fields(thread)[1], "No")
    button(thread, "Undo").click()
    assert poll(thread) == Poll(("Yes", ""))
    button(thread, "Undo").click()
    assert poll(thread) == Poll(("", ""))
    button(thread, "Undo").click()
    assert thread.extras() == (PostExtras(),)
    assert thread.current.editor.hasFocus()


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("1 hour", 60), ("6 hours", 360), ("3 days", 4320), ("7 days", 10080)],
)
def test_the_length_is_chosen(thread: ThreadView, words: str, minutes: int) -> None:
    button(thread, "Poll").click()
    [pill] = thread.findChildren(ChoicePill)
    [action] = [action for action in pill.menu().actions() if action.text() == words]
    action.trigger()
    assert poll(thread) == Poll(("", ""), minutes)
    assert pill.text() == f"{words} ▾"


def test_a_removed_poll_comes_back(thread: ThreadView) -> None:
    before = Poll(("Yes", "No"), 60)
    thread.show_posts(("When?",), (PostExtras(poll=before),))
    button(thread, "Remove poll").click()
    assert thread.extras() == (PostExtras(),)
    assert undo_sentence(thread) == "Poll removed."
    assert fields(thread) == []
    button(thread, "Undo").click()
    assert poll(thread) == before


def test_a_post_with_a_poll_takes_no_image_and_says_why(thread: ThreadView) -> None:
    button(thread, "Poll").click()
    image = button(thread, "Image")
    assert not image.isEnabled()
    assert "remove the poll" in image.toolTip()
    button(thread, "Remove poll").click()
    assert image.isEnabled()


def test_a_post_with_an_image_takes_no_poll_and_says_why(
    thread: ThreadView, tmp_path: Path
) -> None:
    thread.show_posts(("Hill",), (PostExtras((Medium(str(tmp_path / "hill.png")),)),))
    asking = button(thread, "Poll")
    assert not asking.isEnabled()
    assert "remove the media" in asking.toolTip()


def test_a_file_given_to_a_poll_is_refused_in_words(
    thread: ThreadView, tmp_path: Path, drop_on_text: Callable[[ThreadView, Path], None]
) -> None:
    button(thread, "Poll").click()
    drop_on_text(thread, tmp_path / "hill.png")
    problems = [one.text() for one in thread.findChildren(QLabel, "mediaProblem")]
    assert problems == ["A post takes media or a poll: remove the poll to add media."]
    assert poll(thread) == Poll(("", ""))


def test_a_poll_that_comes_back_is_joined_by_no_file_on_its_way(
    thread: ThreadView,
    qtbot: QtBot,
    tmp_path: Path,
    drop_on_text: Callable[[ThreadView, Path], None],
) -> None:
    button(thread, "Poll").click()
    button(thread, "Remove poll").click()
    drop_on_text(thread, tmp_path / "hill.png")
    button(thread, "Undo").click()
    qtbot.waitUntil(lambda: any(one.text() for one in thread.findChildren(QLabel, "mediaProblem")))
    assert thread.extras() == (PostExtras(poll=Poll(("", ""))),)


@pytest.fixture
def drop_on_text() -> Callable[[ThreadView, Path], None]:
    """Gives a picture of this name to the post, as a drop or a paste would."""

    def give(thread: ThreadView, path: Path) -> None:
        image = QImage(8, 8, QImage.Format.Format_RGB32)
        image.fill(QColor("#8F7A64"))
        assert image.save(str(path))
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        thread.current.editor.insertFromMimeData(mime)

    return give


def test_every_control_of_a_poll_has_a_name_and_a_tooltip(thread: ThreadView) -> None:
    thread.show_posts(("When?",), (PostExtras(poll=Poll(("Mon", "Tue", "Wed"))),))
    controls = [*fields(thread), *thread.findChildren(QPushButton)]
    assert len(controls) > 8
    assert all(one.toolTip() for one in controls if one.isVisible())
    assert [field.accessibleName() for field in fields(thread)] == [
        "Answer 1 of the poll",
        "Answer 2 of the poll",
        "Answer 3 of the poll",
    ]
