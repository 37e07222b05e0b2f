"""The list of drafts in one folder."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QListView, QMenu

from app.drafts.draft import DraftSummary, Folder
from ui import shortcuts
from ui.shortcuts import Name
from ui.sidebar.draft_delegate import DraftDelegate
from ui.sidebar.draft_model import DraftModel, Index
from ui.theme import Theme


class DraftList(QListView):
    """The drafts of one folder, the newest change first.

    Signals, each with the draft's id:
        chosen(str): open this draft.
        trash_requested(str), restore_requested(str), delete_requested(str), copy_requested(str):
            from the context menu.
    """

    chosen = Signal(str)
    trash_requested = Signal(str)
    restore_requested = Signal(str)
    delete_requested = Signal(str)
    copy_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("draftList")
        self._rows = DraftModel()
        self._delegate = DraftDelegate(theme)
        self._folder = Folder.DRAFTS
        self._quiet = False
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Drafts")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        theme.changed.connect(self.viewport().update)

    def show_summaries(
        self, summaries: Sequence[DraftSummary], folder: Folder, selected: str
    ) -> None:
        """Show these drafts, and which of them is open; nothing is emitted."""
        self._quiet = True
        self._folder = folder
        self._rows.show_summaries(summaries)
        index = self._rows.index_of(selected)
        if index.isValid():
            self.setCurrentIndex(index)
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        self._quiet = False

    def menu_for(self, id: str) -> QMenu:
        """What can be done with this draft where it lies."""
        menu = QMenu(self)
        if self._folder is Folder.TRASH:
            menu.addAction("Restore").triggered.connect(lambda: self.restore_requested.emit(id))
            menu.addAction("Copy text").triggered.connect(lambda: self.copy_requested.emit(id))
            menu.addSeparator()
            menu.addAction("Delete forever…").triggered.connect(
                lambda: self.delete_requested.emit(id)
            )
            return menu
        menu.addAction("Copy text").triggered.connect(lambda: self.copy_requested.emit(id))
        menu.addSeparator()
        trash = menu.addAction(f"Move to trash\t{shortcuts.keys(Name.TRASH)}")
        trash.triggered.connect(lambda: self.trash_requested.emit(id))
        return menu

    def _open_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            menu = self.menu_for(self._rows.summary(index).id)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.viewport().mapToGlobal(place))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._quiet:
            self.chosen.emit(self._rows.summary(current).id)
