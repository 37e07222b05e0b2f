"""Which model writes: for one draft, or always; and what happens where it cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app import settings
from app.compose.events import Ready
from app.drafts.draft import Folder
from app.places import Places
from models.library import BUILT_IN
from tests.helpers.window import button, editors
from tests.ui.models_dialog.parts import (
    A_WHILE_MS,
    OTHER,
    break_weights,
    card,
    open_dialog,
    said,
    status,
    status_button,
    the_dialog,
    wait_for_words,
    wait_until_loaded,
)
from ui.application import Twite

CTRL = Qt.KeyboardModifier.ControlModifier


def always(twite: Twite, qtbot: QtBot) -> None:
    """Choose the other model for all drafts."""
    button(card(open_dialog(twite, qtbot), OTHER), "Always use").click()


def for_draft(twite: Twite, qtbot: QtBot) -> None:
    """Choose the other model for the draft on screen."""
    button(card(open_dialog(twite, qtbot), OTHER), "Use for this draft").click()


def new_draft(twite: Twite, qtbot: QtBot) -> None:
    with qtbot.waitSignal(twite.desk.shown):
        twite.desk.new()


def test_the_built_in_model_writes_unless_told(twite: Twite, qtbot: QtBot) -> None:
    wait_until_loaded(twite, "Small", qtbot)
    assert twite.choice.current == BUILT_IN


def test_a_chosen_model_is_loaded_and_says_so(twite: Twite, qtbot: QtBot) -> None:
    wait_until_loaded(twite, "Small", qtbot)
    always(twite, qtbot)
    assert status(twite) == "Loading Other"
    wait_until_loaded(twite, "Other", qtbot)
    assert "Writes your drafts" in said(card(the_dialog(twite), OTHER))


def test_the_model_for_all_drafts_is_there_after_a_restart(
    open_window: Callable[[], Twite], qtbot: QtBot, places: Places
) -> None:
    first = open_window()
    always(first, qtbot)
    first.window.close()
    qtbot.waitUntil(lambda: not first.window.isVisible())
    assert settings.load(places.settings_file).settings.model == OTHER
    wait_until_loaded(open_window(), "Other", qtbot)


def test_the_model_of_one_draft_comes_and_goes_with_it(twite: Twite, qtbot: QtBot) -> None:
    for_draft(twite, qtbot)
    draft = twite.desk.draft_id
    wait_until_loaded(twite, "Other", qtbot)
    assert "Writes this draft" in said(card(the_dialog(twite), OTHER))
    new_draft(twite, qtbot)
    wait_until_loaded(twite, "Small", qtbot)
    twite.desk.open(draft)
    wait_until_loaded(twite, "Other", qtbot)


def test_the_model_of_one_draft_is_not_that_of_all(twite: Twite, qtbot: QtBot) -> None:
    for_draft(twite, qtbot)
    assert (twite.choice.current, twite.choice.always) == (OTHER, BUILT_IN)


def test_a_new_draft_keeps_the_model_that_was_chosen_for_it(
    twite: Twite, qtbot: QtBot, in_store: Callable[..., object]
) -> None:
    new_draft(twite, qtbot)
    for_draft(twite, qtbot)
    qtbot.waitUntil(lambda: twite.choice.current == OTHER)
    QTest.keyClicks(editors(twite)[0], "Mine")
    new_draft(twite, qtbot)
    assert twite.choice.current == BUILT_IN
    [mine, _] = in_store(lambda store: store.summaries(Folder.DRAFTS, ""))
    twite.desk.open(mine.id)
    qtbot.waitUntil(lambda: twite.choice.current == OTHER)


def test_always_counts_for_the_draft_on_screen_too(twite: Twite, qtbot: QtBot) -> None:
    for_draft(twite, qtbot)
    button(card(the_dialog(twite), BUILT_IN), "Use for this draft").click()
    always(twite, qtbot)
    assert (twite.choice.current, twite.choice.always) == (OTHER, OTHER)


def test_a_model_that_cannot_be_loaded_gives_way_with_the_reason(
    twite: Twite, qtbot: QtBot, places: Places
) -> None:
    break_weights(places.models_folder / OTHER)
    wait_until_loaded(twite, "Small", qtbot)
    QTest.keyClicks(editors(twite)[0], "My own words")
    always(twite, qtbot)
    wait_for_words(card(the_dialog(twite), OTHER), "cut off", qtbot)
    assert "The built-in model writes instead" in said(card(the_dialog(twite), OTHER))
    wait_until_loaded(twite, "Small", qtbot)
    assert (twite.choice.always, twite.choice.current) == (BUILT_IN, BUILT_IN)
    assert editors(twite)[0].text() == "My own words"


def test_a_model_that_is_gone_at_the_start_gives_way_with_a_box(
    open_window: Callable[[], Twite], qtbot: QtBot, places: Places
) -> None:
    settings.save(places.settings_file, settings.Settings(model="gone"))
    twite = open_window()
    qtbot.waitUntil(lambda: bool(twite.window.findChildren(QMessageBox)), timeout=A_WHILE_MS)
    [box] = twite.window.findChildren(QMessageBox)
    assert "The model gone is not on this computer." in box.text()
    box.close()
    wait_until_loaded(twite, "Small", qtbot)


def test_a_model_that_failed_is_not_tried_again_with_every_draft(
    open_window: Callable[[], Twite], qtbot: QtBot, places: Places
) -> None:
    break_weights(places.models_folder / BUILT_IN)
    twite = open_window()
    qtbot.waitUntil(lambda: status(twite) == "No model ready", timeout=A_WHILE_MS)
    with qtbot.assertNotEmitted(twite.writer.loading):
        new_draft(twite, qtbot)
    always(twite, qtbot)
    wait_until_loaded(twite, "Other", qtbot)


def test_a_run_is_stopped_by_the_choice_and_the_next_one_works(twite: Twite, qtbot: QtBot) -> None:
    wait_until_loaded(twite, "Small", qtbot)
    QTest.keyClick(editors(twite)[0], Qt.Key.Key_Return, CTRL)
    with qtbot.waitSignal(twite.writer.stopped):
        twite.choice.use_always(OTHER)
    loaded: list[Ready] = []
    twite.writer.ready.connect(loaded.append)
    with qtbot.waitSignal(twite.writer.finished, timeout=A_WHILE_MS):
        QTest.keyClick(editors(twite)[0], Qt.Key.Key_Return, CTRL)
    assert [event.model_id for event in loaded] == [OTHER]


def test_the_last_of_several_choices_counts(twite: Twite, qtbot: QtBot) -> None:
    for model_id in (OTHER, BUILT_IN, OTHER):
        twite.choice.use_always(model_id)
    wait_until_loaded(twite, "Other", qtbot)
    told: list[object] = []
    twite.writer.ready.connect(told.append)
    qtbot.wait(50)
    assert told == []


def test_ctrl_m_and_the_models_name_show_the_models(twite: Twite, qtbot: QtBot) -> None:
    QTest.keyClick(twite.window, Qt.Key.Key_M, CTRL)
    dialog = the_dialog(twite)
    qtbot.waitUntil(dialog.isVisible)
    dialog.close()
    QTest.mouseClick(status_button(twite), Qt.MouseButton.LeftButton)
    assert dialog.isVisible()


@pytest.mark.parametrize("value", ["7", "null", '["other"]'])
def test_a_setting_that_names_no_model_means_the_built_in_one(places: Places, value: str) -> None:
    places.settings_file.parent.mkdir(parents=True)
    places.settings_file.write_text(f'{{"model": {value}}}', "utf-8")
    assert settings.load(places.settings_file).settings.model == BUILT_IN
