"""The window as a process: from the first import to the exit status."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from app import logs, paths
from app.places import places
from ui.application import build
from ui.stop_signals import StopSignals


def run() -> int:
    """Open the window and stay until it is closed."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName(paths.APP_NAME)
    application.setApplicationDisplayName("Twite")
    application.setDesktopFileName(paths.APP_NAME)
    twite = build(
        application,
        places(),
    )
    stop_signals = StopSignals()
    stop_signals.arrived.connect(twite.close)
    twite.open()
    status = application.exec()
    stop_signals.close()
    logs.stop()
    return status
