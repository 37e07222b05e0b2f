"""The other end of the writer's process: starts it, sends commands, hands its answers on."""

from __future__ import annotations

import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

from models.worker.messages import Answer, Cancel, Command, Draft, Load, WarmUp, from_line, to_line

_CLOSING_S = 2.0
"""How long a process may take to end by itself once its input is closed."""


class WorkerClient:
    """One child process. `on_answer` and `on_exit` are called on a thread of the client's own.

    `on_exit(last_words)` comes once, after the last answer, with the end of the child's standard
    error; it does not come after `close`.
    """

    def __init__(
        self,
        command: Sequence[str],
        on_answer: Callable[[Answer], None],
        on_exit: Callable[[str], None],
    ) -> None:
        self._on_answer = on_answer
        self._on_exit = on_exit
        self._closing = False
        self._sending = threading.Lock()
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self._process.stderr is not None
        self._errors = _Tail(self._process.stderr)
        self._reader = threading.Thread(target=self._read, name="writer answers", daemon=True)
        self._reader.start()

    @property
    def process_id(self) -> int:
        """The child's process id."""
        return self._process.pid

    def send(self, command: Command) -> None:
        """Send one command; to a process that has died it is lost, and `on_exit` says so."""
        assert self._process.stdin is not None
        try:
            with self._sending:
                self._process.stdin.write(to_line(command))
                self._process.stdin.flush()
        except (OSError, ValueError):
            return

    def close(self) -> None:
        """End the child: kindly, then after two seconds by force."""
        self._closing = True
        self._close_input()
        try:
            self._process.wait(_CLOSING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if threading.current_thread() is not self._reader:
            self._reader.join()

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        # What was still buffered for a process that has died cannot be delivered.
        with suppress(OSError), self._sending:
            self._process.stdin.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            for line in answers:
                message = from_line(line)
                if not isinstance(message, Load | Draft | WarmUp | Cancel):
                    self._on_answer(message)
        self._process.wait()
        self._close_input()
        last_words = self._errors.text()
        if not self._closing:
            self._on_exit(last_words)


class _Tail:
    """Keeps the last lines of a stream, so that a full pipe never blocks the child."""

    def __init__(self, stream: IO[str], lines: int = 40) -> None:
        self._stream = stream
        self._lines: deque[str] = deque(maxlen=lines)
        self._thread = threading.Thread(target=self._read, name="writer errors", daemon=True)
        self._thread.start()

    def text(self) -> str:
        """What came last, once the stream has ended."""
        self._thread.join()
        return "".join(self._lines)

    def _read(self) -> None:
        with self._stream as stream:
            self._lines.extend(stream)
