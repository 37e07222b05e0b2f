from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.drafts.draft import Folder
from app.drafts.lane import StoreLane
from app.drafts.store import DraftStore
from app.errors import StoreError

SECONDS = 10.0


@pytest.fixture
def lane(file: Path) -> Iterator[StoreLane]:
    lane = StoreLane(file)
    yield lane
    assert lane.close(SECONDS)


def test_a_call_answers_with_what_the_function_returns(lane: StoreLane) -> None:
    assert lane.call(lambda store: store.counts().drafts).result(SECONDS) == 0


def test_every_call_runs_on_one_thread_that_is_not_the_callers(lane: StoreLane) -> None:
    threads = {lane.call(lambda _: threading.get_ident()).result(SECONDS) for _ in range(5)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_calls_run_in_the_order_they_came(lane: StoreLane) -> None:
    ran: list[int] = []

    def noting(number: int) -> Callable[[DraftStore], None]:
        return lambda _: ran.append(number)

    for call in [lane.call(noting(number)) for number in range(50)]:
        call.result(SECONDS)
    assert ran == list(range(50))


def test_a_call_returns_before_the_store_is_open(lane: StoreLane) -> None:
    gate = threading.Event()
    blocked = lane.call(lambda _: gate.wait(SECONDS))
    behind = lane.call(lambda store: store.counts())
    assert not behind.done()
    gate.set()
    assert blocked.result(SECONDS)
    assert behind.result(SECONDS).drafts == 0


def test_an_error_of_one_call_stays_with_its_future(lane: StoreLane) -> None:
    failed = lane.call(lambda store: store.get("000000000"))
    following = lane.call(lambda store: store.create(("fine",)))
    assert isinstance(failed.exception(SECONDS), StoreError)
    assert following.result(SECONDS).posts == ("fine",)


def test_a_store_that_cannot_open_fails_every_call_and_is_tried_again(
    lane: StoreLane, file: Path
) -> None:
    file.mkdir(parents=True)
    calls = [lane.call(lambda store: store.counts()) for _ in range(2)]
    assert all(isinstance(call.exception(SECONDS), StoreError) for call in calls)
    file.rmdir()
    assert lane.call(lambda store: store.counts().drafts).result(SECONDS) == 0


def test_closing_finishes_queued_saves_first(file: Path) -> None:
    lane = StoreLane(file)
    gate = threading.Event()
    lane.call(lambda _: gate.wait(SECONDS))
    for _ in range(20):
        lane.call(lambda store: store.create(("queued",)))
    gate.set()
    assert lane.close(SECONDS)
    store = DraftStore(file)
    assert len(store.summaries(Folder.DRAFTS)) == 20
    store.close()


def test_closing_says_when_saves_are_still_running(file: Path) -> None:
    lane = StoreLane(file)
    gate = threading.Event()
    lane.call(lambda _: gate.wait(SECONDS))
    assert not lane.close(0)
    gate.set()
    assert lane.close(SECONDS)


def test_a_closed_lane_takes_no_more_calls(file: Path) -> None:
    lane = StoreLane(file)
    assert lane.close(SECONDS)
    with pytest.raises(RuntimeError):
        lane.call(lambda store: store.counts())


def test_a_lane_never_used_makes_no_file(file: Path) -> None:
    assert StoreLane(file).close(SECONDS)
    assert not file.exists()
