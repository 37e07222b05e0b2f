"""The window's icons: drawings in `resources/icons`, in the theme's colours."""

from __future__ import annotations

from importlib.resources import files

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel, QToolButton

from ui.theme import Theme

SCALES = (1, 2, 3)
SIZE = 20


def icon(name: str, colour: str, size: int = SIZE) -> QIcon:
    """`resources/icons/<name>.svg` with `currentColor` as this `#RRGGBB`."""
    drawing = files("resources").joinpath("icons").joinpath(f"{name}.svg").read_text("utf-8")
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
    made = QIcon()
    for scale in SCALES:
        pixmap = QPixmap(size * scale, size * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        made.addPixmap(pixmap)
    return made


class IconButton(QToolButton):
    """A button that is an icon; `words` name it for those who do not see it."""

    def __init__(self, theme: Theme, name: str, words: str, tooltip: str) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self.setIconSize(QSize(SIZE, SIZE))
        self.setAccessibleName(words)
        self.setToolTip(tooltip)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setIcon(icon(self._name, self._theme.colours.second))


class WarningSign(QLabel):
    """The sign beside a sentence about what went wrong."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("Warning")
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        sign = icon("warning", self._theme.colours.warning)
        self.setPixmap(sign.pixmap(QSize(SIZE, SIZE), self.devicePixelRatioF()))
