"""The accounts' part of a real window, over a real store, with X on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.posting.callback import PORTS
from app.posting.endpoints import endpoints
from app.posting.loop_thread import LoopThread
from app.vault import Vault
from tests.helpers.lane import TellingLane
from tests.helpers.x_oauth import User
from tests.helpers.x_server import X
from tests.ui.accounts.parts import WAIT_S, Browser, Parts
from ui.accounts.desk import AccountDesk
from ui.composer.header import Header
from ui.jobs import Jobs
from ui.main_window import MainWindow
from ui.theme import Theme


@pytest.fixture
def x() -> Iterator[X]:
    with X(PORTS) as x:
        yield x


@pytest.fixture
def person(x: X) -> User:
    return x.add_user("millroad")


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    loop = LoopThread()
    yield loop
    loop.close(WAIT_S)


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[TellingLane]:
    lane = TellingLane(tmp_path / "drafts.sqlite3")
    yield lane
    lane.close(WAIT_S)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def parts(
    qtbot: QtBot,
    theme: Theme,
    tmp_path: Path,
    x: X,
    lane: TellingLane,
    loop: LoopThread,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Parts]:
    """The window on show, with nobody signed in."""
    monkeypatch.setenv("TWITE_X_API_URL", x.endpoints.api)
    monkeypatch.setenv("TWITE_X_AUTHORIZE_URL", x.endpoints.authorize)
    header, text, page = Header(theme), QPlainTextEdit(), QWidget()
    column = QVBoxLayout(page)
    column.addWidget(header)
    column.addWidget(text)
    window = MainWindow(QWidget(), page, QWidget(), QWidget())
    qtbot.addWidget(window)
    browser, jobs = Browser(x), Jobs()
    openings: list[Vault] = []

    def open_vault() -> Vault:
        openings.append(found.vault)
        return found.vault

    desk = AccountDesk(
        lane,
        jobs,
        loop,
        header.chip,
        window,
        endpoints,
        tmp_path / "locks",
        open_vault,
        browser.open,
    )
    found = Parts(window, header, text, desk, browser, Vault(None), openings, lane)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield found
    desk.close()
    jobs.close()
    window.may_close = True
