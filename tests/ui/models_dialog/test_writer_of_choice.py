"""One writer after the other, and what each has to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from pytestqt.qtbot import QtBot

from app.compose.brief import Brief
from app.compose.events import Died, Event, Failed, Finished, Prepared, Ready, Stopped, Timings
from app.errors import ModelError
from app.preparing import Preparer
from app.writer import Writer
from models.library import BUILT_IN
from ui.models_dialog.writer_of_choice import WriterOfChoice

BRIEF = Brief("The council votes on 3 February.")
DONE = Finished(1, (), Timings(0.1, 0.1, 0.2))
ERROR = ModelError("It is damaged.", "Install it again.")
CANNOT_LOAD = Failed(None, ERROR)


def ready(model_id: str) -> Ready:
    return Ready(model_id, model_id, "CPU", "", 0.1)


class Told:
    """The real writers and preparer without their processes.

    Attributes:
        loaded: the models that were started, in order.
        devices: where each of them was to run.
        events: by model, the end that its latest writer tells.
        like: by model, what it was told that the next run is like.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loaded: list[str] = []
        self.devices: list[str] = []
        self.closed: list[str] = []
        self.events: dict[str, Callable[[Event], None]] = {}
        self.like: dict[str, Brief] = {}
        self.prepares: list[Callable[[Event], None]] = []
        monkeypatch.setattr(Writer, "start", self._start_of())
        monkeypatch.setattr(Writer, "close", self._close_of())
        monkeypatch.setattr(Preparer, "start", self._prepare_of())

    def _start_of(self) -> Callable[[Writer], None]:
        def start(writer: Writer) -> None:
            self.loaded.append(writer._model_id)
            self.devices.append(writer._device)
            self.events[writer._model_id] = writer._on_event
            self.like[writer._model_id] = writer._like

        return start

    def _close_of(self) -> Callable[[Writer], None]:
        return lambda writer: self.closed.append(writer._model_id)

    def _prepare_of(self) -> Callable[[Preparer], None]:
        return lambda preparer: self.prepares.append(preparer._on_event)

    def tell(self, model_id: str, event: Event) -> None:
        self._off_thread(self.events[model_id], event)

    def tell_prepared(self, event: Event) -> None:
        self._off_thread(self.prepares[-1], event)

    @staticmethod
    def _off_thread(tell: Callable[[Event], None], event: Event) -> None:
        thread = Thread(target=tell, args=(event,))
        thread.start()
        thread.join()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(monkeypatch)


@pytest.fixture
def writer(told: Told, tmp_path: Path, qtbot: QtBot) -> Iterator[WriterOfChoice]:
    """With the built-in model loaded; closed in the end, so that nothing of it comes later."""
    writer = WriterOfChoice(tmp_path)
    writer.start()
    qtbot.waitUntil(lambda: told.loaded == [BUILT_IN])
    with qtbot.waitSignal(writer.ready):
        told.tell(BUILT_IN, ready(BUILT_IN))
    yield writer
    if writer._is_open:
        writer.close()


def load(writer: WriterOfChoice, told: Told, model_id: str, qtbot: QtBot) -> None:
    writer.use(model_id)
    qtbot.waitUntil(lambda: told.loaded[-1] == model_id)


