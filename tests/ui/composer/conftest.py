"""A thread on show, which takes files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QApplication,
)
from pytestqt.qtbot import QtBot

from app.settings import ThemeChoice
from tests.ui.composer.parts import editor
from ui.composer.thread_view import ThreadView
from ui.jobs import Jobs
from ui.theme import Theme


@pytest.fixture
def media_folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def open_thread(qtbot: QtBot) -> Iterator[Callable[[Path | None], ThreadView]]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme, jobs = Theme(application, ThemeChoice.LIGHT), Jobs()
    opened: list[ThreadView] = []

    def open_one(folder: Path | None) -> ThreadView:
        view = ThreadView(theme, jobs, folder)
        view.resize(640, 700)
        opened.append(view)
        with qtbot.waitExposed(view):
            view.show()
        view.activateWindow()
        view.focus_current()
        qtbot.waitUntil(editor(view).hasFocus)
        return view

    yield open_one
    jobs.close()
    for view in opened:
        view.close_files()
        view.deleteLater()
    theme.deleteLater()
    application.processEvents()


@pytest.fixture
def thread(open_thread: Callable[[Path | None], ThreadView], media_folder: Path) -> ThreadView:
    return open_thread(media_folder)
