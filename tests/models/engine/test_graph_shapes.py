"""Every shape of graph gives the log chances that the model gives without a cache, or is refused.

The graphs are tiny and random; the reference is the same model in numpy.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.engine.decode import Decoder, Ending, Row, Run
from models.engine.sampling import Sampling
from models.engine.session import load_graph
from models.errors import Cancelled, ModelError
from tests.helpers.log_chances import log_chances
from tests.helpers.tiny_graph import TinyGraph

END = 0
PREFIX, PROMPT, OTHER_PROMPT = (3, 9, 4, 15), (11, 5, 8), (13, 2)
RUN = Run(PREFIX, PROMPT, 5, 5, 12, 5, Sampling(temperature=1.0, min_p=0.001, apart=0.0))
SHAPES = [
    TinyGraph(grouped, positions, kind, heads=heads, kv_heads=kv_heads)
    for grouped in (True, False)
    for positions in (True, False)
    for kind in ("float32", "float16")
    for heads, kv_heads in ((1, 1), (4, 2), (9, 3))
]


def name(tiny: TinyGraph) -> str:
    attention = "grouped" if tiny.grouped else "plain"
    positions = "positions" if tiny.positions else "no positions"
    return f"{attention}, {positions}, {tiny.kind}, {tiny.heads} heads of {tiny.kv_heads}"


def decoder(tiny: TinyGraph, folder: Path, at_once: int = 512) -> Decoder:
    """Each token writes one byte of its own number, so that what is written tells the tokens."""
    graph = replace(load_graph(tiny.save(folder), "cpu", threads=1), at_once=at_once)
    return Decoder(graph, [bytes([token]) for token in range(tiny.vocabulary)], [END])


def draw(decoder: Decoder, prompt: tuple[int, ...], seed: int = 5) -> list[Row]:
    run = replace(RUN, prompt=prompt, seed=seed)
    return decoder.run(run, lambda _: None, lambda: False)


def by_the_book(tiny: TinyGraph, prompt: tuple[int, ...], row: Row) -> list[float]:
    """The log chances of all that a row was given, read at once."""
    given = [*row.written, *([END] if row.ending is Ending.SENTENCE else [])]
    return log_chances(tiny.logits, [*PREFIX, *prompt], given)


def tolerance(tiny: TinyGraph) -> float:
    return 0.25 if tiny.kind == "float16" else 0.02


@pytest.mark.parametrize("tiny", SHAPES, ids=name)
def test_rows_are_drawn_as_if_each_was_read_from_its_beginning(
    tiny: TinyGraph, tmp_path: Path
) -> None:
    writer = decoder(tiny, tmp_path)
    for prompt in (PROMPT, OTHER_PROMPT, PROMPT):
        rows = draw(writer, prompt)
        for row in rows:
            wanted = by_the_book(tiny, prompt, row)
            assert row.log_chances == pytest.approx(wanted, abs=tolerance(tiny))


def test_rows_of_the_tiny_model_end_at_different_steps(tmp_path: Path) -> None:
    rows = [row for seed in range(4) for row in draw(decoder(SHAPES[1], tmp_path), PROMPT, seed)]
    assert {row.ending for row in rows} == {Ending.SENTENCE, Ending.TOKENS}
    assert len({row.tokens for row in rows}) > 2


def test_both_kinds_of_attention_draw_the_same_rows(tmp_path: Path) -> None:
    texts = [
        [row.written for row in draw(decoder(TinyGraph(grouped), tmp_path), PROMPT)]
        for grouped in (True, False)
    ]
    assert texts[0] == texts[1]


def test_a_prefix_is_read_once(tmp_path: Path) -> None:
    tiny = TinyGraph(grouped=False)
    writer = decoder(tiny, tmp_path)
    writer.warm_up(PREFIX, 5, 20, lambda: False)
    warm = [row.written for row in draw(writer, PROMPT)]
    assert warm == [row.written for row in draw(decoder(tiny, tmp_path), PROMPT)]


@pytest.mark.parametrize("at_once", [1, 2, 3])
@pytest.mark.parametrize("grouped", [True, False])
def test_a_prompt_that_is_read_in_pieces_is_read_whole(
    grouped: bool, at_once: int, tmp_path: Path
) -> None:
    tiny = TinyGraph(grouped, positions=True)
    for row in draw(decoder(tiny, tmp_path, at_once), PROMPT):
        wanted = by_the_book(tiny, PROMPT, row)
        assert row.log_chances == pytest.approx(wanted, abs=tolerance(tiny))


@pytest.mark.parametrize("pieces", range(len(PREFIX + PROMPT)))
def test_a_cancel_is_obeyed_between_the_pieces_of_a_prompt(pieces: int, tmp_path: Path) -> None:
    tiny = TinyGraph()
    writer = decoder(tiny, tmp_path, at_once=1)
    shown: list[Row] = []
    answers = iter([False] * pieces + [True])
    with pytest.raises(Cancelled):
        writer.run(RUN, shown.extend, lambda: next(answers))
    assert not shown
    # What was read till then does no harm.
    for row in draw(writer, PROMPT):
        wanted = by_the_book(tiny, PROMPT, row)
        assert row.log_chances == pytest.approx(wanted, abs=tolerance(tiny))


def test_the_larger_a_model_the_fewer_tokens_are_read_at_once(tmp_path: Path) -> None:
    file = TinyGraph().save(tmp_path)
    small = load_graph(file, "cpu", threads=1)
    with file.with_name("model.onnx.data").open("wb") as weights:
        weights.truncate(4_000_000_000)  # takes no room on the disk
    large = load_graph(file, "cpu", threads=1)
    assert (small.at_once, large.at_once) == (512, 19)


@pytest.mark.parametrize("grouped", [True, False])
def test_how_attention_keeps_its_past_is_seen_and_not_guessed(
    grouped: bool, tmp_path: Path
) -> None:
    shapes = load_graph(TinyGraph(grouped).save(tmp_path), "cpu", threads=1).shapes
    assert shapes.in_place == grouped
    assert (shapes.layers, shapes.kv_heads, shapes.head_dim, shapes.vocabulary) == (2, 2, 8, 16)


def test_a_token_whose_vector_is_nothing_does_not_hide_it(tmp_path: Path) -> None:
    tiny = TinyGraph(grouped=True)
    tiny.weights["embedding"][0] = 0
    assert load_graph(tiny.save(tmp_path), "cpu", threads=1).shapes.in_place


def test_logits_may_be_finer_than_the_cache(tmp_path: Path) -> None:
    tiny = TinyGraph(kind="float16", logits_kind="float32")
    rows = draw(decoder(tiny, tmp_path), PROMPT)
    for row in rows:
        wanted = by_the_book(tiny, PROMPT, row)
        assert row.log_chances == pytest.approx(wanted, abs=tolerance(tiny))


def test_one_unlikely_token_says_little_of_a_row() -> None:
    sure = Row(0, np.random.default_rng(), tokens=3, log_chances=[-0.1, -0.2, -0.3])
    forced = Row(0, np.random.default_rng(), tokens=3, log_chances=[-0.1, -0.2, -22.0])
    assert sure.likelihood - forced.likelihood < 1


PLAIN = TinyGraph(grouped=False)


@pytest.mark.parametrize(
    "tiny",
    [
        replace(PLAIN, past_axes=(512, 512)),
        replace(PLAIN, past_axes=("past", "window")),
        replace(PLAIN, window=3),
    ],
    ids=["a cache of fixed length", "layers that count differently", "a cache that forgets"],
)
def test_a_sliding_window_is_refused(tiny: TinyGraph, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sliding window") as refused:
        load_graph(tiny.save(tmp_path), "cpu", threads=1)
    assert refused.value.what_to_do == "Choose an export that keeps the whole cache."


def test_an_input_that_nothing_is_known_of_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="use_cache_branch"):
        load_graph(TinyGraph(extra_input="use_cache_branch").save(tmp_path), "cpu", threads=1)


@pytest.mark.parametrize("tiny", SHAPES, ids=name)
def test_rows_that_read_prompts_of_several_lengths_are_drawn_as_if_each_was_alone(
    tiny: TinyGraph, tmp_path: Path
) -> None:
    others = (OTHER_PROMPT, (1, 2, 3, 4, 5))
    read = [PROMPT] * 6 + [*(others if tiny.grouped else (PROMPT, PROMPT))]
    writer = decoder(tiny, tmp_path)
    sampling = Sampling(temperature=1.0, min_p=0.001, apart=0.0)
    endings = set()
    for seed in range(4):
        run = Run(PREFIX, PROMPT, 8, 8, 12, seed, sampling, others=others)
        for row in writer.run(run, lambda _: None, lambda: False):
            wanted = by_the_book(tiny, read[row.number], row)
            assert row.log_chances == pytest.approx(wanted, abs=tolerance(tiny))
            endings.add(row.ending)
    assert len(endings) > 1  # so rows have left their batch, and others moved over them
