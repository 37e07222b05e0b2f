"""A real window over a real store in a folder of its own; there is no model in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import logs
from app.drafts.store import DraftStore
from app.places import Places
from tests.helpers.window import editors, saved_state
from ui.application import Twite, build

T = TypeVar("T")


@pytest.hookimpl
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A warning of Qt's is a failure here."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(
        drafts_file=tmp_path / "data" / "drafts.sqlite3",
        settings_file=tmp_path / "config" / "settings.json",
        models_folder=tmp_path / "models",
        log_folder=tmp_path / "state",
    )


@pytest.fixture
def in_store(places: Places) -> Callable[[Callable[[DraftStore], T]], T]:
    """Does something with the store's file, beside the window."""

    def run(function: Callable[[DraftStore], T]) -> T:
        places.drafts_file.parent.mkdir(parents=True, exist_ok=True)
        store = DraftStore(places.drafts_file)
        try:
            return function(store)
        finally:
            store.close()

    return run


@pytest.fixture
def open_window(qtbot: QtBot, places: Places) -> Iterator[Callable[[], Twite]]:
    """Opens the window as a start of the program would, and waits for its first draft.

    An uncaught exception in the window would only be logged, so the log must stay empty.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    opened: list[Twite] = []

    def start() -> Twite:
        twite = build(application, places)
        opened.append(twite)
        with qtbot.waitExposed(twite.window):
            twite.open()
        twite.window.activateWindow()
        qtbot.waitUntil(lambda: saved_state(twite) == "Saved")
        qtbot.waitUntil(
            lambda: editors(twite)[0].hasFocus() or QApplication.activeModalWidget() is not None
        )
        return twite

    yield start
    for twite in opened:
        twite.desk.close(2)
        twite.end()
        twite.window.deleteLater()
        twite.deleteLater()
    application.processEvents()
    logs.stop()
    log = places.log_folder / logs.FILE
    assert not log.exists(), log.read_text("utf-8")


@pytest.fixture
def twite(open_window: Callable[[], Twite]) -> Twite:
    return open_window()
