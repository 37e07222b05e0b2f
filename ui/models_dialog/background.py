"""Work that takes a while, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def in_background(work: Callable[[], Result]) -> Future[Result]:
    """Begin at once, in a thread that does not keep the program from ending."""
    future: Future[Result] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 (told to whoever waits)
            future.set_exception(error)

    threading.Thread(target=run, name="models", daemon=True).start()
    return future


def settled() -> Future[None]:
    """A future for what needs no waiting."""
    future: Future[None] = Future()
    future.set_result(None)
    return future
