"""Where memory runs out, fewer rows are drawn side by side, and in the end a sentence is said."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from models.engine import device_graphs
from models.engine.decode import Decoder, Ending, Row, Run
from models.engine.device_full import OutOfMemory, is_out_of_memory
from models.engine.sampling import Sampling
from models.engine.session import Graph, load_graph
from tests.helpers.tiny_graph import TinyGraph

END = 0
PROMPT = (3, 9, 4, 15, 11)
ON_CUDA = (
    "[ONNXRuntimeError] : 6 : Failed to allocate memory for requested buffer of size 104857600"
)
RUN = Run((2, 7), PROMPT, 8, 8, 12, 5, Sampling(temperature=1.0, min_p=0.001, apart=0.0))


@dataclass
class Narrow:
    """A session that has memory for so many rows; `tried` is what it was asked for."""

    session: ort.InferenceSession
    rows: int
    says: str = ON_CUDA
    tried: list[int] = field(default_factory=list)

    def io_binding(self) -> ort.IOBinding:
        return self.session.io_binding()

    def run_with_iobinding(self, binding: Any) -> None:
        self.tried.append(binding._bound_inputs["input_ids"].shape()[0])
        if self.tried[-1] > self.rows:
            raise RuntimeError(self.says)
        self.session.run_with_iobinding(binding)


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return load_graph(TinyGraph().save(tmp_path), "cpu", threads=1)


def decoder(graph: Graph, session: Narrow) -> Decoder:
    return Decoder(replace(graph, session=session), [bytes([i]) for i in range(16)], [END])


def draw(writer: Decoder, run: Run = RUN) -> list[Row]:
    return writer.run(run, lambda _: None, lambda: False)


def texts(rows: Sequence[Row]) -> list[bytes]:
    return [row.written for row in rows]


@pytest.mark.parametrize("most", [4, 3, 1])
def test_rows_in_smaller_batches_are_the_same_rows(graph: Graph, most: int) -> None:
    session = Narrow(graph.session, most)
    assert texts(draw(decoder(graph, session))) == texts(
        draw(decoder(graph, Narrow(graph.session, 8)))
    )
    refused = [tried for tried in session.tried if tried > most]
    assert refused == [tried for tried in (8, 4, 2) if tried > most]


def test_what_there_was_no_memory_for_is_not_tried_again(graph: Graph) -> None:
    session = Narrow(graph.session, 2)
    writer = decoder(graph, session)
    draw(writer)
    assert writer._row_cache.rows == 2
    session.tried.clear()
    draw(writer)
    assert max(session.tried) == 2


def test_no_batch_is_begun_once_enough_rows_have_ended(graph: Graph) -> None:
    whole = draw(decoder(graph, Narrow(graph.session, 8)), replace(RUN, tokens=80))
    enough = sum(row.ending is Ending.SENTENCE for row in whole[:4])
    assert enough
    run = replace(RUN, tokens=80, enough=enough)
    rows = draw(decoder(graph, Narrow(graph.session, 4)), run)
    assert texts(rows[4:]) == [b""] * 4
    assert {row.ending for row in rows[4:]} == {Ending.SPARED}


def test_where_not_one_row_fits_a_sentence_says_so(graph: Graph) -> None:
    with pytest.raises(OutOfMemory) as failed:
        draw(decoder(graph, Narrow(graph.session, 0)))
    assert failed.value.what_happened == (
        "This computer has too little free memory for this model and these notes."
    )


def test_a_run_after_that_tries_all_rows(graph: Graph) -> None:
    session = Narrow(graph.session, 0)
    writer = decoder(graph, session)
    with pytest.raises(OutOfMemory):
        draw(writer)
    session.rows = 8
    draw(writer)
    assert max(session.tried) == 8


def test_another_fault_is_not_taken_for_it(graph: Graph) -> None:
    session = Narrow(graph.session, 4, says="[ONNXRuntimeError] : 1 : FAIL : Non-zero status code")
    with pytest.raises(RuntimeError, match="Non-zero status code"):
        draw(decoder(graph, session))
    assert [tried for tried in session.tried if tried > 1] == [8]


def test_a_full_graphics_card_leaves_the_cpu() -> None:
    assert "--device cpu" in OutOfMemory("cuda").what_to_do
    assert "--device" not in OutOfMemory("cpu").what_to_do


def test_a_cache_that_no_computer_holds_is_refused_in_a_sentence(graph: Graph) -> None:
    with pytest.raises(OutOfMemory):
        draw(decoder(graph, Narrow(graph.session, 8)), replace(RUN, tokens=10**13))


def test_what_onnxruntime_says_of_memory_is_known() -> None:
    session = ort.InferenceSession(
        device_graphs.copier(1, np.dtype(np.float32)), providers=["CPUExecutionProvider"]
    )
    feeds = {"source0": np.zeros((1, 1, 1, 1), np.float32), "tokens": np.array([1])}
    feeds["shape"] = np.array([10**7, 10**7, 1, 1])
    with pytest.raises(Exception) as failed:  # noqa: PT011 (onnxruntime's errors share no type)
        session.run(None, feeds)
    assert is_out_of_memory(failed.value)


IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from models.engine.decode import Decoder, Run
from models.engine.sampling import Sampling
from models.engine.session import load_graph

TOKENS, ROOM = 1 << 20, 256 << 20  # of a row's cache: 4 buffers of 2 heads of 8 numbers a token
graph = load_graph(Path(sys.argv[1]), "cpu", threads=1)
decoder = Decoder(graph, [bytes([i]) for i in range(16)], [0])
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
limit = used + int((1 + float(sys.argv[2])) * ROOM)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
decoder.warm_up((2, 7), 8, TOKENS - 2, lambda: False)
print(decoder._row_cache.rows)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a process is held to little memory there")
@pytest.mark.parametrize(("room", "rows"), [(9.5, "8"), (3.5, "2")])
def test_as_many_rows_are_drawn_as_the_process_has_memory_for(
    tmp_path: Path, room: float, rows: str
) -> None:
    command = [sys.executable, "-c", IN_LITTLE_MEMORY, str(TinyGraph().save(tmp_path)), str(room)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == rows
