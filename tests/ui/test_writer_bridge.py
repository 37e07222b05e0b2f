"""Events of other threads as signals on this one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from app.compose.brief import Brief
from app.compose.events import Event, Finished, Prepared, Preview, Timings
from app.errors import NotesError
from app.writer import Writer
from tests.helpers.silent_bridge import READY
from ui.writer_bridge import WriterBridge

BRIEF = Brief("The council votes on 3 February.")
DONE = Finished(1, (), Timings(0.1, 0.1, 0.2))


class Told:
    """The real writer without its process; keeps the bridge's end of the events."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[Callable[[Event], None]] = []
        self.starts = 0
        monkeypatch.setattr(Writer, "start", self._start)
        monkeypatch.setattr(Writer, "write", self._write)

    def tell(self, *events: Event) -> None:
        """From a thread of the writer's, as the real one does."""
        thread = Thread(target=lambda: [self.events[-1](event) for event in events])
        thread.start()
        thread.join()

    def _start(self) -> None:
        self.starts += 1

    def _write(self, brief: Brief) -> int:
        brief.check()
        return 1


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(monkeypatch)


@pytest.fixture
def bridge(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriterBridge:
    make = Writer.__init__

    def keep(writer: Writer, folder: Path, on_event: Callable[[Event], None], device: str) -> None:
        told.events.append(on_event)
        make(writer, folder, on_event, device=device)

    monkeypatch.setattr(Writer, "__init__", keep)
    return WriterBridge(tmp_path)


def test_events_come_on_the_gui_thread(bridge: WriterBridge, told: Told, qtbot: QtBot) -> None:
    threads: list[QThread] = []
    bridge.ready.connect(lambda _: threads.append(QThread.currentThread()))
    with qtbot.waitSignal(bridge.ready) as ready:
        told.tell(READY)
    assert ready.args == [READY]
    assert threads == [bridge.thread()]


def test_only_the_latest_text_of_each_row_is_told(
    bridge: WriterBridge, told: Told, qtbot: QtBot
) -> None:
    seen: list[Preview] = []
    bridge.preview.connect(seen.append)
    bridge.write(BRIEF)
    told.tell(*(Preview(1, row, "x" * length) for length in range(100) for row in range(2)))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [Preview(1, 0, "x" * 99), Preview(1, 1, "x" * 99)]


def test_no_preview_comes_after_the_end(bridge: WriterBridge, told: Told, qtbot: QtBot) -> None:
    seen: list[Preview] = []
    bridge.preview.connect(seen.append)
    bridge.write(BRIEF)
    told.tell(DONE, Preview(1, 0, "late"))
    with qtbot.waitSignal(bridge.finished):
        pass
    bridge.write(BRIEF)
    told.tell(Preview(1, 0, "new"))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [Preview(1, 0, "new")]


def test_a_prepared_model_is_loaded(bridge: WriterBridge, told: Told, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bridge.prepared):
        told.tell(Prepared("smollm2"))
    assert told.starts == 1


def test_notes_that_cannot_be_used_raise(bridge: WriterBridge) -> None:
    with pytest.raises(NotesError):
        bridge.write(Brief(""))


def test_nothing_is_told_once_closed(bridge: WriterBridge, told: Told, qtbot: QtBot) -> None:
    bridge.close()
    with qtbot.assertNotEmitted(bridge.ready, wait=50):
        told.tell(READY)


def test_a_folder_without_the_model_has_none(bridge: WriterBridge) -> None:
    assert not bridge.has_model()
