"""The sidebar's list, kept in step with the store."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.drafts.draft import DraftSummary, Folder
from app.drafts.lane import StoreLane
from app.drafts.store import Counts, DraftStore
from app.errors import UserError
from ui.jobs import Jobs
from ui.sidebar.sidebar import Sidebar

Listing = tuple[tuple[DraftSummary, ...], Counts]


class DraftIndex(QObject):
    """Asks the store for what the sidebar wants to show; only the latest answer counts."""

    def __init__(self, lane: StoreLane, jobs: Jobs, sidebar: Sidebar) -> None:
        super().__init__()
        self._lane = lane
        self._jobs = jobs
        self._sidebar = sidebar
        self._selected = ""
        self._asked = 0
        sidebar.wanted_changed.connect(self.refresh)

    def mark(self, id: str) -> None:
        """This draft is on screen; shown with the next refresh."""
        self._selected = id

    def refresh(self) -> None:
        """Show the folder that the sidebar has chosen, and what its search finds there."""
        self._asked += 1
        asked, folder, words = self._asked, self._sidebar.folder, self._sidebar.words

        def list_drafts(store: DraftStore) -> Listing:
            return store.summaries(folder, words), store.counts()

        self._jobs.watch(
            self._lane.call(list_drafts),
            lambda listing: self._show(asked, folder, listing),
            self._leave_as_it_is,
        )

    def _show(self, asked: int, folder: Folder, listing: Listing) -> None:
        if asked == self._asked:
            summaries, counts = listing
            self._sidebar.show_drafts(summaries, folder, counts, self._selected)

    def _leave_as_it_is(self, error: BaseException) -> None:
        """A store that cannot be read is told of where the text is saved, not here as well."""
        if not isinstance(error, UserError):
            raise error
