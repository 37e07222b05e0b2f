"""How fast a model writes here: measured on asking, shown, and ended with the dialog."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from app.places import Places
from models.library import BUILT_IN
from tests.helpers.window import button
from tests.ui.models_dialog.parts import (
    A_WHILE_MS,
    OTHER,
    break_weights,
    buttons,
    card,
    open_dialog,
    said,
    wait_for_words,
)
from ui.application import Twite
from ui.models_dialog.desk import SPEEDS
from ui.models_dialog.dialog import ModelsDialog


def test_a_measured_speed_stands_in_the_card_and_is_kept(
    dialog: ModelsDialog, places: Places, qtbot: QtBot, open_window: Callable[[], Twite]
) -> None:
    button(card(dialog, OTHER), "Measure").click()
    wait_for_words(card(dialog, OTHER), "tokens a second on this computer", qtbot)
    assert (places.settings_file.parent / SPEEDS).exists()
    assert "Measure again" in buttons(card(dialog, OTHER))
    later = open_dialog(open_window(), qtbot)
    assert "tokens a second on this computer" in said(card(later, OTHER))
    assert "Speed not measured" in said(card(later, BUILT_IN))


def test_two_are_not_measured_at_once(dialog: ModelsDialog) -> None:
    button(card(dialog, OTHER), "Measure").click()
    assert not button(card(dialog, BUILT_IN), "Measure").isEnabled()
    assert buttons(card(dialog, OTHER)) == ["Use for this draft", "Always use", "Cancel"]


def test_a_cancelled_measurement_leaves_nothing(
    dialog: ModelsDialog, places: Places, qtbot: QtBot
) -> None:
    button(card(dialog, OTHER), "Measure").click()
    button(card(dialog, OTHER), "Cancel").click()
    qtbot.waitUntil(lambda: "Measure" in buttons(card(dialog, OTHER)), timeout=A_WHILE_MS)
    assert "Speed not measured" in said(card(dialog, OTHER))
    assert not (places.settings_file.parent / SPEEDS).exists()
    assert button(card(dialog, BUILT_IN), "Measure").isEnabled()


def test_closing_the_dialog_ends_a_measurement(
    twite: Twite, dialog: ModelsDialog, qtbot: QtBot
) -> None:
    button(card(dialog, OTHER), "Measure").click()
    with qtbot.waitSignal(twite.models._measurement.stopped, timeout=A_WHILE_MS):
        dialog.close()


def test_a_damaged_model_says_so_in_its_card(
    dialog: ModelsDialog, places: Places, qtbot: QtBot
) -> None:
    break_weights(places.models_folder / OTHER)
    button(card(dialog, OTHER), "Measure").click()
    wait_for_words(card(dialog, OTHER), "model_q4.onnx_data of the model other is cut off", qtbot)
