"""What a test of the models holds in its hands."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from models.library import BUILT_IN
from ui.application import Twite
from ui.models_dialog.dialog import ModelsDialog
from ui.models_dialog.model_card import ModelCard
from ui.models_dialog.offer_card import OfferCard
from ui.status_line import StatusLine

A_WHILE_MS = 20_000
OTHER = "other"


def break_weights(folder: Path) -> None:
    """Cut a model's weights, so that it cannot be loaded."""
    (folder / "model_q4.onnx_data").write_bytes(b"short")


def open_dialog(twite: Twite, qtbot: QtBot) -> ModelsDialog:
    """The dialog on show, with the models listed."""
    twite.models.open()
    dialog = the_dialog(twite)
    qtbot.waitUntil(lambda: dialog.card(BUILT_IN) is not None)
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def the_dialog(twite: Twite) -> ModelsDialog:
    [found] = twite.window.findChildren(ModelsDialog)
    return found


def card(within: ModelsDialog, model_id: str) -> ModelCard:
    found = within.card(model_id)
    assert found
    return found


def offer(within: ModelsDialog, model_id: str) -> OfferCard:
    found = within.offer(model_id)
    assert found
    return found


def said(within: QWidget) -> str:
    """Every sentence on show, joined."""
    labels = [label for label in within.findChildren(QLabel) if label.isVisible()]
    return " | ".join(label.text() for label in labels if label.text())


def wait_for_words(within: QWidget, words: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: words in said(within), timeout=A_WHILE_MS)


def buttons(within: QWidget) -> list[str]:
    """The words of the buttons on show, in order."""
    return [one.text() for one in within.findChildren(QPushButton) if one.isVisible()]


def wait_until_loaded(twite: Twite, name: str, qtbot: QtBot) -> None:
    """Until the status line names the model as loaded."""
    qtbot.waitUntil(lambda: status(twite).startswith(f"{name} · "), timeout=A_WHILE_MS)


def status_line(twite: Twite) -> str:
    """Every sentence of the status line."""
    line = twite.window.findChild(StatusLine)
    assert isinstance(line, StatusLine)
    return said(line)


def status(twite: Twite) -> str:
    """What the status line says of the model."""
    label = status_button(twite).findChild(QLabel)
    assert isinstance(label, QLabel)
    return label.text()


def status_button(twite: Twite) -> QPushButton:
    """The model's name on the status line."""
    [found] = twite.window.findChildren(QPushButton, "statusModel")
    return found
