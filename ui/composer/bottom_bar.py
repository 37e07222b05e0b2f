"""The bar beneath the thread: what there is, what it costs, and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui import shortcuts, type_scale
from ui.announce import announce
from ui.composer.door_menu import DoorMenu
from ui.elided_label import ElidedLabel
from ui.shortcuts import Name
from ui.style_property import named
from ui.type_scale import Size

COPIED_MS = 2_000
_WARNING_WIDTH = 150


class BottomBar(QFrame):
    """Says what the thread holds, what is in the way, and holds the doors out of Twite.

    Attributes:
        doors: the menu beside the button.

    Signals:
        post_requested: post it as the account above the draft.
    """

    post_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bottomBar")
        self._contents = named(ElidedLabel(), "barContents")
        self._warning = named(ElidedLabel(), "barWarning")
        self._price = named(QLabel(), "barPrice")
        for label in (self._contents, self._price):
            label.setFont(type_scale.font(Size.CONTROL))
        self._warning.setFont(type_scale.font(Size.CONTROL, type_scale.BOLD))
        # Where it is narrow, what the thread holds gives way first, then what is in its way.
        for shrinking in (self._contents, self._warning):
            shrinking.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._copied = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied.timeout.connect(self._show_price)
        self._prices = ""
        self.doors = DoorMenu(self)
        self._post = _half("Post", "left", shortcuts.tooltip(Name.POST))
        self._post.clicked.connect(self.post_requested)
        self._more = _half("▾", "right", "Ways to post, and how")
        self._more.setAccessibleName("Ways to post")
        self._more.setMenu(self.doors)
        self._lay_out()

    @property
    def last_stop(self) -> QWidget:
        """Where the tab key leaves the bar."""
        return self._more

    def show_contents(self, parts: Sequence[str], warnings: Sequence[str]) -> None:
        """What the thread holds, and what is in the way of it."""
        self._contents.setText(" · ".join(parts) + (" · " if warnings else ""))
        self._warning.setText(" · ".join(warnings))
        self._warning.setMinimumWidth(min(self._warning.sizeHint().width(), _WARNING_WIDTH))

    def show_price(self, price: str) -> None:
        """What the doors cost."""
        self._prices = price
        if not self._copied.isActive():
            self._show_price()

    def allow_post(self, allowed: bool) -> None:
        """There is something to post."""
        self._post.setEnabled(allowed)
        self._more.setEnabled(allowed)

    def confirm_copy(self) -> None:
        """Say for a moment that it is done."""
        self._price.setText("Copied")
        self._copied.start()
        announce(self, "Copied")

    def _show_price(self) -> None:
        self._price.setText(self._prices)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(0)
        row.addWidget(self._contents)
        row.addWidget(self._warning)
        row.addStretch(1)
        row.addSpacing(14)
        row.addWidget(self._price)
        row.addSpacing(14)
        row.addWidget(self._post)
        row.addWidget(self._more)


def _half(words: str, side: str, tooltip: str) -> QPushButton:
    """One half of what looks like one button."""
    button = QPushButton(words)
    button.setProperty("look", "primary")
    button.setProperty("side", side)
    button.setFont(type_scale.font(Size.BODY, type_scale.DEMI_BOLD))
    button.setToolTip(tooltip)
    return button
