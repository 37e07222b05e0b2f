"""Small text can be read in every theme."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from ui.assistant.keyed_button import KEYS_OPACITY
from ui.theme import CONTRAST, DARK, LIGHT, Colours

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK, CONTRAST])
LEAST = 4.5
PAIRS = [
    ("second", "panel"),
    ("second", "card"),
    ("second", "selected"),
    ("good", "card"),
    ("warning", "card"),
    ("accent", "card"),
    ("ink", "panel"),
]


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2, contrast ratio of two opaque colours."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = colour.redF(), colour.greenF(), colour.blueF()
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


@THEMES
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_of_the_panel_is_readable(colours: Colours, text: str, ground: str) -> None:
    assert contrast(QColor(getattr(colours, text)), QColor(getattr(colours, ground))) >= LEAST


@THEMES
def test_the_keys_on_the_main_button_are_readable(colours: Colours) -> None:
    ground, ink = QColor(colours.accent), QColor(colours.on_accent)
    mixed = QColor.fromRgbF(
        *(
            a + (b - a) * KEYS_OPACITY
            for a, b in zip(ground.getRgbF()[:3], ink.getRgbF()[:3], strict=True)
        )
    )
    assert contrast(mixed, ground) >= LEAST
