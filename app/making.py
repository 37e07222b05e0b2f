"""A model in the making, in a process of its own: progress, time left, cancel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from app.compose import events
from app.errors import UserError
from models.install.staging import sweep

_CANCEL_S = 5.0
"""How long the process may take to tidy up after itself before it is killed."""
_OFFLINE = {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

OnEvent = Callable[[events.Event], None]


class Making:
    """One model at a time. `on_event` is called on a thread of its own.

    A making ends in exactly one of `Prepared`, `Failed(None)` and `Stopped(0)`.
    """

    def __init__(self, models_folder: Path, on_event: OnEvent, broken_off: UserError) -> None:
        """`broken_off` is what is said where the process ends without a word of its own."""
        self._folder = models_folder
        self._on_event = on_event
        self._broken_off = broken_off
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._is_under_way = self._cancelled = False

    @property
    def process_id(self) -> int | None:
        """The child's process id once there is one."""
        return self._process.pid if self._process else None

    def begin(self, verb: str, arguments: Sequence[str]) -> None:
        """Begin, unless one is under way; verb and arguments are those of `app.making_process`."""
        if self._is_under_way:
            return
        self._cancelled = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.making_process", verb, str(self._folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_OFFLINE},
            encoding="utf-8",
        )
        self._is_under_way = True
        self._thread = threading.Thread(
            target=self._read, args=(self._process,), name="making", daemon=True
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
        """Wait until it has ended and its last event was delivered."""
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
        ending: events.Event = events.Failed(None, self._broken_off)
        with process.stdout as lines:
            for line in lines:
                said = json.loads(line)
                if "step" in said:
                    self._on_event(_progress(said["step"], said["fraction"], began))
                else:
                    ending = _ending(said)
        is_whole = process.wait() == 0
        sweep(self._folder)
        if self._cancelled and not is_whole:
            ending = events.Stopped(0)
        # Whoever hears of the end may begin the next at once.
        self._is_under_way = False
        self._on_event(ending)


def _ending(said: dict[str, str]) -> events.Event:
    if "model_id" in said:
        return events.Prepared(said["model_id"])
    return events.Failed(None, UserError(said["what_happened"], said["what_to_do"]))


def _progress(step: str, fraction: float, began: float) -> events.Preparing:
    spent = perf_counter() - began
    left = spent * (1 - fraction) / fraction if fraction > 0.1 else None
    return events.Preparing(step, fraction, left)
