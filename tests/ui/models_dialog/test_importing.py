"""A person's own model: from a file or folder, chosen or dropped, until it lies ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import monotonic

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.compose.events import Event, Failed, Prepared, Preparing, Stopped
from app.errors import ModelError
from app.importing import Importer
from app.places import Places
from tests.helpers.installed_model import put_model
from tests.helpers.window import button
from tests.ui.models_dialog.parts import (
    buttons,
    card,
    open_dialog,
    said,
    wait_for_words,
)
from ui.application import Twite
from ui.models_dialog.choice import ModelChoice
from ui.models_dialog.desk import ModelsDesk
from ui.models_dialog.dialog import ModelsDialog

MINE = "mine"


class Told:
    """An importer whose events come from the test, on a thread of their own."""

    def __init__(self, _: Path, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event
        self.asked: list[object] = []

    def start(self, source: Path, model_id: str = "", chat_format: str = "") -> None:
        self.asked.append((source, model_id, chat_format))

    def cancel(self) -> None:
        self.asked.append("cancel")

    def close(self) -> None:
        self.asked.append("close")

    def tell(self, event: Event) -> None:
        thread = Thread(target=self._on_event, args=(event,))
        thread.start()
        thread.join()


@pytest.fixture
def told() -> list[Told]:
    return []


@pytest.fixture
def desk(twite: Twite, places: Places, told: list[Told]) -> ModelsDesk:
    """The window's models, with an importer of the test's."""

    def make(folder: Path, on_event: Callable[[Event], None]) -> Told:
        told.append(Told(folder, on_event))
        return told[-1]

    twite.models = ModelsDesk(
        places.models_folder,
        places.settings_file.parent,
        ModelChoice(twite.writer, twite.desk),
        twite.models._jobs,
        twite.window,
        make,
    )
    return twite.models


@pytest.fixture
def shown(desk: ModelsDesk, twite: Twite, qtbot: QtBot) -> ModelsDialog:
    assert desk is twite.models
    return open_dialog(twite, qtbot)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "mine.gguf"
    made.write_bytes(b"GGUF")
    return made


def drop(dialog: ModelsDialog, *paths: Path) -> bool:
    """Drop files onto the dialog; whether it takes them."""
    what = QMimeData()
    what.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, what, button, keys)
    entering.setAccepted(False)
    QApplication.sendEvent(dialog, entering)
    if entering.isAccepted():
        dropping = QDropEvent(QPoint(9, 9), Qt.DropAction.CopyAction, what, button, keys)
        QApplication.sendEvent(dialog, dropping)
    return entering.isAccepted()


def test_a_dropped_file_is_imported(shown: ModelsDialog, told: list[Told], file: Path) -> None:
    assert drop(shown, file)
    assert told[-1].asked == [(file, "", "")]
    assert "Importing mine.gguf" in said(shown.importing)


def test_a_dropped_folder_is_imported(
    shown: ModelsDialog, told: list[Told], tmp_path: Path
) -> None:
    assert drop(shown, tmp_path)
    assert told[-1].asked == [(tmp_path, "", "")]


def test_two_at_once_are_not_taken(shown: ModelsDialog, told: list[Told], file: Path) -> None:
    assert not drop(shown, file, file.parent)
    assert told[-1].asked == []


def test_nothing_is_taken_while_one_is_imported(
    shown: ModelsDialog, told: list[Told], file: Path
) -> None:
    drop(shown, file)
    assert not drop(shown, file)
    assert len(told[-1].asked) == 1


@pytest.mark.parametrize(
    ("entry", "mode"),
    [
        ("A file: GGUF or ONNX", QFileDialog.FileMode.ExistingFile),
        ("A folder: ONNX or checkpoint", QFileDialog.FileMode.Directory),
    ],
)
def test_a_file_or_a_folder_is_chosen_from_the_button(
    shown: ModelsDialog,
    told: list[Told],
    file: Path,
    entry: str,
    mode: QFileDialog.FileMode,
    qtbot: QtBot,
) -> None:
    [menu] = shown.importing.findChildren(QMenu)[:1]
    [action] = [action for action in menu.actions() if action.text() == entry]
    action.trigger()
    [chooser] = shown.findChildren(QFileDialog)
    assert chooser.fileMode() is mode
    with qtbot.waitSignal(shown.importing.chosen):
        chooser.fileSelected.emit(str(file))
    chooser.close()
    assert told[-1].asked == [(file, "", "")]


def test_progress_is_said_with_the_time_left(
    shown: ModelsDialog, told: list[Told], file: Path, qtbot: QtBot
) -> None:
    drop(shown, file)
    told[-1].tell(Preparing("Building the graph", 0.4, 42.0))
    wait_for_words(shown.importing, "Building the graph · about 40 seconds left", qtbot)


def test_an_imported_model_is_listed_and_brought_into_sight(
    shown: ModelsDialog,
    told: list[Told],
    file: Path,
    places: Places,
    repository: dict[str, bytes],
    qtbot: QtBot,
) -> None:
    drop(shown, file)
    put_model(places.models_folder, repository, MINE, "Mine")
    told[-1].tell(Prepared(MINE))
    qtbot.waitUntil(lambda: shown.card(MINE) is not None)
    wait_for_words(card(shown, MINE), "It lies ready.", qtbot)
    assert button(shown.importing, "Import from ▾").isEnabled()


def test_a_cancelled_import_says_that_nothing_was_added(
    shown: ModelsDialog, told: list[Told], file: Path, qtbot: QtBot
) -> None:
    drop(shown, file)
    button(shown.importing, "Cancel").click()
    assert told[-1].asked[-1] == "cancel"
    told[-1].tell(Stopped(0))
    wait_for_words(shown.importing, "Stopped; nothing was added.", qtbot)


def test_a_failed_import_stands_in_its_card(
    shown: ModelsDialog, told: list[Told], file: Path, qtbot: QtBot
) -> None:
    drop(shown, file)
    told[-1].tell(Failed(None, ModelError("mine.gguf is cut off.", "Get it again.")))
    wait_for_words(shown.importing, "mine.gguf is cut off. Get it again.", qtbot)
    assert "Try again" not in buttons(shown.importing)


def test_a_chat_format_that_cannot_be_told_is_asked_for(
    shown: ModelsDialog, told: list[Told], file: Path, qtbot: QtBot
) -> None:
    drop(shown, file)
    error = ModelError("It does not say how it is spoken to.", "Name it with --chat-format.")
    told[-1].tell(Failed(None, error))
    wait_for_words(shown.importing, "Choose its chat format", qtbot)
    assert "--chat-format" not in said(shown.importing)
    button(shown.importing, "Try again").click()
    assert len(told[-1].asked) == 1
    pill = button(shown.importing, "Chat format ▾")
    [choice] = [action for action in pill.menu().actions() if action.text() == "gemma"]
    choice.trigger()
    button(shown.importing, "Try again").click()
    assert told[-1].asked[-1] == (file, "", "gemma")


def test_an_import_goes_on_behind_a_closed_dialog_and_is_told_of(
    desk: ModelsDesk, shown: ModelsDialog, told: list[Told], file: Path, qtbot: QtBot
) -> None:
    drop(shown, file)
    shown.close()
    with qtbot.waitSignal(desk.working) as working:
        told[-1].tell(Preparing("Building the graph", 0.4, None))
    assert working.args == ["Importing mine.gguf: 40%"]
    assert told[-1].asked == [(file, "", "")]


def test_closing_the_window_ends_an_import(
    desk: ModelsDesk, shown: ModelsDialog, told: list[Told], file: Path
) -> None:
    drop(shown, file)
    desk.close(1)
    assert told[-1].asked[-1] == "close"


def test_the_real_importer_refuses_what_is_no_model(
    twite: Twite, dialog: ModelsDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "letter.txt").write_text("no model")
    assert drop(dialog, tmp_path / "letter.txt")
    wait_for_words(dialog.importing, "letter.txt is no model that Twite can read.", qtbot)
    assert not twite.models._import.name


def test_the_real_import_ends_with_the_window_within_a_second(
    twite: Twite, dialog: ModelsDialog, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("no model")
    drop(dialog, tmp_path / "letter.txt")
    importer = twite.models._import._importer
    assert isinstance(importer, Importer)
    assert importer._process is not None
    began = monotonic()
    twite.models.close(1)
    assert monotonic() - began < 1
    assert importer._process.poll() is not None
