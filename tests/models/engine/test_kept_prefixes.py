"""Prefixes that are read once for a model, not once a start."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from models.engine.decode import Decoder, Row, Run
from models.engine.device_memory import Floats
from models.engine.kept_prefixes import KeptPrefixes
from models.engine.sampling import Sampling
from models.engine.session import load_graph
from tests.helpers.tiny_graph import TinyGraph

END = 0
PREFIX, OTHER, PROMPT = (3, 9, 4, 15), (7, 2), (11, 5, 8)
GRAPHS = [TinyGraph(grouped=True), TinyGraph(grouped=False)]
CACHE = np.arange(24, dtype=np.float32).reshape(2, 1, 4, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "prefixes"


def kept(folder: Path, model: str = "one") -> KeptPrefixes:
    return KeptPrefixes(folder, model, worth_s=0.0)


def start(tiny: TinyGraph, folder: Path, kept: KeptPrefixes | None) -> Decoder:
    """A decoder as after a start."""
    graph = load_graph(tiny.save(folder), "cpu", threads=1)
    return Decoder(graph, [bytes([token]) for token in range(tiny.vocabulary)], [END], kept)


def draw(decoder: Decoder, prefix: tuple[int, ...] = PREFIX) -> list[tuple[bytes, list[float]]]:
    sampling = Sampling(temperature=1.0, min_p=0.001, apart=0.0)
    rows: list[Row] = decoder.run(
        Run(prefix, PROMPT, 5, 5, 12, 5, sampling), lambda _: None, lambda: False
    )
    return [(row.written, row.log_chances) for row in rows]


@pytest.mark.parametrize("tiny", GRAPHS, ids=["grouped", "plain"])
def test_a_kept_prefix_draws_what_a_read_one_draws(
    tiny: TinyGraph, folder: Path, tmp_path: Path
) -> None:
    wanted = draw(start(tiny, tmp_path, None))
    draw(start(tiny, tmp_path, kept(folder)))
    again = start(tiny, tmp_path, kept(folder))
    assert draw(again) == wanted
    assert draw(again, OTHER) == draw(start(tiny, tmp_path, None), OTHER)


def test_a_kept_prefix_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    kept(folder).keep(PREFIX, np.zeros_like(cache_of(GRAPHS[0], tmp_path, folder)), took_s=1)
    assert draw(start(GRAPHS[0], tmp_path, kept(folder))) != draw(start(GRAPHS[0], tmp_path, None))


def cache_of(tiny: TinyGraph, folder: Path, prefixes: Path) -> Floats:
    draw(start(tiny, folder, kept(prefixes)))
    found = kept(prefixes).find(PREFIX)
    assert found is not None
    return found


def test_what_is_read_in_no_time_is_not_kept(folder: Path) -> None:
    prefixes = KeptPrefixes(folder, "one", worth_s=0.5)
    prefixes.keep(PREFIX, CACHE, took_s=0.4)
    assert prefixes.find(PREFIX) is None
    prefixes.keep(PREFIX, CACHE, took_s=0.6)
    assert prefixes.find(PREFIX) is not None


def test_another_model_has_prefixes_of_its_own(folder: Path) -> None:
    kept(folder).keep(PREFIX, CACHE, took_s=1)
    assert kept(folder, "another").find(PREFIX) is None


@pytest.mark.parametrize("cut", [0, 10, -1])
def test_a_file_that_was_cut_off_is_read_over(folder: Path, cut: int) -> None:
    kept(folder).keep(PREFIX, CACHE, took_s=1)
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:cut])
    assert kept(folder).find(PREFIX) is None


def test_a_file_with_one_wrong_byte_is_read_over(folder: Path) -> None:
    kept(folder).keep(PREFIX, CACHE, took_s=1)
    (file,) = folder.iterdir()
    wrong = bytearray(file.read_bytes())
    wrong[-1] ^= 1
    file.write_bytes(wrong)
    assert kept(folder).find(PREFIX) is None


def test_the_four_used_last_are_kept(folder: Path) -> None:
    for number in range(4):
        kept(folder).keep((number,), CACHE[:, :, :1], took_s=1)
    for file in folder.iterdir():
        os.utime(file, (1, 1))
    kept(folder).find((0,))
    kept(folder).keep((4,), CACHE[:, :, :1], took_s=1)
    found = [number for number in range(5) if kept(folder).find((number,)) is not None]
    assert len(found) == 4
    assert {0, 4} <= set(found)


def test_a_folder_that_cannot_be_written_keeps_none(tmp_path: Path) -> None:
    (tmp_path / "prefixes").write_text("a file where the folder should be")
    prefixes = kept(tmp_path / "prefixes")
    prefixes.keep(PREFIX, CACHE, took_s=1)
    assert prefixes.find(PREFIX) is None
