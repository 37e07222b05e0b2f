"""A store lane that tells when it is at work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Event
from typing import TypeVar

from app.drafts.lane import StoreLane
from app.drafts.store import DraftStore

T = TypeVar("T")


class TellingLane(StoreLane):
    """Tells, by `begun`, that a call is under way."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.begun = Event()

    def call(self, function: Callable[[DraftStore], T]) -> Future[T]:
        def telling(store: DraftStore) -> T:
            self.begun.set()
            return function(store)

        return super().call(telling)
