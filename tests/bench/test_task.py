"""What goes between `bench.speed` and an engine's process."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from bench.peers.task import ROOT, Task, ask

TASK = Task("model", (1,) * 60, (1, 8), 40, 2, 0, "text", ((1,) * 50, (2,) * 70), 4, (2,), 96)
LOUD_ENGINE = """
from bench.peers.task import Timing, serve

class Loud:
    version = "loud 1"
    drawn = 0

    def __init__(self, task):
        print("loading", task.model)

    def draw(self, prompt, rows, tokens, ends):
        Loud.drawn += 1
        return Timing(rows, rows * tokens, len(prompt), Loud.drawn)

serve(Loud)
"""


def _served(task: Task) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LOUD_ENGINE]
    told = json.dumps(asdict(task))
    return subprocess.run(command, input=told, capture_output=True, text=True, cwd=ROOT, check=True)


def test_what_an_engine_prints_is_no_part_of_its_answer() -> None:
    done = _served(TASK)
    assert json.loads(done.stdout)["version"] == "loud 1"
    assert done.stderr == "loading model\n"


def test_the_first_batch_is_not_timed_and_briefs_come_last() -> None:
    answer = json.loads(_served(TASK).stdout)
    assert [timing["total_s"] for timing in answer["timings"]] == [2, 3]
    assert answer["briefs_s"] == [4, 5]


def test_each_batch_has_the_rows_that_were_asked_for() -> None:
    timings = json.loads(_served(TASK).stdout)["timings"]
    assert [(one["rows"], one["tokens"]) for one in timings] == [(1, 40), (8, 320)]


def test_an_engine_that_fails_is_heard() -> None:
    with pytest.raises(RuntimeError, match="No module named 'llama_cpp'"):
        ask(sys.executable, "llama_batched", TASK)


def test_the_room_of_a_task_is_for_its_largest_batch() -> None:
    assert TASK.room == 70 + 4 * 96
    assert replace(TASK, briefs=()).room == 60 + 8 * 40
