"""The sizes of type in the window, in the system's own interface font."""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QFont, QGuiApplication, QTextBlockFormat


class Size(Enum):
    """Size and line height in device-independent pixels, and what is added between letters.

    Qt rounds a size to whole pixels of the screen: 12.49 is 12 at 100 % and 12.5 at 200 %.
    """

    POST = (17.0, 25, -0.1)
    TITLE = (16.0, 24, 0.0)
    EMOJI = (18.0, 24, 0.0)
    BODY = (14.0, 20, 0.0)
    CONTROL = (13.0, 18, 0.0)
    SMALL = (12.49, 18, 0.0)
    KEY = (11.0, 16, 0.0)

    @property
    def pixels(self) -> float:
        return self.value[0]

    @property
    def line_height(self) -> int:
        return self.value[1]

    @property
    def tracking(self) -> float:
        return self.value[2]


NORMAL = QFont.Weight.Normal
MEDIUM = QFont.Weight.Medium
DEMI_BOLD = QFont.Weight.DemiBold
BOLD = QFont.Weight.Bold


def font(size: Size, weight: QFont.Weight = NORMAL) -> QFont:
    """The interface font at this size.

    Set in points of the screen's own resolution, because `QFont.setPixelSize` takes whole
    numbers only.
    """
    face = QFont(QGuiApplication.font())
    screen = QGuiApplication.primaryScreen()
    face.setPointSizeF(size.pixels * 72 / (screen.logicalDotsPerInchY() if screen else 96))
    face.setWeight(weight)
    if size.tracking:
        face.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, size.tracking)
    face.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return face


def block_format(size: Size) -> QTextBlockFormat:
    """Text blocks with this size's line height, for documents; style sheets have none."""
    block = QTextBlockFormat()
    block.setLineHeight(size.line_height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return block
