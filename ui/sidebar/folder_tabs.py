"""Drafts, Posted and Trash, side by side."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app.drafts.draft import Folder
from app.drafts.store import Counts
from ui import type_scale
from ui.type_scale import Size

NAMES = {Folder.DRAFTS: "Drafts", Folder.POSTED: "Posted", Folder.TRASH: "Trash"}


class FolderTabs(QWidget):
    """Which folder the list shows.

    Attributes:
        folder: the one that is chosen.

    Signals:
        chosen: the person chose another folder; `folder` is it.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Folder.DRAFTS
        self._tabs: dict[Folder, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for folder, name in NAMES.items():
            tab = QPushButton(name)
            tab.setCheckable(True)
            tab.setChecked(folder is self.folder)
            tab.setProperty("look", "tab")
            tab.setFixedHeight(28)
            tab.clicked.connect(lambda _=False, folder=folder: self._choose(folder))
            group.addButton(tab)
            row.addWidget(tab)
            self._tabs[folder] = tab
            tab.toggled.connect(self._show_weights)
        row.addStretch()
        self._show_weights()

    def show_counts(self, counts: Counts) -> None:
        """How many drafts lie in each folder; nothing is said of an empty one."""
        numbers = {
            Folder.DRAFTS: counts.drafts,
            Folder.POSTED: counts.posted,
            Folder.TRASH: counts.trash,
        }
        for folder, number in numbers.items():
            self._tabs[folder].setText(f"{NAMES[folder]} {number}" if number else NAMES[folder])

    def choose(self, folder: Folder) -> None:
        """Show this folder."""
        self._tabs[folder].setChecked(True)
        self._choose(folder)

    def _show_weights(self) -> None:
        for tab in self._tabs.values():
            weight = type_scale.DEMI_BOLD if tab.isChecked() else type_scale.NORMAL
            tab.setFont(type_scale.font(Size.CONTROL, weight))

    def _choose(self, folder: Folder) -> None:
        if folder is not self.folder:
            self.folder = folder
            self.chosen.emit()
