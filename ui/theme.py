"""Colours and type of the window, for light, dark and high contrast, following the system live."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.resources import files
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.settings import ThemeChoice


@dataclass(frozen=True)
class Colours:
    """One theme. Each is a `#RRGGBB` string; `third` is for decoration, never for text to read."""

    paper: str
    panel: str
    card: str
    line: str
    selected: str
    ink: str
    second: str
    third: str
    accent: str
    on_accent: str
    soft: str
    warning: str
    warning_soft: str
    good: str


LIGHT = Colours(
    paper="#FAF8F5",
    panel="#F3EFEA",
    card="#FFFFFF",
    line="#E4DED6",
    selected="#EFE8E0",
    ink="#211E1A",
    second="#6B645B",
    third="#9A9288",
    accent="#B0395A",
    on_accent="#FFFFFF",
    soft="#F7E6EB",
    warning="#A86200",
    warning_soft="#FBF0DC",
    good="#2F7A4D",
)
DARK = Colours(
    paper="#1B1917",
    panel="#151311",
    card="#24211E",
    line="#35312C",
    selected="#2D2925",
    ink="#EFEAE3",
    second="#A89F94",
    third="#7A7268",
    accent="#E0708F",
    on_accent="#24060F",
    soft="#3A222A",
    warning="#E5A13C",
    warning_soft="#3A2D17",
    good="#6FBF8C",
)
CONTRAST = Colours(
    paper="#000000",
    panel="#000000",
    card="#000000",
    line="#FFFFFF",
    selected="#303030",
    ink="#FFFFFF",
    second="#FFFFFF",
    third="#C8C8C8",
    accent="#FFD7E2",
    on_accent="#000000",
    soft="#303030",
    warning="#FFD24A",
    warning_soft="#303030",
    good="#8CFFB4",
)


class Theme(QObject):
    """The theme in force.

    Attributes:
        colours: the colours in force; custom-painted widgets read them in `paintEvent`.

    Signals:
        changed: the colours are new; repaint whatever is painted by hand.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._template = Template(_style_sheets())
        self._choice = choice
        self.colours = LIGHT
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._apply)
        hints.accessibility().contrastPreferenceChanged.connect(self._apply)
        self._apply()

    def choose(self, choice: ThemeChoice) -> None:
        """Follow the system, or stay with one theme."""
        self._choice = choice
        self._apply()

    def _apply(self) -> None:
        self.colours = self._wanted()
        self._application.setPalette(_palette(self.colours))
        self._application.setStyleSheet(self._template.substitute(asdict(self.colours)))
        self.changed.emit()

    def _wanted(self) -> Colours:
        fixed = {ThemeChoice.LIGHT: LIGHT, ThemeChoice.DARK: DARK, ThemeChoice.CONTRAST: CONTRAST}
        if self._choice in fixed:
            return fixed[self._choice]
        hints = self._application.styleHints()
        if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
            return CONTRAST
        return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT


def _style_sheets() -> str:
    """Every `resources/theme/*.qss`, in order of name; `$paper` and the like stand for colours."""
    folder = files("resources").joinpath("theme")
    sheets = sorted(
        (sheet for sheet in folder.iterdir() if sheet.name.endswith(".qss")), key=lambda f: f.name
    )
    return "\n".join(sheet.read_text("utf-8") for sheet in sheets)


def _palette(colours: Colours) -> QPalette:
    """The same colours for what Qt draws itself: menus, selections, placeholders, links."""
    roles = {
        QPalette.ColorRole.Window: colours.paper,
        QPalette.ColorRole.WindowText: colours.ink,
        QPalette.ColorRole.Base: colours.card,
        QPalette.ColorRole.AlternateBase: colours.panel,
        QPalette.ColorRole.Text: colours.ink,
        QPalette.ColorRole.Button: colours.card,
        QPalette.ColorRole.ButtonText: colours.ink,
        QPalette.ColorRole.PlaceholderText: colours.second,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.ToolTipBase: colours.card,
        QPalette.ColorRole.ToolTipText: colours.ink,
        QPalette.ColorRole.Mid: colours.line,
    }
    palette = QPalette()
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    return palette
