"""A model comes from the Hub through the dialog: progress, cancel, going on, and the end."""

from __future__ import annotations

from time import monotonic

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.places import Places
from models.library import Library
from tests.helpers.hub_server import Fault, HubServer
from tests.helpers.window import button
from tests.ui.models_dialog.conftest import MODEL
from tests.ui.models_dialog.parts import (
    A_WHILE_MS,
    buttons,
    card,
    offer,
    open_dialog,
    said,
    status_line,
    wait_for_words,
    wait_until_loaded,
)
from ui.application import Twite
from ui.models_dialog.dialog import ModelsDialog
from ui.status_line import StatusLine

WEIGHTS = "model_q4.onnx_data"
GATED = Fault(status=401, headers={"X-Error-Code": "GatedRepo"})


def hold(hub: HubServer) -> None:
    """Have the Hub stop in the middle of the weights."""
    hub.fault(WEIGHTS, Fault(cut=4000, hold=True))


def install(dialog: ModelsDialog) -> None:
    button(offer(dialog, MODEL.id), "Install").click()


def install_and_hold(dialog: ModelsDialog, hub: HubServer, qtbot: QtBot) -> None:
    """A download that waits for the Hub."""
    hold(hub)
    install(dialog)
    qtbot.waitUntil(hub.held.is_set, timeout=A_WHILE_MS)
    wait_for_words(offer(dialog, MODEL.id), "Downloading", qtbot)


@pytest.mark.usefixtures("hub")
def test_an_installed_model_moves_up_and_can_be_used(
    twite: Twite, dialog: ModelsDialog, qtbot: QtBot
) -> None:
    install(dialog)
    qtbot.waitUntil(lambda: dialog.card(MODEL.id) is not None, timeout=A_WHILE_MS)
    assert dialog.offer(MODEL.id) is None
    wait_for_words(card(dialog, MODEL.id), "It lies ready.", qtbot)
    button(card(dialog, MODEL.id), "Use for this draft").click()
    wait_until_loaded(twite, MODEL.name, qtbot)


@pytest.mark.usefixtures("hub")
def test_the_keyboard_goes_along_with_the_model(dialog: ModelsDialog, qtbot: QtBot) -> None:
    button(offer(dialog, MODEL.id), "Install").setFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.card(MODEL.id) is not None, timeout=A_WHILE_MS)
    assert card(dialog, MODEL.id).isAncestorOf(QApplication.focusWidget())


def test_progress_is_said_in_bytes(dialog: ModelsDialog, hub: HubServer, qtbot: QtBot) -> None:
    install_and_hold(dialog, hub, qtbot)
    wait_for_words(offer(dialog, MODEL.id), " of ", qtbot)
    assert "kB" in said(offer(dialog, MODEL.id))
    assert buttons(offer(dialog, MODEL.id)) == ["Cancel"]


def test_only_one_download_at_a_time(dialog: ModelsDialog, hub: HubServer, qtbot: QtBot) -> None:
    install_and_hold(dialog, hub, qtbot)
    others = [one for one in dialog.findChildren(QPushButton) if one.text() == "Install"]
    assert not any(one.isEnabled() for one in others if one.isVisible())


def test_while_it_downloads_the_status_line_does_not_say_offline(
    twite: Twite, dialog: ModelsDialog, hub: HubServer, qtbot: QtBot
) -> None:
    install_and_hold(dialog, hub, qtbot)
    assert "Talking to Hugging Face, as you asked" in status_line(twite)
    button(offer(dialog, MODEL.id), "Cancel").click()
    qtbot.waitUntil(lambda: "Offline: nothing leaves" in status_line(twite))


