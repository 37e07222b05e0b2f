"""The line above the thread: who posts, where the draft lies and whether it is kept."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.drafts.draft import Folder
from ui import shortcuts, type_scale
from ui.accounts.chip import AccountChip
from ui.icons import IconButton
from ui.shortcuts import Name
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size

PLACES = {Folder.DRAFTS: "", Folder.POSTED: "Posted", Folder.TRASH: "In the trash"}


class Header(QWidget):
    """The account, where the draft lies, and "Saved".

    Attributes:
        chip: the account that posts.

    Signals:
        sidebar_requested: bring the list of drafts in.
        restore_requested: take this draft out of the trash.
    """

    sidebar_requested = Signal()
    restore_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._sidebar = IconButton(
            theme, "sidebar", "Show the drafts", shortcuts.tooltip(Name.SHOW_SIDEBAR)
        )
        self._sidebar.clicked.connect(self.sidebar_requested)
        self.chip = AccountChip()
        self._place = named(QLabel(), "place")
        self._restore = QPushButton("Restore")
        self._restore.setProperty("look", "link")
        self._restore.setToolTip(shortcuts.tooltip(Name.RESTORE))
        self._restore.clicked.connect(self.restore_requested)
        self._saved = named(QLabel(), "saved")
        for label in (self._place, self._restore, self._saved):
            label.setFont(type_scale.font(Size.CONTROL))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._sidebar, self.chip, self._place, self._restore):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self._saved)
        self.setFixedHeight(30)
        self.show_place(Folder.DRAFTS)
        self.offer_sidebar(False)

    def show_place(self, folder: Folder) -> None:
        """Where the draft lies; nothing is said of a plain draft."""
        self._place.setText(PLACES[folder])
        self._place.setVisible(folder is not Folder.DRAFTS)
        self._restore.setVisible(folder is Folder.TRASH)

    def show_saved(self, words: str) -> None:
        """Say `Saved`, `Saving` or nothing."""
        self._saved.setText(words)

    def offer_sidebar(self, offered: bool) -> None:
        """Show the button for the list, where the list is not there by itself."""
        self._sidebar.setVisible(offered)
