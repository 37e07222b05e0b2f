"""Ctrl+C in the terminal and SIGTERM, as a Qt signal."""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal


class StopSignals(QObject):
    """Python runs its signal handlers between bytecodes, which Qt's event loop may not reach.

    The interpreter writes each signal to a socket at once, and the socket wakes the event loop
    (https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd).

    Signals:
        arrived: the process was asked to end.
    """

    arrived = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._read)
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, _wake_only) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def close(self) -> None:
        """Put back what was there before."""
        self._notifier.setEnabled(False)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._reader.close()
        self._writer.close()

    def _read(self) -> None:
        if set(self._reader.recv(64)) & set(self._before):
            self.arrived.emit()


def _wake_only(number: int, frame: FrameType | None) -> None:
    del number, frame
