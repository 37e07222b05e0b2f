"""Which model writes: the one for every draft, or another for the draft on screen."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.drafts.draft import Draft
from app.errors import UserError
from models.library import BUILT_IN
from ui.models_dialog.background import settled
from ui.models_dialog.writer_of_choice import WriterOfChoice


class DraftOnScreen(Protocol):
    """Where to learn which draft is on screen."""

    @property
    def draft_id(self) -> str: ...

    def when_saved(self, then: Callable[[Draft], None]) -> None: ...


class ModelChoice(QObject):
    """Keeps the writer in step with what was chosen. Drafts keep their model until Twite closes.

    Attributes:
        always: the id of the model for every draft that has none of its own.
        current: the id of the model for the draft on screen.

    Signals:
        changed: `always` or `current` is another.
        refused(str, UserError): the model of this id could not be loaded, and is chosen no more.
    """

    changed = Signal()
    refused = Signal(str, object)

    def __init__(self, writer: WriterOfChoice, draft: DraftOnScreen) -> None:
        super().__init__()
        self._writer = writer
        self._draft = draft
        self._own: dict[str, str] = {}
        self._on_screen = ""
        self.always = writer.model_id
        writer.refused.connect(self._take_refusal)

    @property
    def current(self) -> str:
        return self._own.get(self._on_screen, self.always)

    def show_draft(self, draft_id: str) -> None:
        """Another draft is on screen; "" for one that the store does not have yet."""
        self._on_screen = draft_id
        self._follow()

    def use_for_draft(self, model_id: str) -> None:
        """Have this model write the draft on screen; a new one is put into the store for it."""
        if self._draft.draft_id:
            self._give(self._draft.draft_id, model_id)
        else:
            self._draft.when_saved(lambda draft: self._give(draft.id, model_id))

    def use_always(self, model_id: str) -> None:
        """Have this model write the draft on screen and all that have none of their own."""
        self.always = model_id
        self._own.pop(self._draft.draft_id, None)
        self._load()

    def forget(self, model_id: str) -> Future[None]:
        """Choose this model no more; the future is done once none of its files is in use."""
        self._drop(model_id)
        return self._follow()

    def _give(self, draft_id: str, model_id: str) -> None:
        self._own[draft_id] = model_id
        self._on_screen = self._draft.draft_id
        self._load()

    def _drop(self, model_id: str) -> None:
        self._own = {draft: own for draft, own in self._own.items() if own != model_id}
        if self.always == model_id:
            self.always = BUILT_IN

    def _take_refusal(self, model_id: str, error: UserError) -> None:
        self._drop(model_id)
        self.refused.emit(model_id, error)
        self._follow()

    def _follow(self) -> Future[None]:
        """Load another model where another is wanted; one that failed is not tried unasked."""
        if self.current == self._writer.model_id:
            self.changed.emit()
            return settled()
        return self._load()

    def _load(self) -> Future[None]:
        self.changed.emit()
        return self._writer.use(self.current)
