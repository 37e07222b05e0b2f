"""Preparing the built-in model, from the window or the terminal: progress, time left, cancel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from app.compose import events
from app.errors import UserError
from models.install.staging import sweep
from models.library import BUILT_IN

PLAIN = "--plain"
"""Asks the process for the model without what Twite taught it."""
_CANCEL_S = 5.0
"""How long the process may take to tidy up after itself before it is killed."""


class Preparer:
    """One preparation at a time. `on_event` is called on a thread of the preparer's own.

    A preparation ends in exactly one of `Prepared`, `Failed(None)` and `Stopped(0)`.
    """

    def __init__(
        self,
        models_folder: Path,
        on_event: Callable[[events.Event], None],
        *,
        plain: bool = False,
    ) -> None:
        self._folder = models_folder
        self._options = [PLAIN] if plain else []
        self._on_event = on_event
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._cancelled = False

    def start(self) -> None:
        """Begin, unless a preparation is under way."""
        if self._thread and self._thread.is_alive():
            return
        self._cancelled = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.prepare_process", str(self._folder), *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1"},
            encoding="utf-8",
        )
        self._thread = threading.Thread(
            target=self._read, args=(self._process,), name="preparing", daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """Stop and leave nothing half-made; `Stopped(0)` follows."""
        if self._process and self._process.poll() is None:
            self._cancelled = True
            self._process.terminate()
            patience = threading.Timer(_CANCEL_S, self._process.kill)
            # Once the process has ended, its timer must not hold the program open.
            patience.daemon = True
            patience.start()

    def wait(self) -> None:
        """Wait until the preparation has ended and its last event was delivered."""
        if self._thread:
            self._thread.join()

    def close(self) -> None:
        """Cancel, and wait until the process is gone."""
        self.cancel()
        if self._process:
            self._process.wait()
        if threading.current_thread() is not self._thread:
            self.wait()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        began = perf_counter()
        error: UserError | None = None
        with process.stdout as lines:
            for line in lines:
                said = json.loads(line)
                if "what_happened" in said:
                    error = UserError(said["what_happened"], said["what_to_do"])
                else:
                    self._on_event(_progress(said["step"], said["fraction"], began))
        code = process.wait()
        sweep(self._folder)
        self._on_event(self._ending(code, error))

    def _ending(self, code: int, error: UserError | None) -> events.Event:
        if code == 0:
            return events.Prepared(BUILT_IN)
        if self._cancelled:
            return events.Stopped(0)
        return events.Failed(
            None,
            error
            or UserError(
                "Preparing the model stopped unexpectedly; nothing was changed.",
                "Prepare it again.",
            ),
        )


def _progress(step: str, fraction: float, began: float) -> events.Preparing:
    spent = perf_counter() - began
    left = spent * (1 - fraction) / fraction if fraction > 0.1 else None
    return events.Preparing(step, fraction, left)
