"""The last line of a card: length, facts, what was added, and the card's action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.compose.brief import Variant
from ui.elided_label import ElidedLabel
from ui.style_property import set_style_property
from ui.type_scale import DEMI_BOLD, Size, font

HEIGHT = 20


class CardFooter(QWidget):
    """What a person wants to know before using a draft.

    Signals:
        pressed: the action was pressed: use when settled, stop while writing.
    """

    pressed = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._length = QLabel()
        self._facts = QLabel()
        self._added = ElidedLabel()
        self._action = QPushButton()
        self._action.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._action.setCursor(Qt.CursorShape.PointingHandCursor)
        self._action.clicked.connect(self.pressed)
        self.setFixedHeight(HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for label in (self._length, self._facts, self._added):
            label.setFont(font(Size.SMALL))
            row.addWidget(label)
        self._action.setFont(font(Size.SMALL, DEMI_BOLD))
        row.addWidget(self._action)

    def show_writing(self, last: bool) -> None:
        """Say that text is still coming; the last card of a run offers to stop it."""
        self._show(self._length, "")
        self._show(self._facts, "")
        self._show(self._added, "writing…")
        self._show_action("Stop Esc", "Stop writing")
        self._action.setVisible(last)

    def show_variant(self, variant: Variant) -> None:
        """Say what is known of the finished draft."""
        every_fact = variant.facts_kept == variant.facts_total
        self._show(self._length, str(variant.weighted_length))
        self._show(self._facts, facts(variant), "good" if every_fact else "")
        self._show(self._added, added(variant), "warning" if variant.added else "")
        self.show_use(False)
        self._action.show()

    def show_use(self, current: bool) -> None:
        """Name the action, with its key where Return would use this card."""
        self._show_action(
            "Use ↵" if current else "Use", f"Use draft {self._number}", f"Alt+{self._number}"
        )

    def set_action_enabled(self, enabled: bool) -> None:
        """Whether a click counts."""
        self._action.setEnabled(enabled)

    def _show(self, label: QLabel, text: str, tone: str = "") -> None:
        label.setText(text)
        label.setVisible(bool(text))
        set_style_property(label, "tone", tone)

    def _show_action(self, text: str, name: str, keys: str = "Esc") -> None:
        self._action.setText(text)
        self._action.setAccessibleName(name)
        self._action.setToolTip(f"{name} ({keys})")


def facts(variant: Variant) -> str:
    """`5 of 5 facts`, or nothing where the notes have none."""
    if not variant.facts_total:
        return ""
    noun = "fact" if variant.facts_total == 1 else "facts"
    return f"{variant.facts_kept} of {variant.facts_total} {noun}"


def added(variant: Variant) -> str:
    """What the text claims beyond the notes."""
    return "adds: " + ", ".join(variant.added) if variant.added else "nothing added"
