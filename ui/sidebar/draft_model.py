"""The list of drafts as Qt's views read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from app.drafts.draft import DraftSummary
from ui.sidebar import wording

SUMMARY_ROLE = Qt.ItemDataRole.UserRole + 1
CONTENTS_ROLE = Qt.ItemDataRole.UserRole + 2
WHEN_ROLE = Qt.ItemDataRole.UserRole + 3

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class DraftModel(QAbstractListModel):
    """One row for each summary, newest first as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[DraftSummary, ...] = ()

    def show_summaries(self, summaries: Sequence[DraftSummary]) -> None:
        """Show these; where only the words changed the rows stay, and with them the selection."""
        rows = tuple(summaries)
        if [row.id for row in rows] == [row.id for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def summary(self, index: Index) -> DraftSummary:
        """The draft of a valid index."""
        return self._rows[index.row()]

    def index_of(self, id: str) -> QModelIndex:
        """Where the draft stands, or an invalid index."""
        for row, summary in enumerate(self._rows):
            if summary.id == id:
                return self.index(row)
        return QModelIndex()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        summary = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return wording.title(summary)
            case x if x == CONTENTS_ROLE:
                return wording.contents(summary)
            case x if x == WHEN_ROLE:
                return wording.when(summary.changed, datetime.now().astimezone())
            case Qt.ItemDataRole.AccessibleTextRole:
                now = datetime.now().astimezone()
                words = (
                    wording.title(summary),
                    wording.contents(summary),
                    wording.when(summary.changed, now),
                )
                return ", ".join(words)
        return None
