"""The draft on screen, and its way to the store and back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.compose.brief import SAMPLE_NOTES
from app.drafts.draft import Draft, Folder
from app.drafts.lane import StoreLane
from app.drafts.provenance import Generation, Provenance
from app.drafts.store import DraftStore
from app.errors import StoreError, UserError
from ui.composer.composer import Composer
from ui.draft_index import DraftIndex
from ui.jobs import Jobs

SAVE_DELAY_MS = 250
Result = TypeVar("Result")


class NotesPlace(Protocol):
    """Where the notes are shown and typed."""

    def notes(self) -> str: ...

    def set_notes(self, text: str) -> None: ...


@dataclass
class _Sheet:
    """The draft on screen. A new one has no `id` until the store has taken it."""

    id: str = ""
    creation: Future[Draft] | None = None
    unsaved: bool = False
    saves_under_way: int = 0


class DraftDesk(QObject):
    """Loads drafts into the composer and saves what is edited there.

    A draft is saved 250 ms after the last key, and before another one takes its place; a draft
    that could not be saved stays on screen. A new draft reaches the store with its first edit, so
    empty ones never pile up.

    Signals:
        shown(str): another draft is on screen; its id, or "" for one that the store has not yet.
    """

    shown = Signal(str)

    def __init__(
        self,
        lane: StoreLane,
        jobs: Jobs,
        composer: Composer,
        notes: NotesPlace,
        index: DraftIndex,
    ) -> None:
        super().__init__()
        self._lane = lane
        self._jobs = jobs
        self._composer = composer
        self._notes = notes
        self._index = index
        self._open = True
        self._sheet = _Sheet()
        self._pause = QTimer(self, singleShot=True, interval=SAVE_DELAY_MS)
        self._pause.timeout.connect(self.save)

    @property
    def draft_id(self) -> str:
        """The draft on screen, or nothing while the store has none of it."""
        return self._sheet.id

    def start(self, last_draft: str) -> None:
        """Show the draft that was open last, or on the first run a sample."""
        found = self._lane.call(lambda store: _first(store, last_draft))
        self._jobs.watch(found, self._show_first, self._tell_failure)

    def note_edit(self) -> None:
        """The posts or the notes on screen are others than before."""
        self._sheet.unsaved = True
        self._composer.show_saving()
        self._pause.start()

    def save(self) -> None:
        """Save what is unsaved, now."""
        if self._sheet.unsaved and self._open:
            self._save_then(self._index.refresh)

    def open(self, id: str) -> None:
        """Put this draft on screen in place of the one that is there."""
        if id != self._sheet.id:
            self._leave(lambda: self._load(id))

    def new(self) -> None:
        """Put an empty draft on screen, ready to be typed in."""
        self._leave(self._show_new)

    def use(self, generation: Generation) -> None:
        """Put a variant into the current post; the versions keep what was there."""
        posts = self._composer.posts()
        if any(post.strip() for post in posts) and self._sheet.id:
            id = self._sheet.id
            kept = self._lane.call(lambda store: store.remember_version(id, posts, "variant used"))
            self._jobs.watch(kept, lambda _: None, self._tell_failure)
        self._composer.use_text(generation.text)
        self._keep(lambda store, id: store.record_generation(id, generation))

    def confirm(self, claim: str) -> None:
        """Keep with the draft that the person stands for a claim."""
        self._keep(lambda store, id: store.confirm(id, claim))

    def withdraw(self, claim: str) -> None:
        """Forget that the person stood for a claim."""
        self._keep(lambda store, id: store.withdraw(id, claim))

    def with_provenance(self, then: Callable[[Provenance], None]) -> None:
        """Hand over where the words of the draft on screen come from, once they are saved."""
        if self._sheet.id or self._sheet.unsaved:
            self._watch_saved(lambda store, id: store.provenance(id), then)

    def when_saved(self, then: Callable[[Draft], None]) -> None:
        """Hand over the draft on screen once all of it is in the store."""
        self._watch_saved(lambda store, id: store.get(id), then)

    def take_place(self) -> None:
        """Show where the draft on screen lies now; its text stays as it is there."""
        id = self._sheet.id

        def show(draft: Draft) -> None:
            if id == self._sheet.id:
                self._composer.show_place(draft.folder)
            self._index.refresh()

        self._jobs.watch(self._lane.call(lambda store: store.get(id)), show, self._tell_failure)

    def trash(self, id: str = "") -> None:
        """Move a draft, or the one on screen, to the trash."""
        target = id or self._sheet.id
        if target == self._sheet.id:
            self._leave(lambda: self._move(target, Folder.TRASH, self._show_next))
        else:
            self._move(target, Folder.TRASH, self._index.refresh)

    def mark_posted(self) -> None:
        """The person says that the draft on screen is on X: put it with the posted ones."""
        id = self._sheet.id
        self._leave(lambda: self._move(id, Folder.POSTED, self._show_next))

    def restore(self, id: str = "") -> None:
        """Take a draft, or the one on screen, out of the trash."""
        target = id or self._sheet.id
        on_screen = target == self._sheet.id
        self._move(
            target,
            Folder.DRAFTS,
            lambda: self._load(target) if on_screen else self._index.refresh(),
        )

    def delete_forever(self, id: str) -> None:
        """Remove a draft that lies in the trash, for good."""
        gone = self._lane.call(lambda store: store.delete_forever(id))
        on_screen = id == self._sheet.id
        self._jobs.watch(
            gone,
            lambda _: self._show_next() if on_screen else self._index.refresh(),
            self._tell_failure,
        )

    def copy_text(self, id: str) -> None:
        """Put a draft's posts on the clipboard."""

        def copy(draft: Draft) -> None:
            QGuiApplication.clipboard().setText("\n\n".join(draft.posts))

        self._jobs.watch(self._lane.call(lambda store: store.get(id)), copy, self._tell_failure)

    def close(self, timeout: float) -> bool:
        """Save, waiting at most `timeout` seconds; False where the text could not be kept.

        A disk that is merely slow does not hold the window: the lane goes on in the background.
        """
        self._pause.stop()
        if not self._sheet.unsaved:
            return True
        try:
            self._write().result(timeout)
        except FutureTimeoutError:
            return True
        except UserError as error:
            self._composer.show_save_error(error, closing=True)
            return False
        self._sheet.unsaved = False
        return True

    def let_go(self) -> None:
        """Save no more; the store is about to close."""
        self._pause.stop()
        self._sheet = _Sheet()
        self._open = False

    def _keep(self, change: Callable[[DraftStore, str], None]) -> None:
        """Change something that lies beside the draft on screen, in the store."""
        self._watch_saved(change, lambda _: None)

    def _watch_saved(
        self, work: Callable[[DraftStore, str], Result], then: Callable[[Result], None]
    ) -> None:
        """Do something with the draft on screen, behind the save of what is unsaved of it."""
        if self._sheet.unsaved or not self._sheet.id:
            self.note_edit()
            self.save()
        id, creation = self._sheet.id, self._sheet.creation

        def on_lane(store: DraftStore) -> Result:
            # A new draft has its id once the store has made it, which is before this work.
            return work(store, creation.result().id if creation and not id else id)

        self._jobs.watch(self._lane.call(on_lane), then, self._tell_failure)

    def _leave(self, then: Callable[[], None]) -> None:
        """Go on once all of the draft on screen is in the store; else stay."""
        if self._sheet.unsaved or self._sheet.saves_under_way:
            self._save_then(lambda: self._leave(then))
        else:
            then()

    def _save_then(self, then: Callable[[], None]) -> None:
        sheet = self._sheet
        self._pause.stop()
        saved = self._write()
        sheet.unsaved = False
        sheet.saves_under_way += 1

        def done(draft: Draft) -> None:
            sheet.saves_under_way -= 1
            self._take_saved(sheet, draft)
            then()

        def failed(error: BaseException) -> None:
            sheet.saves_under_way -= 1
            sheet.unsaved = True
            self._tell_failure(error)

        self._jobs.watch(saved, done, failed)

    def _write(self) -> Future[Draft]:
        """Queue a save; for a draft that the store does not have yet, its creation."""
        sheet, posts, notes = self._sheet, self._composer.posts(), self._notes.notes()
        extras = self._composer.extras()
        if sheet.id:
            id = sheet.id
            return self._lane.call(lambda store: store.save(id, posts, notes, extras))
        creation = sheet.creation
        if creation is None or (creation.done() and creation.exception()):
            sheet.creation = self._lane.call(lambda store: store.create(posts, notes, extras))
            return sheet.creation
        return self._lane.call(lambda store: store.save(creation.result().id, posts, notes, extras))

    def _take_saved(self, sheet: _Sheet, draft: Draft) -> None:
        sheet.id = draft.id
        if sheet is not self._sheet:
            return
        self._index.mark(draft.id)
        if not sheet.unsaved:
            self._composer.show_saved()

    def _move(self, id: str, folder: Folder, then: Callable[[], None]) -> None:
        if id:
            moved = self._lane.call(lambda store: store.move(id, folder))
            self._jobs.watch(moved, lambda _: then(), self._tell_failure)

    def _load(self, id: str) -> None:
        self._jobs.watch(
            self._lane.call(lambda store: store.get(id)),
            lambda draft: self._leave(lambda: self._show(draft)),
            self._tell_failure,
        )

    def _show_next(self) -> None:
        """Something else in place of a draft that was taken away."""
        self._jobs.watch(
            self._lane.call(lambda store: store.latest(Folder.DRAFTS)),
            lambda draft: self._show(draft) if draft else self._show_new(),
            self._tell_failure,
        )

    def _show_first(self, draft: Draft) -> None:
        """What a person typed before the store was open is kept, as a draft of its own."""
        if not self._sheet.unsaved:
            self._show(draft)
        elif not any(post.strip() for post in draft.posts) and not self._notes.notes():
            self._sheet.id = draft.id
            self._notes.set_notes(draft.notes)
            self._composer.hold_against(draft.notes)
        self._index.refresh()

    def _show(self, draft: Draft) -> None:
        self._sheet = _Sheet(draft.id)
        self._notes.set_notes(draft.notes)
        self._composer.show_draft(
            draft.posts, draft.folder, draft.notes, draft.confirmed, draft.extras
        )
        self._composer.show_saved()
        self._sheet.unsaved = False
        self._pause.stop()
        self._index.mark(draft.id)
        self._index.refresh()
        self.shown.emit(draft.id)

    def _show_new(self) -> None:
        self._sheet = _Sheet()
        self._notes.set_notes("")
        self._composer.show_draft(("",), Folder.DRAFTS)
        self._sheet.unsaved = False
        self._pause.stop()
        self._index.mark("")
        self._index.refresh()
        self._composer.focus_editor()
        self.shown.emit("")

    def _tell_failure(self, error: BaseException) -> None:
        if not isinstance(error, UserError):
            raise error
        self._composer.show_save_error(error, closing=False)


def _first(store: DraftStore, last_draft: str) -> Draft:
    """Runs on the lane."""
    if last_draft:
        try:
            return store.get(last_draft)
        except StoreError:
            pass
    latest = store.latest(Folder.DRAFTS)
    return latest or store.create(notes="" if store.counts().trash else SAMPLE_NOTES)
