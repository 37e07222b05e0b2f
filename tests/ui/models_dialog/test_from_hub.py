"""A checkpoint named in the dialog is fetched from the Hub and imported."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.places import Places
from models.library import Library
from tests.helpers.hub_here import use_hub
from tests.helpers.hub_server import Fault, HubServer
from tests.helpers.tiny_checkpoint import checkpoint_files
from tests.helpers.window import button
from tests.ui.models_dialog.parts import (
    A_WHILE_MS,
    buttons,
    card,
    status_line,
    wait_for_words,
)
from ui.application import Twite
from ui.models_dialog.dialog import ModelsDialog

NAME = "someone/Tiny-1M"
WEIGHTS = "model.safetensors"


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return checkpoint_files(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture
def hub(checkpoint: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer(NAME, checkpoint) as server:
        use_hub(server.url, monkeypatch)
        yield server


def field(dialog: ModelsDialog) -> QLineEdit:
    [found] = dialog.importing.findChildren(QLineEdit)
    return found


def open_field(dialog: ModelsDialog) -> None:
    menu = button(dialog.importing, "Import from ▾").menu()
    assert isinstance(menu, QMenu)
    [entry] = [one for one in menu.actions() if one.text().startswith("The Hugging Face Hub")]
    entry.trigger()


def name(dialog: ModelsDialog, written: str, qtbot: QtBot) -> None:
    """Write a name, and press Enter."""
    open_field(dialog)
    qtbot.keyClicks(field(dialog), written)
    qtbot.keyClick(field(dialog), Qt.Key.Key_Return)


def name_and_hold(dialog: ModelsDialog, hub: HubServer, qtbot: QtBot) -> None:
    """A download that waits for the Hub in the middle of the weights."""
    hub.fault(WEIGHTS, Fault(cut=4000, hold=True))
    name(dialog, NAME, qtbot)
    qtbot.waitUntil(hub.held.is_set, timeout=A_WHILE_MS)


def test_the_field_comes_up_when_the_hub_is_chosen(dialog: ModelsDialog, qtbot: QtBot) -> None:
    assert not field(dialog).isVisible()
    open_field(dialog)
    qtbot.waitUntil(field(dialog).hasFocus)


def test_escape_puts_the_field_away_and_the_keyboard_back(
    dialog: ModelsDialog, qtbot: QtBot
) -> None:
    open_field(dialog)
    qtbot.keyClick(field(dialog), Qt.Key.Key_Escape)
    assert not field(dialog).isVisible()
    assert dialog.isVisible()
    qtbot.waitUntil(button(dialog.importing, "Import from ▾").hasFocus)


def test_the_tab_key_goes_from_the_name_to_its_button(dialog: ModelsDialog, qtbot: QtBot) -> None:
    open_field(dialog)
    qtbot.keyClicks(field(dialog), NAME)
    qtbot.keyClick(field(dialog), Qt.Key.Key_Tab)
    qtbot.waitUntil(button(dialog.importing, "Fetch and import").hasFocus)


def test_enter_pressed_twice_fetches_once(
    dialog: ModelsDialog, hub: HubServer, qtbot: QtBot
) -> None:
    hub.fault(WEIGHTS, Fault(cut=4000, hold=True))
    name(dialog, NAME, qtbot)
    qtbot.keyClick(field(dialog), Qt.Key.Key_Return)
    wait_for_words(dialog.importing, "Downloading: ", qtbot)
    assert len([one for one in hub.sent if one[0] == "revision"]) == 1


def test_nothing_can_be_fetched_without_a_name(dialog: ModelsDialog) -> None:
    open_field(dialog)
    assert not button(dialog.importing, "Fetch and import").isEnabled()


@pytest.mark.usefixtures("hub")
def test_a_named_checkpoint_lies_ready(dialog: ModelsDialog, qtbot: QtBot) -> None:
    name(dialog, NAME, qtbot)
    qtbot.waitUntil(lambda: dialog.card("tiny-1m") is not None, timeout=3 * A_WHILE_MS)
    wait_for_words(card(dialog, "tiny-1m"), "It lies ready.", qtbot)


def test_bytes_are_told_of_while_they_arrive_and_so_is_the_hub(
    dialog: ModelsDialog, hub: HubServer, twite: Twite, qtbot: QtBot
) -> None:
    hub.fault(WEIGHTS, Fault(cut=4000, hold=True))
    name(dialog, NAME, qtbot)
    wait_for_words(dialog.importing, "Downloading: ", qtbot)
    assert "Talking to Hugging Face" in status_line(twite)
    button(dialog.importing, "Cancel").click()
    wait_for_words(dialog.importing, "Stopped; nothing was added.", qtbot)
    assert "Talking to Hugging Face" not in status_line(twite)


def test_what_is_kept_of_a_stopped_download_is_told_of_and_can_be_discarded(
    dialog: ModelsDialog, hub: HubServer, places: Places, qtbot: QtBot
) -> None:
    name_and_hold(dialog, hub, qtbot)
    button(dialog.importing, "Cancel").click()
    wait_for_words(dialog.importing, "of it are kept for the next time.", qtbot)
    button(dialog.importing, "Discard").click()
    library = Library(places.models_folder)
    qtbot.waitUntil(lambda: library.unfinished_ids() == (), timeout=A_WHILE_MS)
    assert "Discard" not in buttons(dialog.importing)


def test_what_is_no_name_is_told_of_and_can_be_mended(dialog: ModelsDialog, qtbot: QtBot) -> None:
    name(dialog, "Tiny-1M", qtbot)
    wait_for_words(dialog.importing, "Write it as its page has it: owner/name.", qtbot)
    assert field(dialog).text() == "Tiny-1M"
    assert not field(dialog).isReadOnly()
    assert field(dialog).hasFocus()


def test_a_chat_format_that_is_chosen_is_tried_with_the_same_name(
    dialog: ModelsDialog, hub: HubServer, qtbot: QtBot
) -> None:
    hub.files["tokenizer_config.json"] = b'{"chat_template": "A way of its own: {{ messages }}"}'
    name(dialog, NAME, qtbot)
    wait_for_words(dialog.importing, "Choose its chat format", qtbot)
    pill = button(dialog.importing, "Chat format ▾")
    [choice] = [one for one in pill.menu().actions() if one.text() == "chatml"]
    choice.trigger()
    assert "Try again" in buttons(dialog.importing)
    button(dialog.importing, "Try again").click()
    qtbot.waitUntil(lambda: dialog.card("tiny-1m") is not None, timeout=3 * A_WHILE_MS)


def test_closing_the_window_ends_a_download(
    dialog: ModelsDialog, hub: HubServer, twite: Twite, qtbot: QtBot
) -> None:
    name_and_hold(dialog, hub, qtbot)
    twite.models.close(2)
    thread = twite.models._import._hub_importer._thread
    assert thread
    assert not thread.is_alive()
