"""A disk that fails costs no text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app import logs
from app.drafts.draft import Folder
from app.places import Places
from tests.helpers.window import button, editors, saved_state
from ui.application import Twite
from ui.composer.save_banner import SaveBanner


def _banner(twite: Twite) -> SaveBanner:
    found = twite.composer.findChild(SaveBanner)
    assert isinstance(found, SaveBanner)
    return found


@pytest.fixture
def broken_store(twite: Twite, places: Places, qtbot: QtBot) -> Twite:
    """The folder of the drafts is gone, as with a drive that was pulled."""
    QTest.keyClicks(editors(twite)[0], "Before")
    qtbot.waitUntil(lambda: saved_state(twite) == "Saved")
    folder = places.drafts_file.parent
    folder.rename(folder.with_name("elsewhere"))
    QTest.keyClicks(editors(twite)[0], " and after")
    qtbot.waitUntil(lambda: _banner(twite).isVisible())
    return twite


def test_a_failed_save_says_so_and_keeps_the_text(broken_store: Twite) -> None:
    assert "safe" in _banner(broken_store).sentence
    assert saved_state(broken_store) == "Not saved"
    assert broken_store.composer.posts() == ("Before and after",)


def test_the_text_can_be_copied_from_the_banner(broken_store: Twite) -> None:
    button(_banner(broken_store), "Copy the text").click()
    assert QGuiApplication.clipboard().text() == "Before and after"


def test_trying_again_saves_once_the_disk_is_back(
    broken_store: Twite, places: Places, qtbot: QtBot, in_store
) -> None:
    folder = places.drafts_file.parent
    folder.with_name("elsewhere").rename(folder)
    button(_banner(broken_store), "Try again").click()
    qtbot.waitUntil(lambda: saved_state(broken_store) == "Saved")
    assert not _banner(broken_store).isVisible()
    posts = in_store(lambda store: store.latest(Folder.DRAFTS).posts)
    assert posts == ("Before and after",)


def test_the_window_does_not_close_over_unsaved_text(broken_store: Twite) -> None:
    broken_store.window.close()
    assert broken_store.window.isVisible()
    button(_banner(broken_store), "Close without saving").click()
    assert not broken_store.window.isVisible()


def test_a_bug_is_logged_without_the_text_and_told_calmly(
    twite: Twite, places: Places, qtbot: QtBot
) -> None:
    twite._bugs.take(ValueError("the words of a draft"))
    qtbot.waitUntil(lambda: bool(twite.window.findChildren(QMessageBox)))
    (box,) = twite.window.findChildren(QMessageBox)
    assert "safe" in box.text()
    box.close()
    log = places.log_folder / logs.FILE
    written = log.read_text("utf-8")
    log.unlink()
    assert "ValueError" in written
    assert "words of a draft" not in written


def test_a_damaged_drafts_file_is_put_aside_and_told(
    open_window: Callable[[], Twite], places: Places, qtbot: QtBot
) -> None:
    places.drafts_file.parent.mkdir(parents=True)
    places.drafts_file.write_bytes(b"no database" * 400)
    window = open_window().window
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "damaged" in box.text()
    box.close()
    assert list(places.drafts_file.parent.glob("*damaged*"))
