"""The figures that are read from rounds, and the page that is made of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import report
from bench.peers.task import Answer, Timing
from bench.results import (
    Measured,
    Results,
    Round,
    drafts_s,
    memory_mb,
    one_row_rate,
    rate,
    read_results,
    write_results,
)

NAMES = ("Twite", "batched 4", "batched 8", "turns 4", "turns 8", "genai", "optimum")


def _round(slowness: float, memory: float = 400.0) -> Round:
    """Rows of 41 tokens: the first after 0.1 s, all after 1.1, 2.1 and 4.1 s, times a slowness."""
    timings = tuple(
        Timing(rows, rows * 41, 0.1 * slowness, seconds * slowness)
        for rows, seconds in ((1, 1.1), (4, 2.1), (8, 4.1))
    )
    answer = Answer("engine 1.0", 0.2, timings, memory, (0.5 * slowness, 0.7 * slowness))
    return Round(answer, (0.05, 0.07))


def _results(*slowness: float) -> Results:
    engines = tuple(
        Measured(name, "somehow", 150.0, (_round(slow), _round(2 * slow), _round(slow)))
        for name, slow in zip(NAMES, slowness, strict=True)
    )
    return Results(
        "2026-11-28 01:00 UTC", "a machine", 2, 0.1, 1.9, 60, 41, 40e9, 150_000_000, engines
    )


RESULTS = _results(1, 4, 3, 6, 7, 2, 9)


def test_results_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "speed.json"
    write_results(RESULTS, file)
    assert read_results(file) == RESULTS


def test_a_rate_counts_the_prompt_and_the_decoding_of_one_row_does_not() -> None:
    one = _round(1)
    assert rate(0)(one) == pytest.approx(41 / 1.1)
    assert one_row_rate(one) == pytest.approx(40 / 1.0)
    assert rate(-1)(one) == pytest.approx(8 * 41 / 4.1)


def test_a_figure_is_the_median_of_the_rounds() -> None:
    assert RESULTS.twite.middle(drafts_s) == pytest.approx(0.6)


def test_a_ratio_is_taken_within_each_round() -> None:
    twite, other = RESULTS.twite, RESULTS.engines[1]
    slow_for_all = replace(other, rounds=(_round(4), _round(8), _round(40)))
    assert twite.times(slow_for_all, rate(-1)) == pytest.approx(4)


def test_llama_cpp_is_held_up_at_the_width_at_which_it_is_faster() -> None:
    assert RESULTS.batched.name == "batched 8"
    assert RESULTS.in_turns.name == "turns 4"


def test_the_share_of_bandwidth_is_what_one_row_reads_in_a_second() -> None:
    assert RESULTS.share_of_bandwidth == pytest.approx(40 * 150e6 / 40e9)


def test_the_page_says_whether_each_bound_holds() -> None:
    page = report.tables(RESULTS)
    assert "| 8 rows, times batched 8 | 3.00 | at least 2.2 | yes |" in page
    assert "| new notes behind kept turns: first text, ms | 60 | at most 80 | yes |" in page
    slow = report.tables(_results(2, 4, 3, 6, 7, 2, 9))
    assert "| 8 rows, times batched 8 | 1.50 | at least 2.2 | no |" in slow


def test_more_memory_than_the_weights_explain_is_no_hit() -> None:
    heavy = replace(RESULTS.twite, rounds=tuple(_round(1, memory=500.0) for _ in range(3)))
    page = report.tables(replace(RESULTS, engines=(heavy, *RESULTS.engines[1:])))
    assert heavy.middle(memory_mb) == 500
    assert "weights are smaller | 100 | at most 0 | no |" in page


def test_figures_of_a_busy_machine_are_called_preliminary() -> None:
    assert "preliminary" not in report.tables(RESULTS)
    assert "preliminary" in report.tables(replace(RESULTS, load_before=0.9))


def test_the_longest_bar_of_the_picture_is_the_fastest_engine_s() -> None:
    drawing = ElementTree.fromstring(report.picture(RESULTS))
    bars = list(drawing.iter("{http://www.w3.org/2000/svg}rect"))
    lengths = [float(bar.attrib["width"]) for bar in bars[: len(NAMES)]]
    assert max(lengths) == lengths[0]
    assert lengths[1] == pytest.approx(lengths[0] / 4, abs=0.1)
