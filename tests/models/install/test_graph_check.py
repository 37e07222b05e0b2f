"""A stranger's graph is read before it is run, and refused for every harm that one can do.

Each hostile graph is a good one with a single thing changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from models.errors import ModelError
from models.install.graph_check import check_graph
from tests.helpers.tiny_graph import TinyGraph

WEIGHTS = "weights.bin"
KNOWN = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
Change = Callable[[ModelProto], object]


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A graph that is fit, with its weights in a file beside it."""
    folder = tmp_path / "model"
    folder.mkdir()
    return with_weights_outside(TinyGraph().save(folder))


def with_weights_outside(graph: Path) -> Path:
    onnx.save(
        onnx.load(str(graph)),
        str(graph),
        save_as_external_data=True,
        location=WEIGHTS,
        size_threshold=0,
    )
    return graph


def altered(graph: Path, change: Change) -> Path:
    model = onnx.load(str(graph), load_external_data=False)
    change(model)
    graph.write_bytes(model.SerializeToString())
    return graph


def refused(graph: Path) -> str:
    with pytest.raises(ModelError) as error:
        check_graph(graph)
    return error.value.what_happened


def outside(name: str = WEIGHTS, **place: str | int) -> TensorProto:
    """A tensor of ten floats in a file, at a place that need not be there."""
    tensor = TensorProto(name="more", data_type=TensorProto.FLOAT, dims=[10])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": name, **place}.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def holding(node: NodeProto) -> NodeProto:
    """A condition whose one branch is this node."""
    branch = helper.make_graph([node], "branch", [], [])
    return helper.make_node("If", ["choice"], ["x"], then_branch=branch)


def constant(tensor: TensorProto) -> NodeProto:
    return helper.make_node("Constant", [], ["c"], value=tensor)


def function(node: NodeProto, name: str = "F", domain: str = "com.microsoft") -> onnx.FunctionProto:
    return helper.make_function(domain, name, ["a"], ["b"], [node], KNOWN)


def test_a_fit_graph_tells_where_its_weights_lie(graph: Path) -> None:
    facts = check_graph(graph)
    assert (facts.external_files, facts.inline) == ((WEIGHTS,), False)


def test_a_graph_may_hold_its_weights_itself(tmp_path: Path) -> None:
    facts = check_graph(TinyGraph(grouped=False).save(tmp_path))
    assert (facts.external_files, facts.inline) == ((), True)


@pytest.mark.parametrize(("kind", "phrase"), [("float32", "32-bit"), ("float16", "16-bit")])
def test_unpacked_weights_have_the_precision_of_their_numbers(
    kind: str, phrase: str, tmp_path: Path
) -> None:
    assert check_graph(TinyGraph(kind=kind).save(tmp_path)).precision == phrase


def test_packed_weights_have_the_precision_of_most_products(graph: Path) -> None:
    def pack(model: ModelProto) -> None:
        for bits, size in ((8, 100), (4, 1000)):
            attributes: dict[str, Any] = {"bits": bits, "block_size": 32, "K": size, "N": size}
            model.graph.node.append(
                helper.make_node(
                    "MatMulNBits", ["a"], ["b"], None, None, "com.microsoft", **attributes
                )
            )

    assert check_graph(altered(graph, pack)).precision == "4-bit, blocks of 32"


def test_weights_may_lie_elsewhere_under_another_name(graph: Path, tmp_path: Path) -> None:
    moved = (graph.parent / WEIGHTS).rename(tmp_path / "0123abcd")
    assert refused(graph) == f"The weights file {WEIGHTS} is missing beside the ONNX graph."
    assert check_graph(graph, {WEIGHTS: moved}).external_files == (WEIGHTS,)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 a PyTorch archive",
        b"\x80\x02}q\x00(X\x05\x00\x00\x00",
        b"<html>404</html>",
        bytes(64),
        b"\x18\x00\x00\x00ORTM\x00\x00",
        ModelProto(ir_version=8).SerializeToString(),
    ],
    ids=["empty", "zip", "pickle", "web page", "zeros", "ORT format", "no graph"],
)
def test_a_file_that_is_no_graph_is_refused(content: bytes, graph: Path) -> None:
    graph.write_bytes(content)
    assert refused(graph) == "This is no ONNX graph, or a damaged one."


def test_a_graph_that_is_cut_off_is_refused(graph: Path) -> None:
    graph.write_bytes(graph.read_bytes()[:-10])
    assert refused(graph) == "This is no ONNX graph, or a damaged one."


def test_graphs_in_graphs_without_end_are_refused(graph: Path) -> None:
    inner = b""
    # node, attribute and g, by their field numbers in onnx.proto; the graph of a model is its 7th.
    for field in (1, 5, 6) * 50:
        inner = bytes([field << 3 | 2, *varint(len(inner))]) + inner
    graph.write_bytes(bytes([7 << 3 | 2, *varint(len(inner))]) + inner)
    assert refused(graph) == "This is no ONNX graph, or a damaged one."


