"""What a card says of its draft."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.helpers.silent_bridge import variant
from ui.assistant.card import Card
from ui.theme import Theme


@pytest.fixture
def card(theme: Theme, qtbot: QtBot) -> Card:
    card = Card(theme, 2)
    qtbot.addWidget(card)
    card.begin(last=True)
    return card


def toned(card: Card) -> dict[str, str]:
    """The words of the footer, each with its tone."""
    return {
        label.text(): label.property("tone") for label in card.findChildren(QLabel) if label.text()
    }


def test_says_its_length_and_that_every_fact_is_kept(card: Card) -> None:
    card.settle(variant("Text.", length=116))
    assert toned(card) == {"116": "", "5 of 5 facts": "good", "nothing added": ""}


def test_a_lost_fact_is_not_praised(card: Card) -> None:
    card.settle(variant("Text.", 4, length=87))
    assert toned(card)["4 of 5 facts"] == ""


def test_warns_of_what_the_draft_adds(card: Card) -> None:
    card.settle(variant("Text.", added=("1,200", "riders")))
    assert toned(card)["adds: 1,200, riders"] == "warning"


def test_notes_without_facts_promise_none(card: Card) -> None:
    card.settle(variant("Text.", kept=0, total=0))
    assert list(toned(card)) == ["5", "nothing added"]


def test_is_read_out_with_its_text_and_its_facts(card: Card) -> None:
    card.settle(variant("The vote is on.", 1, 1))
    assert card.accessibleName() == "Draft 2: The vote is on."
    assert card.accessibleDescription() == "length 15, 1 of 1 fact, nothing added"


def test_grows_with_its_text(card: Card) -> None:
    card.write("One line.")
    one = card.wanted_height(351)
    card.write("One line. " * 12)
    assert card.wanted_height(351) >= one + 40
