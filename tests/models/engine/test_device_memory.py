"""A cache that only graphs can reach is the cache that numpy moves, token for token."""

from __future__ import annotations

import mmap
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.engine.cache import cache_for
from models.engine.decode import Decoder, Row, Run
from models.engine.device import CPU
from models.engine.device_memory import HOST, DeviceMemory, Floats, Part
from models.engine.sampling import Sampling
from models.engine.session import Graph, load_graph
from models.engine.step import Step
from tests.helpers.tiny_graph import TinyGraph

END = 0
PREFIX, PROMPT, LONG = (3, 9, 4, 15), (11, 5, 8), tuple(range(1, 16)) * 20
SHAPES = [
    TinyGraph(grouped, positions, kind)
    for grouped in (True, False)
    for positions in (True, False)
    for kind in ("float32", "float16")
]


def name(tiny: TinyGraph) -> str:
    attention = "grouped" if tiny.grouped else "plain"
    return f"{attention}, {'positions' if tiny.positions else 'no positions'}, {tiny.kind}"


def on_device(graph: Graph) -> Graph:
    """The same graph, its memory out of numpy's reach; the device happens to be the CPU."""
    shapes = graph.shapes
    kinds = (2 * shapes.layers, shapes.cache_dtype, shapes.dtype)
    return replace(graph, memory=DeviceMemory("cpu", 0, CPU, *kinds))


def decoder(graph: Graph) -> Decoder:
    """Each token writes one byte of its own number."""
    return Decoder(graph, [bytes([token]) for token in range(16)], [END])


def draw(writer: Decoder, prompt: tuple[int, ...], seed: int, prefix: tuple[int, ...]) -> list[Row]:
    run = Run(prefix, prompt, 5, 5, 12, seed, Sampling(temperature=1.0, min_p=0.001, apart=1.0))
    return writer.run(run, lambda _: None, lambda: False)


def drawn(rows: list[Row]) -> list[tuple[bytes, str, float]]:
    return [(row.written, str(row.ending), row.log_chances) for row in rows]


@pytest.mark.parametrize("tiny", SHAPES, ids=name)
def test_the_same_rows_are_drawn(tiny: TinyGraph, tmp_path: Path) -> None:
    graph = load_graph(tiny.save(tmp_path), "cpu", threads=1)
    host, device = decoder(graph), decoder(on_device(graph))
    endings, lengths = set(), set()
    for seed, prompt in enumerate((PROMPT, (13, 2), PROMPT, (1, 2, 3, 4, 5))):
        rows = draw(host, prompt, seed, PREFIX)
        assert drawn(draw(device, prompt, seed, PREFIX)) == drawn(rows)
        endings |= {row.ending for row in rows}
        lengths |= {row.tokens for row in rows}
    assert len(endings) > 1  # so rows have left their batch, and others moved over them
    assert len(lengths) > 2


@pytest.mark.parametrize("grouped", [True, False])
def test_the_same_rows_are_drawn_in_buffers_that_grew(grouped: bool, tmp_path: Path) -> None:
    graph = load_graph(TinyGraph(grouped).save(tmp_path), "cpu", threads=1)
    host, device = decoder(graph), decoder(on_device(graph))
    for prefix, prompt in (((), PROMPT), (PREFIX, LONG), (PREFIX, PROMPT)):
        wanted = drawn(draw(host, prompt, 4, prefix))
        assert drawn(draw(device, prompt, 4, prefix)) == wanted


def test_logits_come_as_32_bits_from_a_device_that_keeps_16(tmp_path: Path) -> None:
    graph = on_device(load_graph(TinyGraph(kind="float16").save(tmp_path), "cpu", threads=1))
    cache = cache_for(graph.shapes, 1, 8, graph.memory)
    step = Step(graph, cache, rows=1, width=3)
    cache.lengthen(3, [3])
    logits = step.run(PROMPT, [3])
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits[0], TinyGraph(kind="float16").logits(PROMPT)[-1], atol=0.05)


@pytest.mark.parametrize("grouped", [True, False])
def test_no_part_of_a_cache_on_a_device_is_an_array(
    grouped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = load_graph(TinyGraph(grouped).save(tmp_path), "cpu", threads=1)
    asked: list[Part] = []
    arrays = Part.arrays

    def watched(part: Part) -> list[Floats]:
        asked.append(part)
        return arrays(part)

    monkeypatch.setattr(Part, "arrays", watched)
    draw(decoder(on_device(graph)), PROMPT, 1, PREFIX)
    assert asked == []
    draw(decoder(graph), PROMPT, 1, PREFIX)
    assert asked != []


def test_a_row_is_moved_and_its_neighbour_left(tmp_path: Path) -> None:
    graph = on_device(load_graph(TinyGraph().save(tmp_path), "cpu", threads=1))
    cache = cache_for(graph.shapes, 3, 4, graph.memory)
    numbers = np.arange(3 * 2 * 4 * 8, dtype=np.float32).reshape(3, 2, 4, 8)
    for buffer in cache._buffers:
        buffer.host[...] = numbers.ravel()
    cache.move_row(0, 2, 0, 4)
    for buffer in cache._buffers:
        held = buffer.host.reshape(numbers.shape)
        np.testing.assert_array_equal(held, numbers[[0, 1, 0]])


@pytest.mark.skipif(sys.platform != "linux", reason="the system is asked what the process holds")
def test_room_that_no_token_uses_takes_up_no_memory() -> None:
    rows, room, used = 512, 16384, 64
    before = held_bytes()
    buffer = HOST.buffer(rows * room, np.dtype(np.float32))
    buffer.host.reshape(rows, room)[:, :used] = 1
    # A page of 4 KiB for each row, where huge pages would take up all of the room.
    assert held_bytes() - before < buffer.host.nbytes / 2


def held_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * mmap.PAGESIZE