def varint(number: int) -> list[int]:
    low = [number & 127 | 128, number >> 7] if number > 127 else [number]
    assert low[-1] < 128
    return low


def test_a_graph_larger_than_any_reader_takes_is_refused(graph: Path) -> None:
    os.truncate(graph, 2**31)
    assert refused(graph) == "This ONNX graph is larger than 2 GB, which no reader takes."


def test_a_graph_that_is_a_link_is_refused(graph: Path) -> None:
    link = graph.with_name("link.onnx")
    link.symlink_to(graph)
    assert refused(link) == "The ONNX graph is a link or no file."


STRANGE = helper.make_node("Run", ["a"], ["b"], domain="my.ops")
OF_ANOTHER_STANDARD = helper.make_node("Scaler", ["a"], ["b"], domain="ai.onnx.ml")


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.graph.node.append(STRANGE),
        lambda model: model.graph.node.append(holding(STRANGE)),
        lambda model: model.graph.node.append(holding(holding(STRANGE))),
        lambda model: model.functions.append(function(STRANGE)),
        lambda model: model.functions.append(function(holding(STRANGE))),
        lambda model: model.functions.append(function(constant(outside()), domain="my.ops")),
    ],
    ids=["node", "branch", "branch of a branch", "in a function", "its branch", "function"],
)
def test_operators_of_their_own_are_refused_wherever_they_stand(
    change: Change, graph: Path
) -> None:
    assert refused(altered(graph, change)) == "This ONNX graph needs operators of its own (my.ops)."


def test_operators_of_other_standards_are_refused(graph: Path) -> None:
    altered(graph, lambda model: model.graph.node.append(OF_ANOTHER_STANDARD))
    assert "operators of its own (ai.onnx.ml)" in refused(graph)


def test_a_domain_that_is_no_text_is_refused(graph: Path) -> None:
    altered(graph, lambda model: model.graph.node.append(STRANGE))
    graph.write_bytes(graph.read_bytes().replace(b"my.ops", b"\xff\xfe\xfd\xfc\xfb\xfa"))
    assert "operators of its own" in refused(graph)


def test_a_function_of_a_known_domain_is_taken(graph: Path) -> None:
    spelled_out = function(helper.make_node("Identity", ["a"], ["b"]), "SkipLayerNormalization")
    check_graph(altered(graph, lambda model: model.functions.append(spelled_out)))


@pytest.mark.parametrize("domain", ["com.microsoft", "", "ai.onnx"])
def test_functions_that_unfold_into_one_another_are_refused(domain: str, graph: Path) -> None:
    def unfold(model: ModelProto) -> None:
        call = helper.make_node("F", ["a"], ["b"], domain=domain.replace("ai.onnx", ""))
        identity = helper.make_node("Identity", ["a"], ["b"])
        model.functions.extend([function(identity, "F", domain), function(call, "G")])

    assert refused(altered(graph, unfold)) == "This ONNX graph has functions that call one another."


@pytest.mark.parametrize(
    "name",
    [
        *("../weights.bin", "inner/weights.bin", "inner/../weights.bin", "./weights.bin", ".."),
        *("..\\weights.bin", "inner\\weights.bin", "C:\\weights.bin", "C:weights.bin"),
        *("//server/share/w", "\\\\server\\share\\w", "file:weights.bin", "weights.bin\x00"),
        *("", ".weights", "weights bin", "*/_ORT_MEM_ADDR_/*", "model.onnx", "MODEL.TOML"),
        "tokenizer.json",
    ],
)
def test_weights_lie_in_a_file_beside_the_graph_alone(name: str, graph: Path) -> None:
    (graph.parent / "inner").mkdir()
    for place in ("..", "inner"):
        (graph.parent / place / WEIGHTS).write_bytes(bytes(4000))
    altered(graph, lambda model: model.graph.initializer.append(outside(name)))
    assert "file that is no weights file beside it" in refused(graph)


def test_an_absolute_path_is_refused_though_it_leads_to_the_folder(graph: Path) -> None:
    path = str(graph.parent / WEIGHTS)
    altered(graph, lambda model: model.graph.initializer.append(outside(path)))
    assert "file that is no weights file beside it" in refused(graph)


def test_a_place_that_is_no_text_is_refused(graph: Path) -> None:
    altered(graph, lambda model: model.graph.initializer.append(outside("PLACE")))
    graph.write_bytes(graph.read_bytes().replace(b"PLACE", b"\xff" * 5))
    assert "file that is no weights file beside it" in refused(graph)


