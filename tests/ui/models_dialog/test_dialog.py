"""What the dialog says of each model, and that the keyboard alone suffices in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.places import Places
from app.settings import ThemeChoice
from models.catalog import read_catalog
from models.library import BUILT_IN
from tests.helpers.window import accessible_tree, button, editors
from tests.ui.models_dialog.conftest import MODEL
from tests.ui.models_dialog.parts import (
    OTHER,
    break_weights,
    buttons,
    card,
    offer,
    open_dialog,
    said,
    wait_for_words,
    wait_until_loaded,
)
from ui.application import Twite
from ui.models_dialog import wording
from ui.models_dialog.dialog import ModelsDialog
from ui.models_dialog.import_card import ImportCard
from ui.models_dialog.model_card import ModelCard

NAMED = {
    QAccessible.Role.PushButton,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.ProgressBar,
    QAccessible.Role.EditableText,
    QAccessible.Role.ComboBox,
}


def test_a_model_on_this_computer_says_what_it_takes(dialog: ModelsDialog) -> None:
    words = said(card(dialog, OTHER))
    for fact in ("Other", "on disk", "700 MB of memory", "Apache-2.0", "4-bit", "not measured"):
        assert fact in words


def test_what_rounding_cost_is_said_in_words(dialog: ModelsDialog) -> None:
    assert "rounding cost next to nothing (0.005 nats a token)" in said(card(dialog, BUILT_IN))
    assert "what rounding cost was not measured" in said(card(dialog, OTHER))


def test_a_model_to_be_had_says_what_it_takes(dialog: ModelsDialog) -> None:
    words = said(offer(dialog, MODEL.id))
    for fact in (MODEL.name, MODEL.purpose, "795 MB to download", "1.5 GB of memory", "Apache-2.0"):
        assert fact in words


def test_all_of_the_catalog_can_be_installed(dialog: ModelsDialog) -> None:
    assert all(dialog.offer(model.id) for model in read_catalog())


def test_the_built_in_model_stands_first_and_stays(dialog: ModelsDialog) -> None:
    [first, _] = dialog.findChildren(ModelCard)
    assert first is card(dialog, BUILT_IN)
    assert "Remove" not in buttons(first)


def test_only_what_is_not_in_force_can_be_chosen(dialog: ModelsDialog) -> None:
    assert buttons(card(dialog, BUILT_IN)) == ["Measure", "Verify"]
    assert buttons(card(dialog, OTHER))[:2] == ["Use for this draft", "Always use"]


def test_the_text_can_be_written_on_beside_it(twite: Twite, dialog: ModelsDialog) -> None:
    assert not dialog.isModal()
    twite.window.activateWindow()
    QTest.keyClicks(editors(twite)[0], "still here")
    assert editors(twite)[0].text() == "still here"


def test_every_control_has_a_name_of_its_own(dialog: ModelsDialog) -> None:
    card(dialog, OTHER).show_work("Measuring its speed", can_cancel=True)
    offer(dialog, MODEL.id).show_progress(None)
    controls = [
        found
        for found in accessible_tree(QAccessible.queryAccessibleInterface(dialog))
        if found.role() in NAMED and not found.state().invisible
    ]
    names = [found.text(QAccessible.Text.Name) for found in controls]
    assert len(names) > 15
    assert all(names)
    assert len(names) == len({*names})


def test_every_button_has_a_tool_tip(dialog: ModelsDialog) -> None:
    found = dialog.findChildren(QPushButton)
    assert [one.text() for one in found if not one.toolTip()] == []


def stops(dialog: QWidget, first: QWidget) -> list[QWidget]:
    """Where the tab key goes, from a control round to it again."""
    first.setFocus()
    found = [first]
    while True:
        QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        stop = QApplication.focusWidget()
        if stop is None or stop in found:
            return found
        found.append(stop)


def test_the_tab_key_goes_from_the_top_to_the_end(dialog: ModelsDialog) -> None:
    around = stops(dialog, button(card(dialog, BUILT_IN), "Measure"))
    page = dialog.findChild(QWidget, "modelsPage")
    heights = [stop.mapTo(page, QPoint()).y() // 8 for stop in around]
    assert len(around) == len([one for one in dialog.findChildren(QPushButton) if one.isVisible()])
    assert heights == sorted(heights)


def test_the_tab_key_brings_what_it_reaches_into_sight(dialog: ModelsDialog) -> None:
    last = stops(dialog, button(card(dialog, BUILT_IN), "Measure"))[-1]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert last.hasFocus()
    assert not last.visibleRegion().isEmpty()


def test_the_keyboard_is_in_the_first_card_at_once(dialog: ModelsDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: card(dialog, BUILT_IN).isAncestorOf(QApplication.focusWidget()))


def test_a_model_is_chosen_by_keyboard_alone(twite: Twite, dialog: ModelsDialog) -> None:
    while (at := QApplication.focusWidget()) is None or at.accessibleName() != "Always use: Other":
        QTest.keyClick(at or dialog, Qt.Key.Key_Tab)
    QTest.keyClick(at, Qt.Key.Key_Space)
    assert twite.choice.always == OTHER
    assert card(dialog, OTHER).isAncestorOf(QApplication.focusWidget())


def test_escape_closes_it(dialog: ModelsDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_whole_model_is_verified(dialog: ModelsDialog, qtbot: QtBot) -> None:
    button(card(dialog, OTHER), "Verify").click()
    wait_for_words(card(dialog, OTHER), "All 3 files are as they were installed.", qtbot)


def test_a_damaged_model_says_what_to_do_in_its_card(
    dialog: ModelsDialog, places: Places, qtbot: QtBot
) -> None:
    break_weights(places.models_folder / OTHER)
    button(card(dialog, OTHER), "Verify").click()
    wait_for_words(card(dialog, OTHER), "is cut off. Remove it and install it again", qtbot)
    assert "twite models" not in said(card(dialog, OTHER))


def test_removing_is_asked_first_and_escape_keeps_the_model(
    dialog: ModelsDialog, places: Places
) -> None:
    button(card(dialog, OTHER), "Remove").click()
    assert "Remove it, and free" in said(card(dialog, OTHER))
    keep = QApplication.focusWidget()
    assert isinstance(keep, QPushButton)
    assert keep.text() == "Keep"
    QTest.keyClick(keep, Qt.Key.Key_Escape)
    assert "Remove it, and free" not in said(card(dialog, OTHER))
    assert dialog.isVisible()
    assert (places.models_folder / OTHER).exists()


def remove(within: ModelsDialog) -> None:
    """Ask for the other model's end, and say yes."""
    button(card(within, OTHER), "Remove").click()
    [confirm] = [
        one
        for one in card(within, OTHER).findChildren(QPushButton)
        if one.accessibleName() == "Remove for good: Other"
    ]
    confirm.click()


