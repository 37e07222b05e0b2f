"""The left column: every draft, and the way to a new one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from app.drafts.draft import DraftSummary, Folder
from app.drafts.store import Counts
from ui import shortcuts, type_scale
from ui.shortcuts import Name
from ui.sidebar.delete_question import DeleteQuestion
from ui.sidebar.draft_list import DraftList
from ui.sidebar.folder_tabs import FolderTabs
from ui.sidebar.key_button import KeyButton
from ui.style_property import named
from ui.theme import Theme
from ui.type_scale import Size

SEARCH_DELAY_MS = 80
EMPTY = {
    Folder.DRAFTS: "No drafts yet.",
    Folder.POSTED: "Nothing posted yet.",
    Folder.TRASH: "The trash is empty.",
}
NOT_FOUND = "No draft has these words."


class Sidebar(QFrame):
    """Title, New, search, folders and the list of drafts.

    Attributes:
        drafts: the list.

    Signals:
        new_requested: start a new draft.
        wanted_changed: the folder or the search words are others; see `folder` and `words`.
        chosen(str): open the draft with this id.
        trash_requested(str), restore_requested(str), delete_confirmed(str), copy_requested(str):
            do so with the draft of this id.
    """

    new_requested = Signal()
    wanted_changed = Signal()
    chosen = Signal(str)
    trash_requested = Signal(str)
    restore_requested = Signal(str)
    delete_confirmed = Signal(str)
    copy_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self._title = named(QLabel("Twite"), "title")
        self._title.setFont(type_scale.font(Size.TITLE, type_scale.BOLD))
        self._new = KeyButton("New", Name.NEW_DRAFT)
        self._search = named(QLineEdit(placeholderText="Search drafts"), "search")
        self._search.setAccessibleName("Search drafts")
        self._search.setToolTip(shortcuts.tooltip(Name.SEARCH))
        self._search.setFont(type_scale.font(Size.CONTROL))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedHeight(36)
        self._tabs = FolderTabs()
        self.drafts = DraftList(theme)
        self._empty = named(QLabel(), "emptyList")
        self._empty.setFont(type_scale.font(Size.CONTROL))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._empty.setWordWrap(True)
        self._empty.hide()
        self._question = DeleteQuestion()
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._connect()
        self._lay_out()

    @property
    def folder(self) -> Folder:
        """The folder that is chosen."""
        return self._tabs.folder

    @property
    def words(self) -> str:
        """What is searched for, or nothing."""
        return self._search.text().strip()

    def show_drafts(
        self, summaries: Sequence[DraftSummary], folder: Folder, counts: Counts, selected: str
    ) -> None:
        """Show the drafts of a folder, and which one is open."""
        self._tabs.show_counts(counts)
        self.drafts.show_summaries(summaries, folder, selected)
        self.drafts.setVisible(bool(summaries))
        self._empty.setVisible(not summaries)
        self._empty.setText(NOT_FOUND if self.words else EMPTY[folder])

    def show_all_drafts(self) -> None:
        """Back to the drafts, with nothing searched for."""
        self._search.clear()
        self._tabs.choose(Folder.DRAFTS)

    def focus_search(self) -> None:
        """Give the keyboard to the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def _connect(self) -> None:
        self._new.clicked.connect(self.new_requested)
        self._search.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self.wanted_changed)
        self._tabs.chosen.connect(self.wanted_changed)
        self._tabs.chosen.connect(self._question.hide)
        self._question.confirmed.connect(self.delete_confirmed)
        self.drafts.chosen.connect(self.chosen)
        self.drafts.trash_requested.connect(self.trash_requested)
        self.drafts.restore_requested.connect(self.restore_requested)
        self.drafts.delete_requested.connect(self._question.ask)
        self.drafts.copy_requested.connect(self.copy_requested)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 4, 0)
        head.addWidget(self._title)
        head.addStretch()
        head.addWidget(self._new)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 16, 12, 12)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._search)
        column.addWidget(self._tabs)
        column.addWidget(self._question)
        column.addWidget(self.drafts, stretch=1)
        column.addWidget(self._empty, stretch=1)