def test_the_earlier_model_is_out_of_memory_before_the_next_is_loaded(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    writer.use("large").result(5)
    assert told.closed == [BUILT_IN]
    qtbot.waitUntil(lambda: told.loaded == [BUILT_IN, "large"])


def test_the_same_model_is_not_loaded_twice(writer: WriterOfChoice, told: Told) -> None:
    writer.use(BUILT_IN).result(5)
    assert told.loaded == [BUILT_IN]
    assert told.closed == []


def test_what_an_earlier_writer_tells_is_dropped(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    earlier = told.events[BUILT_IN]
    load(writer, told, "large", qtbot)
    with qtbot.assertNotEmitted(writer.finished), qtbot.waitSignal(writer.ready):
        earlier(DONE)
        told.tell("large", ready("large"))


def test_a_run_under_way_is_told_to_be_stopped(
    writer: WriterOfChoice, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(Writer, "write", lambda *_: 3)
    writer.write(BRIEF)
    with qtbot.waitSignal(writer.stopped) as stopped:
        writer.use("large")
    assert stopped.args == [Stopped(3)]


def test_without_a_run_nothing_is_told_to_be_stopped(writer: WriterOfChoice, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(writer.stopped), qtbot.waitSignal(writer.prepared):
        writer.use("large")


def test_the_next_model_knows_what_the_next_run_is_like(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    writer.warm_up(BRIEF)
    load(writer, told, "large", qtbot)
    assert told.like["large"] == BRIEF


@pytest.mark.parametrize("event", [CANNOT_LOAD, Died(ERROR)])
def test_a_model_that_cannot_be_loaded_makes_room_for_the_built_in_one(
    writer: WriterOfChoice, told: Told, qtbot: QtBot, event: Event
) -> None:
    load(writer, told, "large", qtbot)
    silent = qtbot.assertNotEmitted(writer.failed), qtbot.assertNotEmitted(writer.died)
    with silent[0], silent[1], qtbot.waitSignal(writer.refused) as refused:
        told.tell("large", event)
    assert refused.args == ["large", ERROR]
    qtbot.waitUntil(lambda: told.loaded == [BUILT_IN, "large", BUILT_IN])


def test_a_model_that_dies_while_it_writes_is_kept(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    load(writer, told, "large", qtbot)
    with qtbot.waitSignal(writer.ready):
        told.tell("large", ready("large"))
    with qtbot.assertNotEmitted(writer.refused), qtbot.waitSignal(writer.died):
        told.tell("large", Died(ERROR))
    writer.start()
    qtbot.waitUntil(lambda: told.loaded == [BUILT_IN, "large", "large"])


def test_a_built_in_model_that_cannot_be_loaded_is_told_as_ever(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(writer.refused), qtbot.waitSignal(writer.failed):
        told.tell(BUILT_IN, CANNOT_LOAD)


def test_a_model_chosen_while_the_built_in_one_is_made_waits_for_that(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    writer.prepare()
    writer.use("large").result(5)
    assert told.loaded == [BUILT_IN]
    with qtbot.waitSignal(writer.prepared):
        told.tell_prepared(Prepared(BUILT_IN))
    qtbot.waitUntil(lambda: told.loaded == [BUILT_IN, "large"])


@pytest.mark.parametrize("event", [Stopped(0), CANNOT_LOAD])
def test_it_is_loaded_too_where_that_came_to_nothing(
    writer: WriterOfChoice, told: Told, qtbot: QtBot, event: Event
) -> None:
    writer.prepare()
    writer.use("large")
    told.tell_prepared(event)
    qtbot.waitUntil(lambda: told.loaded == [BUILT_IN, "large"])


def test_once_closed_nothing_is_loaded_and_nothing_told(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    late = told.events[BUILT_IN]
    writer.close()
    with qtbot.assertNotEmitted(writer.ready, wait=50):
        late(ready(BUILT_IN))
    assert told.loaded == [BUILT_IN]


def test_on_the_cpu_the_same_model_is_loaded_anew_once_the_card_is_free(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    writer.use_cpu()
    qtbot.waitUntil(lambda: told.loaded == [BUILT_IN, BUILT_IN])
    assert told.devices == ["auto", "cpu"]
    assert told.closed == [BUILT_IN]


def test_another_model_is_tried_on_the_card_again(
    writer: WriterOfChoice, told: Told, qtbot: QtBot
) -> None:
    writer.use_cpu()
    load(writer, told, "large", qtbot)
    assert told.devices == ["auto", "cpu", "auto"]