def test_a_removed_model_is_gone_and_the_keyboard_in_another_card(
    dialog: ModelsDialog, places: Places, qtbot: QtBot
) -> None:
    remove(dialog)
    qtbot.waitUntil(lambda: dialog.card(OTHER) is None)
    assert not (places.models_folder / OTHER).exists()
    assert card(dialog, BUILT_IN).isAncestorOf(QApplication.focusWidget())


def test_a_model_in_use_makes_room_for_the_built_in_one_before_it_goes(
    twite: Twite, qtbot: QtBot, places: Places
) -> None:
    twite.choice.use_always(OTHER)
    wait_until_loaded(twite, "Other", qtbot)
    shown = open_dialog(twite, qtbot)
    remove(shown)
    qtbot.waitUntil(lambda: shown.card(OTHER) is None)
    wait_until_loaded(twite, "Small", qtbot)
    assert (twite.choice.always, twite.choice.current) == (BUILT_IN, BUILT_IN)
    assert not (places.models_folder / OTHER).exists()


def test_without_the_export_extra_it_is_said_how_to_get_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.model_shelf._CONVERTERS", ("optimum", "nothing_of_this_name"))
    found = ImportCard()
    qtbot.addWidget(found)
    found.show()
    assert 'pip install "twite[export]"' in said(found)


def test_with_the_export_extra_nothing_is_said_of_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.model_shelf._CONVERTERS", ("json", "tomllib"))
    found = ImportCard()
    qtbot.addWidget(found)
    found.show()
    assert wording.EXPORT_EXTRA not in said(found)


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.CONTRAST])
def test_its_ground_follows_the_theme(
    twite: Twite, dialog: ModelsDialog, choice: ThemeChoice
) -> None:
    twite.theme.choose(choice)
    ground = dialog.grab().toImage().pixelColor(4, 4)
    assert ground.name().upper() == twite.theme.colours.paper


def test_nothing_is_cut_off_at_its_width(dialog: ModelsDialog) -> None:
    page = dialog.findChild(QWidget, "modelsPage")
    assert isinstance(page, QWidget)
    assert page.minimumSizeHint().width() <= dialog.width()
    bars = [bar for bar in page.findChildren(QProgressBar) if bar.isVisible()]
    assert bars == []
    for label in page.findChildren(QLabel):
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width())
