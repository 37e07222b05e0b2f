"""Rows with the same text so far are drawn apart, within reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from models.engine.decode import Decoder, Run
from models.engine.sampling import Sampling
from models.engine.session import Graph, load_graph
from models.install.loss import read_all
from tests.helpers.tiny_graph import TinyGraph

PROMPT = (3, 9, 4, 15, 11)
ROWS = 12
COLD = 0.01
"""A temperature at which each row takes the likeliest token that is left to it."""


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    return load_graph(TinyGraph().save(tmp_path), "cpu", threads=1)


@pytest.fixture
def logits(graph: Graph) -> npt.NDArray[np.float32]:
    """Of the token behind the prompt, `[vocabulary]`."""
    last: npt.NDArray[np.float32] = read_all(graph, PROMPT)[-1]
    return last


def first_tokens(graph: Graph, sampling: Sampling) -> list[int]:
    decoder = Decoder(graph, [bytes([i]) for i in range(16)], [])
    run = Run((), PROMPT, ROWS, ROWS, 1, 5, sampling)
    return [row.written[0] for row in decoder.run(run, lambda _: None, lambda: False)]


def test_rows_that_are_not_drawn_apart_all_take_the_likeliest(
    graph: Graph, logits: npt.NDArray[np.float32]
) -> None:
    taken = first_tokens(graph, Sampling(temperature=COLD, apart=0.0))
    assert set(taken) == {int(logits.argmax())}


def test_each_row_takes_what_those_before_it_left(
    graph: Graph, logits: npt.NDArray[np.float32]
) -> None:
    taken = first_tokens(graph, Sampling(temperature=COLD, apart=100.0, most_apart=1000.0))
    assert taken == np.argsort(-logits)[:ROWS].tolist()


def test_no_row_takes_what_is_too_unlikely_however_many_there_are(
    graph: Graph, logits: npt.NDArray[np.float32]
) -> None:
    most = float(logits.max() - np.sort(logits)[-3])
    taken = first_tokens(graph, Sampling(temperature=COLD, apart=most, most_apart=most))
    assert len(set(taken)) > 1
    assert all(logits.max() - logits[token] <= most + 0.1 for token in taken)
