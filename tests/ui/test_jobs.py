"""A job ends once, on the thread that asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from pytestqt.qtbot import QtBot

from app.errors import Cancelled
from ui.jobs import Jobs


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def test_the_result_arrives_on_the_thread_that_asked(jobs: Jobs, qtbot: QtBot) -> None:
    told: list[tuple[int, threading.Thread]] = []
    with ThreadPoolExecutor(1) as pool:
        jobs.watch(pool.submit(lambda: 7), lambda n: told.append((n, threading.current_thread())))
        qtbot.waitUntil(lambda: bool(told))
    assert told == [(7, threading.main_thread())]


def test_a_settled_future_is_answered_in_a_later_turn(jobs: Jobs, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    future.set_result(1)
    told: list[int] = []
    jobs.watch(future, told.append)
    assert told == []
    qtbot.waitUntil(lambda: told == [1])


@pytest.mark.parametrize("error", [ValueError("x"), Cancelled()])
def test_failing_and_being_cancelled_are_two_endings(
    jobs: Jobs, qtbot: QtBot, error: Exception
) -> None:
    future: Future[int] = Future()
    told: list[str] = []
    jobs.watch(
        future,
        lambda _: told.append("done"),
        lambda _: told.append("failed"),
        lambda: told.append("cancelled"),
    )
    future.set_exception(error)
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["cancelled" if isinstance(error, Cancelled) else "failed"]


def test_a_failure_that_nobody_takes_is_a_bug(jobs: Jobs, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    jobs.watch(future, lambda _: None)
    with qtbot.waitSignal(jobs.broke):
        future.set_exception(ValueError("x"))


def test_after_closing_nothing_is_told(jobs: Jobs, qtbot: QtBot) -> None:
    future: Future[int] = Future()
    told: list[int] = []
    jobs.watch(future, told.append)
    future.set_result(1)
    jobs.close()
    other = Jobs()
    done: Future[int] = Future()
    done.set_result(2)
    later: list[int] = []
    other.watch(done, later.append)
    qtbot.waitUntil(lambda: later == [2])
    assert told == []
