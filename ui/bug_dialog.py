"""What happens when the program itself is at fault."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app import logs
from ui.message import tell

SENTENCE = "Something in Twite went wrong. Your text is safe, and you can go on writing."


class BugDialog(QObject):
    """Logs every uncaught exception, and says once that the text is safe.

    Signals:
        caught: an exception that nobody handled; may come from any thread.
    """

    caught = Signal(object)

    def __init__(self, window: QWidget, log_file: Path) -> None:
        super().__init__()
        self._window = window
        self._log_file = log_file
        self._told = False
        self._before = (sys.excepthook, threading.excepthook)
        self.caught.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook

    def close(self) -> None:
        """Put back what was there before."""
        sys.excepthook, threading.excepthook = self._before

    def take(self, error: BaseException) -> None:
        """Log it and tell it."""
        logs.record_bug(error)
        self.caught.emit(error)

    def _hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        self.take(error)

    def _thread_hook(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.take(arguments.exc_value)

    def _tell(self) -> None:
        if self._told:
            return
        self._told = True
        tell(self._window, SENTENCE, f"What went wrong is written down in {self._log_file}.")
