"""Finding one's way in the assistant's panel."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ui.assistant.card import Card
from ui.assistant.card_column import CardColumn
from ui.assistant.draft_text import DraftText
from ui.assistant.keyed_button import KeyedButton
from ui.assistant.notes_editor import NotesEditor
from ui.assistant.panel import AssistantPanel


def column(panel: AssistantPanel) -> CardColumn:
    found = panel.findChild(CardColumn)
    assert isinstance(found, CardColumn)
    return found


def cards(panel: AssistantPanel) -> tuple[Card, ...]:
    return column(panel).cards


def texts(panel: AssistantPanel) -> list[str]:
    """The words on the cards, from the top."""
    found = [card.findChild(DraftText) for card in cards(panel)]
    return [text.toPlainText() for text in found if isinstance(text, DraftText)]


def editor(panel: AssistantPanel) -> NotesEditor:
    found = panel.findChild(NotesEditor)
    assert isinstance(found, NotesEditor)
    return found


def main_button(panel: AssistantPanel) -> KeyedButton:
    """The button that writes and stops."""
    return panel.findChildren(KeyedButton)[0]


def said(widget: QWidget) -> str:
    """Every sentence on show, joined."""
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible()]
    return " | ".join(label.text() for label in labels if label.text())
