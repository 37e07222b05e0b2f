"""As few bits as a model bears, by what was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest

from models.errors import ModelError
from models.install.loss import Reference
from models.install.precision import LOSS_LIMIT, Precision, write_smallest
from tests.helpers.tiny_graph import Array, TinyGraph

PASSAGES = [[3, 1, 4, 1, 5, 9], [2, 6, 5]]


def ignore(_step: str, _share: float) -> None:
    """Nobody watches."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "made").mkdir()
    return tmp_path / "made"


def made(folder: Path, outlier: float = 0.0, sure: float = 1.0) -> Path:
    """A model some of whose weights outweigh the others that share their scale."""
    tiny = TinyGraph(vocabulary=64)
    tiny.weights["head"] *= sure
    for name in ("v0", "o0", "v1", "o1"):
        tiny.weights[name][0] = outlier or tiny.weights[name][0]
    return tiny.save(folder)


def test_a_graph_loses_nothing_against_itself(tmp_path: Path) -> None:
    graph = made(tmp_path)
    assert Reference(graph, PASSAGES).divergence(graph) == 0


def test_the_loss_is_the_mean_divergence_of_what_follows_each_token(tmp_path: Path) -> None:
    tiny, other = TinyGraph(), TinyGraph()
    other.weights["head"] *= 2
    graphs = []
    for place, one in enumerate((tiny, other)):
        (tmp_path / str(place)).mkdir()
        graphs.append(one.save(tmp_path / str(place)))
    expected = []
    for passage in PASSAGES:
        p, q = (_chances(one.logits(passage)) for one in (tiny, other))
        expected += (p * np.log(p / q)).sum(-1).tolist()
    loss = Reference(graphs[0], PASSAGES).divergence(graphs[1])
    assert loss == pytest.approx(np.mean(expected), rel=1e-4)


def _chances(logits: Array) -> npt.NDArray[np.float64]:
    raised = np.exp(logits.astype(np.float64))
    chances: npt.NDArray[np.float64] = raised / raised.sum(-1, keepdims=True)
    return chances


def test_four_bits_are_kept_where_they_lose_little(tmp_path: Path, folder: Path) -> None:
    graph = made(tmp_path)
    precision = write_smallest(graph, PASSAGES, folder, ignore)
    loss = Reference(graph, PASSAGES).divergence(folder / "model.onnx")
    assert precision == Precision("4-bit, blocks of 32", loss, f"4-bit {loss:.3f} nats a token")
    assert {4, 8} == widths(folder)


def test_eight_bits_are_taken_where_four_lose_much(tmp_path: Path, folder: Path) -> None:
    graph = made(tmp_path, outlier=1)
    precision = write_smallest(graph, PASSAGES, folder, ignore)
    assert precision.phrase == "8-bit, blocks of 32"
    loss = Reference(graph, PASSAGES).divergence(folder / "model.onnx")
    assert precision.loss == loss < LOSS_LIMIT
    assert precision.tried == f"4-bit 0.288, 8-bit {precision.loss:.3f} nats a token"
    assert {8} == widths(folder)


def widths(folder: Path) -> set[int]:
    graph = onnx.load(str(folder / "model.onnx"), load_external_data=False).graph
    products = [node for node in graph.node if node.op_type == "MatMulNBits"]
    return {int(a.i) for node in products for a in node.attribute if a.name == "bits"}


@pytest.mark.parametrize(
    ("outlier", "sure"), [(2, 8), (np.nan, 1)], ids=["too coarse", "no numbers"]
)
def test_a_model_that_bears_no_rounding_is_refused_and_leaves_nothing(
    tmp_path: Path, folder: Path, outlier: float, sure: float
) -> None:
    graph = made(tmp_path, outlier, sure)
    with pytest.raises(ModelError, match=r"does not bear rounding.* 8-bit"):
        write_smallest(graph, PASSAGES, folder, ignore)
    assert not list(folder.iterdir())


def test_the_folder_holds_the_graph_and_its_weights_alone(tmp_path: Path, folder: Path) -> None:
    write_smallest(made(tmp_path, outlier=1), PASSAGES, folder, ignore)
    assert {file.name for file in folder.iterdir()} == {"model.onnx", "model.onnx.data"}


def test_each_step_is_reported_with_the_share_done_before_it(tmp_path: Path, folder: Path) -> None:
    told: list[tuple[str, float]] = []
    write_smallest(
        made(tmp_path, outlier=1), PASSAGES, folder, lambda step, share: told.append((step, share))
    )
    assert [step for step, _ in told] == [
        "Reading with the unrounded weights",
        "Rounding to 4 bits",
        "Measuring what was lost",
        "Rounding to 8 bits",
        "Measuring what was lost",
    ]
    shares = [share for _, share in told]
    assert shares == sorted(set(shares))
    assert shares[0] == 0
    assert shares[-1] < 1
