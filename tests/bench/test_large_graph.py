"""The large graph, made small."""

from __future__ import annotations

from pathlib import Path

from bench.large_graph import LargeGraph, Size
from models.engine.session import load_graph

SMALL = Size(layers=2, hidden=64, heads=4, kv_heads=2, inner=128, vocabulary=96, context=64)


def test_the_engine_reads_it_as_any_graph(tmp_path: Path) -> None:
    shapes = load_graph(LargeGraph(SMALL).write(tmp_path), "cpu").shapes
    found = (shapes.layers, shapes.kv_heads, shapes.head_dim, shapes.vocabulary)
    assert found == (2, 2, 16, 96)
    assert shapes.in_place
    assert shapes.last_only


def test_its_weights_lie_in_a_file_of_their_own(tmp_path: Path) -> None:
    graph = LargeGraph(SMALL).write(tmp_path)
    assert graph.with_name("model.onnx.data").stat().st_size > 10 * 4096
    assert b"model.onnx.data" in graph.read_bytes()
