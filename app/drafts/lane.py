"""One thread that owns the draft store, so that nothing waits for the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

from app.drafts.store import DraftStore

T = TypeVar("T")


class StoreLane:
    """Runs functions of the store one after another, in the order they came.

    The store is opened on the lane by the first call. Where that fails, the call's future carries
    the `StoreError`, and the next call tries again. At the interpreter's exit, queued calls are
    still run.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._store: DraftStore | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drafts")
        self._closing: Future[None] | None = None
        self._lock = threading.Lock()

    def call(self, function: Callable[[DraftStore], T]) -> Future[T]:
        """Queue `function`; it runs on the lane's thread. `RuntimeError` after `close`."""
        with self._lock:
            return self._thread.submit(lambda: function(self._opened()))

    def close(self, timeout: float) -> bool:
        """Let queued calls finish, then close the store; whether that took under `timeout` seconds.

        After a False the lane goes on in the background.
        """
        with self._lock:
            if self._closing is None:
                self._closing = self._thread.submit(self._close_store)
                self._thread.shutdown(wait=False)
        return not wait((self._closing,), timeout).not_done

    def _opened(self) -> DraftStore:
        if self._store is None:
            self._store = DraftStore(self._file)
        return self._store

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