@pytest.mark.parametrize("target", [WEIGHTS, "../secret", "gone"])
def test_weights_behind_a_link_are_refused(target: str, graph: Path) -> None:
    (graph.parent.parent / "secret").write_bytes(bytes(4000))
    (graph.parent / "link.bin").symlink_to(target)
    altered(graph, lambda model: model.graph.initializer.append(outside("link.bin")))
    assert refused(graph) == "The weights file link.bin is a link or no file."


def test_a_folder_in_the_weights_place_is_refused(graph: Path) -> None:
    (graph.parent / "folder").mkdir()
    altered(graph, lambda model: model.graph.initializer.append(outside("folder")))
    assert refused(graph) == "The weights file folder is a link or no file."


@pytest.mark.parametrize(
    "place",
    [
        *({"offset": 361}, {"offset": 0, "length": 401}, {"offset": 361, "length": 4}),
        *({"offset": 10**17}, {"offset": 0, "length": 10**17}),
    ],
    ids=str,
)
def test_weights_that_run_past_the_end_of_their_file_are_refused(
    place: dict[str, int], graph: Path
) -> None:
    (graph.parent / "short.bin").write_bytes(bytes(400))
    altered(graph, lambda model: model.graph.initializer.append(outside("short.bin", **place)))
    assert refused(graph) == "The weights file short.bin is cut off."


def test_weights_may_reach_to_the_end_of_their_file(graph: Path) -> None:
    (graph.parent / "short.bin").write_bytes(bytes(400))
    last = outside("short.bin", offset=360, length=40)
    check_graph(altered(graph, lambda model: model.graph.initializer.append(last)))


@pytest.mark.parametrize(
    "place",
    [
        *({"offset": "-4"}, {"length": "-40"}, {"offset": "0x10"}, {"offset": "٣"}),
        *({"offset": "9" * 5000}, {"length": ""}, {"prepacked_0": "key|0|40|0"}),
    ],
    ids=lambda place: str(place)[:20],
)
def test_a_place_told_in_an_unknown_way_is_refused(place: dict[str, str], graph: Path) -> None:
    altered(graph, lambda model: model.graph.initializer.append(outside(**place)))
    assert refused(graph) == "This ONNX graph does not say where its weights lie."


def test_a_place_told_twice_is_refused(graph: Path) -> None:
    tensor = outside()
    tensor.external_data.add(key="location", value="../secret")
    altered(graph, lambda model: model.graph.initializer.append(tensor))
    assert refused(graph) == "This ONNX graph does not say where its weights lie."


def unmarked() -> TensorProto:
    """External by what it names, though it does not say that it is."""
    tensor = outside("../secret")
    tensor.ClearField("data_location")
    return tensor


def several() -> NodeProto:
    """A node that keeps one tensor alone and others as a list, in one attribute."""
    node = constant(numpy_helper.from_array(np.zeros(1, np.float32)))
    node.attribute[0].tensors.append(outside("../secret"))
    return node


def within_branch() -> NodeProto:
    branch = helper.make_graph([], "branch", [], [], [outside("../secret")])
    return helper.make_node("If", ["choice"], ["x"], then_branch=branch)


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.graph.initializer.append(unmarked()),
        lambda model: model.graph.node.append(constant(outside("../secret"))),
        lambda model: model.graph.node.append(several()),
        lambda model: model.graph.node.append(holding(constant(outside("../secret")))),
        lambda model: model.graph.node.append(within_branch()),
        lambda model: model.functions.append(function(constant(outside("../secret")))),
    ],
    ids=["unmarked", "attribute", "list", "in a branch", "weights of a branch", "function"],
)
def test_no_tensor_is_overlooked(change: Change, graph: Path) -> None:
    assert "file that is no weights file beside it" in refused(altered(graph, change))


def sparse() -> onnx.SparseTensorProto:
    """One number that stands for four gigabytes."""
    value = numpy_helper.from_array(np.ones(1, np.float32), "sparse")
    return helper.make_sparse_tensor(value, numpy_helper.from_array(np.array([3])), [1 << 30])


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.graph.sparse_initializer.append(sparse()),
        lambda model: model.graph.node.append(
            helper.make_node("Constant", [], ["c"], sparse_value=sparse())
        ),
    ],
    ids=["weights", "attribute"],
)
def test_sparse_weights_are_refused(change: Change, graph: Path) -> None:
    assert refused(altered(graph, change)) == "This ONNX graph keeps weights as sparse tensors."


@pytest.mark.parametrize("size", [[-5], [2, -5], [2**62] * 100])
def test_weights_of_no_possible_size_are_refused(size: list[int], graph: Path) -> None:
    tensor = TensorProto(name="more", data_type=TensorProto.FLOAT, dims=size)
    altered(graph, lambda model: model.graph.initializer.append(tensor))
    assert refused(graph) == "This ONNX graph has weights of no possible size."


def test_training_steps_are_refused(graph: Path) -> None:
    altered(graph, lambda model: model.training_info.add())
    assert refused(graph) == "This ONNX graph holds training steps."