def test_a_cancelled_download_is_kept_and_goes_on(
    dialog: ModelsDialog, hub: HubServer, qtbot: QtBot
) -> None:
    install_and_hold(dialog, hub, qtbot)
    button(offer(dialog, MODEL.id), "Cancel").click()
    wait_for_words(offer(dialog, MODEL.id), "What has come is kept", qtbot)
    assert "of it are here" in said(offer(dialog, MODEL.id))
    button(offer(dialog, MODEL.id), "Go on").click()
    qtbot.waitUntil(lambda: dialog.card(MODEL.id) is not None, timeout=A_WHILE_MS)
    assert hub.sent[-1] == (WEIGHTS, "bytes=4000-")


def test_what_is_kept_can_be_discarded(
    dialog: ModelsDialog, hub: HubServer, places: Places, qtbot: QtBot
) -> None:
    install_and_hold(dialog, hub, qtbot)
    button(offer(dialog, MODEL.id), "Cancel").click()
    wait_for_words(offer(dialog, MODEL.id), "of it are here", qtbot)
    button(offer(dialog, MODEL.id), "Discard").click()
    qtbot.waitUntil(lambda: "of it are here" not in said(offer(dialog, MODEL.id)))
    assert not Library(places.models_folder).unfinished(MODEL.id).exists()
    assert "Install" in buttons(offer(dialog, MODEL.id))


def test_a_refusal_stands_in_the_card(dialog: ModelsDialog, hub: HubServer, qtbot: QtBot) -> None:
    hub.fault("revision", GATED)
    install(dialog)
    wait_for_words(offer(dialog, MODEL.id), "those who accept their terms", qtbot)
    assert button(offer(dialog, MODEL.id), "Install").isEnabled()


def test_a_closed_dialog_does_not_stop_a_download(
    twite: Twite, dialog: ModelsDialog, hub: HubServer, qtbot: QtBot
) -> None:
    install_and_hold(dialog, hub, qtbot)
    dialog.close()
    qtbot.waitUntil(lambda: f"Installing {MODEL.name}: " in status_line(twite))
    open_dialog(twite, qtbot)
    with qtbot.waitCallback() as listed:
        twite.models.refresh(listed)
    assert buttons(offer(dialog, MODEL.id)) == ["Cancel"]


def test_a_failure_behind_a_closed_dialog_is_told_in_a_box(
    twite: Twite, dialog: ModelsDialog, hub: HubServer, qtbot: QtBot
) -> None:
    hub.fault("revision", GATED)
    install(dialog)
    dialog.close()
    qtbot.waitUntil(lambda: bool(twite.window.findChildren(QMessageBox)), timeout=A_WHILE_MS)
    [box] = twite.window.findChildren(QMessageBox)
    assert "those who accept their terms" in box.text()
    box.close()


def test_closing_the_window_ends_a_download_within_a_second_and_keeps_what_came(
    twite: Twite, dialog: ModelsDialog, hub: HubServer, places: Places, qtbot: QtBot
) -> None:
    wait_until_loaded(twite, "Small", qtbot)
    install_and_hold(dialog, hub, qtbot)
    began = monotonic()
    twite.models.close(0.9)
    assert monotonic() - began < 1
    kept = Library(places.models_folder).unfinished(MODEL.id)
    assert 4000 in [part.stat().st_size for part in kept.iterdir()]
    assert twite.models._download._running is not None
    assert twite.models._download._running.done()


@pytest.mark.parametrize("size", [(760, 480), (1320, 820)])
def test_the_status_line_fits_while_it_tells_of_a_download(
    twite: Twite, dialog: ModelsDialog, hub: HubServer, qtbot: QtBot, size: tuple[int, int]
) -> None:
    wait_until_loaded(twite, "Small", qtbot)
    install_and_hold(dialog, hub, qtbot)
    twite.window.resize(*size)
    qtbot.waitUntil(lambda: twite.window.width() == size[0])
    line = twite.window.findChild(StatusLine)
    assert isinstance(line, StatusLine)
    for label in line.findChildren(QLabel):
        if label.isVisible():
            assert label.width() >= label.minimumSizeHint().width()
