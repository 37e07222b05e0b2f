"""The free door: X's own page, opened in the browser with exactly the text on screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.compose.brief import SAMPLE_NOTES
from app.drafts.draft import Folder
from app.posting.browser import intent_url
from tests.helpers.window import button, editors, saved_state
from ui.application import Twite
from ui.composer.post_question import PostQuestion
from ui.shortcuts import Name

TEXT = "The council votes on 3 February 🙂 & the meeting is public."


class Browser(QObject):
    """Takes what would be opened in the person's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser()
    QDesktopServices.setUrlHandler("https", browser, "take")
    yield browser
    QDesktopServices.unsetUrlHandler("https")


def question(twite: Twite) -> PostQuestion:
    [found] = twite.composer.findChildren(PostQuestion)
    return found


def post(twite: Twite) -> None:
    twite.actions[Name.POST_IN_BROWSER].trigger()


def test_the_browser_gets_exactly_the_text_on_screen(twite: Twite, browser: Browser) -> None:
    editors(twite)[0].replace_text(TEXT)
    post(twite)
    assert [QUrl(url) for url in browser.opened] == [QUrl(intent_url(TEXT))]
    assert question(twite).sentence.startswith("X's page is open in your browser")


def test_one_click_opens_one_page(twite: Twite, browser: Browser) -> None:
    editors(twite)[0].replace_text(TEXT)
    post(twite)
    button(question(twite), "Not yet").click()
    assert len(browser.opened) == 1
    assert question(twite).sentence == ""


def test_a_claim_to_confirm_takes_a_second_choice(
    twite: Twite, browser: Browser, qtbot: QtBot
) -> None:
    twite.assistant.set_notes(SAMPLE_NOTES)
    QTest.keyClicks(editors(twite)[0], "Some 1,200 riders use it.")
    qtbot.waitUntil(lambda: bool(editors(twite)[0].pending))
    post(twite)
    assert browser.opened == []
    button(question(twite), "Open all the same").click()
    assert len(browser.opened) == 1


def test_a_thread_is_told_to_be_copied(twite: Twite, browser: Browser) -> None:
    editors(twite)[0].replace_text("One")
    twite.composer.add_post()
    editors(twite)[1].replace_text("Two")
    post(twite)
    assert browser.opened == []
    assert "one post at a time" in question(twite).sentence


def test_a_post_that_is_too_long_says_by_how_much(twite: Twite, browser: Browser) -> None:
    editors(twite)[0].replace_text("a" * 290)
    post(twite)
    assert question(twite).sentence == "The post is 10 over the limit."
    assert browser.opened == []


def test_an_empty_draft_opens_nothing(twite: Twite, browser: Browser) -> None:
    post(twite)
    assert browser.opened == []
    assert question(twite).sentence == ""


def test_what_is_posted_moves_to_posted(
    twite: Twite, browser: Browser, qtbot: QtBot, in_store
) -> None:
    editors(twite)[0].replace_text(TEXT)
    qtbot.waitUntil(lambda: saved_state(twite) == "Saved")
    id = twite.desk.draft_id
    post(twite)
    button(question(twite), "It is posted").click()
    qtbot.waitUntil(lambda: in_store(lambda store: store.get(id).folder) is Folder.POSTED)
    assert in_store(lambda store: store.get(id).posts) == (TEXT,)
    assert len(browser.opened) == 1


def test_without_a_browser_the_text_is_on_the_clipboard(
    twite: Twite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    editors(twite)[0].replace_text(TEXT)
    post(twite)
    assert QGuiApplication.clipboard().text() == TEXT
    assert question(twite).sentence.startswith("No browser could be opened.")


def test_another_draft_brings_no_question_along(twite: Twite, browser: Browser) -> None:
    editors(twite)[0].replace_text(TEXT)
    post(twite)
    twite.actions[Name.NEW_DRAFT].trigger()
    QApplication.processEvents()
    assert len(browser.opened) == 1
