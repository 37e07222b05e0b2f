"""One thread for all that waits for the network, so that nothing else has to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_T = TypeVar("_T")


class LoopThread:
    """Runs coroutines side by side.

    Cancelling a future cancels its coroutine, but the future is cancelled at once; `interrupt` lets
    it be settled when the coroutine has ended.
    """

    def __init__(self, on_busy: Callable[[bool], None] = lambda _busy: None) -> None:
        """`on_busy` is told, on this thread, when the first coroutine begins and the last ends."""
        self._on_busy = on_busy
        self._running = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="network", daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        """Begin; the future is done, failed or cancelled once the coroutine is."""
        return asyncio.run_coroutine_threadsafe(self._counted(work), self._loop)

    def interrupt(self, task: asyncio.Task[Any]) -> None:
        """Cancel what `asyncio.current_task` gave to a coroutine that runs here."""
        self._loop.call_soon_threadsafe(task.cancel)

    def close(self, timeout: float) -> None:
        """Cancel what is under way, and wait at most `timeout` seconds for it to end tidily."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        self._thread.join(timeout)

    async def _counted(self, work: Coroutine[Any, Any, _T]) -> _T:
        self._running += 1
        if self._running == 1:
            self._on_busy(True)
        try:
            return await work
        finally:
            self._running -= 1
            if not self._running:
                self._on_busy(False)

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loop.stop()

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
