"""The menu beside the post button: the doors, and how a post goes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.drafts.extras import Audience
from app.settings import DELAYS
from ui import shortcuts
from ui.shortcuts import Name

_T = TypeVar("_T")

_AUDIENCES = {
    Audience.EVERYONE: "Everyone",
    Audience.FOLLOWING: "People you follow",
    Audience.MENTIONED: "Only people you mention",
    Audience.SUBSCRIBERS: "Your subscribers",
    Audience.VERIFIED: "Verified accounts",
}


class DoorMenu(QMenu):
    """Post, open in the browser, copy; who may reply, what is declared, how long to wait.

    Signals:
        chosen(Name): go through this door.
        changed: who may reply, or what is declared, is another.
        delay_chosen(int): seconds to wait before a post is sent.
    """

    chosen = Signal(object)
    changed = Signal()
    delay_chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Ways to post")
        for name in (Name.POST, Name.POST_IN_BROWSER, Name.COPY_THREAD):
            words = f"{shortcuts.text(name)}\t{shortcuts.keys(name)}"
            self.addAction(words).triggered.connect(lambda _=False, name=name: self._choose(name))
        self.addSeparator()
        self._audiences = self._choices("Who may reply", _AUDIENCES.items())
        for action in self._audiences.values():
            action.triggered.connect(self.changed)
        self._partnership = self._declaration("Paid partnership")
        self._by_ai = self._declaration("Images made with AI")
        self._delays = self._choices("Wait before posting", ((s, _seconds(s)) for s in DELAYS))
        for seconds, action in self._delays.items():
            action.triggered.connect(lambda _=False, s=seconds: self.delay_chosen.emit(s))
        self.show_choices(Audience.EVERYONE, made_with_ai=False, paid_partnership=False)

    @property
    def audience(self) -> Audience:
        """Who may reply."""
        return next(one for one, action in self._audiences.items() if action.isChecked())

    @property
    def made_with_ai(self) -> bool:
        """Whether the images are declared to be made with AI."""
        return self._by_ai.isChecked()

    @property
    def paid_partnership(self) -> bool:
        """Whether the post is declared to be paid for."""
        return self._partnership.isChecked()

    def show_choices(
        self, audience: Audience, *, made_with_ai: bool, paid_partnership: bool
    ) -> None:
        """Show what holds for another draft; nothing is emitted."""
        self._audiences[audience].setChecked(True)
        self._by_ai.setChecked(made_with_ai)
        self._partnership.setChecked(paid_partnership)

    def show_delay(self, seconds: int) -> None:
        """Show the setting."""
        self._delays[seconds].setChecked(True)

    def _choose(self, name: Name) -> None:
        self.chosen.emit(name)

    def _choices(self, title: str, choices: Iterable[tuple[_T, str]]) -> dict[_T, QAction]:
        menu = self.addMenu(title)
        group = QActionGroup(menu)
        actions = {}
        for value, words in choices:
            action = actions[value] = menu.addAction(words)
            action.setCheckable(True)
            group.addAction(action)
        return actions

    def _declaration(self, words: str) -> QAction:
        action = self.addAction(words)
        action.setCheckable(True)
        action.triggered.connect(self.changed)
        return action


def _seconds(seconds: int) -> str:
    return f"{seconds} seconds" if seconds else "Not at all"
