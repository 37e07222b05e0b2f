"""Reading an ONNX graph of a stranger's before it is run: refused unless it is plainly harmless.

onnxruntime refuses much of this by itself, and is not relied on: it takes training steps, and
functions that call one another, which unfold a small file without end.
"""

from __future__ import annotations

import mmap
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from math import prod
from pathlib import Path
from typing import Any

from models.errors import ModelError

_DOMAINS = frozenset({"", "ai.onnx", "com.microsoft"})
_MOST_BYTES = 2**31 - 1
"""The most that a protobuf file can have (https://protobuf.dev/programming-guides/proto-limits)."""
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_PLACE_KEYS = frozenset({"location", "offset", "length", "checksum"})
"""What external data is described by (onnx/docs/ExternalData.md)."""
_MOST_AXES = 8
_OURS = frozenset({"model.onnx", "model.toml", "tokenizer.json"})
_BLOCKWISE = frozenset({"MatMulNBits", "MatMulBnb4"})
"""Products with packed weights; both have 4 bits unless they say otherwise."""
_BITS = {
    **{"FLOAT": 32, "DOUBLE": 64, "FLOAT16": 16, "BFLOAT16": 16},
    **{"INT8": 8, "UINT8": 8, "INT4": 4, "UINT4": 4},
}
_ANOTHER = "Choose another model."
_WHOLE = "Fetch the whole model again, or choose another."


@dataclass(frozen=True)
class GraphFacts:
    """What a graph says of its weights.

    Attributes:
        external_files: names of the files beside it that they lie in.
        precision: of most of them, such as `4-bit, blocks of 32` or `16-bit`.
        inline: whether the largest of them lie in the graph's own file.
    """

    external_files: tuple[str, ...]
    precision: str
    inline: bool


def check_graph(graph: Path, beside: Mapping[str, Path] | None = None) -> GraphFacts:
    """Check an ONNX file; raises `ModelError` where it is damaged or could do harm.

    `beside` has the files that external data may lie in, by the names that they have beside the
    graph; without it they are those of the graph's folder. Takes twice the file's size of memory.
    """
    model = _parse(graph)
    if model.training_info:
        raise ModelError("This ONNX graph holds training steps.", _ANOTHER)
    _check_functions(model.functions)
    graphs = list(_graphs([model.graph, *model.functions]))
    nodes = [node for one in graphs for node in one.node]
    _check_operators(nodes)
    tensors = list(_tensors(graphs, nodes))
    files = beside if beside is not None else {file.name: file for file in graph.parent.iterdir()}
    external = {_check_place(tensor, files) for tensor in tensors if _is_external(tensor)}
    largest = max(tensors, key=_elements, default=None)
    return GraphFacts(
        external_files=tuple(sorted(external)),
        precision=_precision(nodes, tensors),
        inline=largest is not None and not _is_external(largest),
    )


def _parse(graph: Path) -> Any:
    # onnx takes a third of a second to import, and is needed when a model is installed alone.
    import onnx

    if graph.is_symlink() or not graph.is_file():
        raise ModelError("The ONNX graph is a link or no file.", "Put the file in its place.")
    size = graph.stat().st_size
    if size > _MOST_BYTES:
        raise ModelError(
            "This ONNX graph is larger than 2 GB, which no reader takes.",
            "Choose an export that keeps its weights in a file of their own.",
        )
    model = onnx.ModelProto()
    try:
        # Mapped, as a model may keep its weights, gigabytes of them, in the graph itself.
        with (
            graph.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
            memoryview(content) as view,
        ):
            model.ParseFromString(view)
    except (OSError, MemoryError):
        raise
    except Exception as error:
        # protobuf's own errors have no common kind, and mapping an empty file is a ValueError.
        raise _no_graph() from error
    if not model.graph.node or not model.opset_import:
        raise _no_graph()
    return model


def _check_functions(functions: Iterable[Any]) -> None:
    """Functions may stand for operators of the known domains, and may not call one another."""
    own = {(_domain(function), function.name) for function in functions}
    for function in functions:
        if function.domain not in _DOMAINS:
            raise _unknown_operators(function.domain)
        called = (node for one in _graphs([function]) for node in one.node)
        if any((_domain(node), node.op_type) in own for node in called):
            raise ModelError("This ONNX graph has functions that call one another.", _ANOTHER)


def _domain(one: Any) -> str:
    """`ai.onnx` is another name of the domain without one."""
    return "" if one.domain == "ai.onnx" else str(one.domain)


def _graphs(roots: Iterable[Any]) -> Iterator[Any]:
    """Graphs and functions, and the graphs inside the attributes of their nodes."""
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        yield one
        for attribute in (attribute for node in one.node for attribute in node.attribute):
            waiting += [attribute.g] if attribute.HasField("g") else []
            waiting += attribute.graphs


def _check_operators(nodes: Iterable[Any]) -> None:
    for node in nodes:
        if node.domain not in _DOMAINS:
            raise _unknown_operators(node.domain)


def _tensors(graphs: Iterable[Any], nodes: Iterable[Any]) -> Iterator[Any]:
    """Every tensor that a model stores; raises `ModelError` at one that is sparse or impossible.

    No exporter of language models writes sparse ones, and a few bytes of one unfold to any size.
    """
    # A function, unlike a graph, stores none of its own.
    stored = [one for one in graphs if hasattr(one, "initializer")]
    attributes = [attribute for node in nodes for attribute in node.attribute]
    if any(one.sparse_initializer for one in stored) or any(
        one.HasField("sparse_tensor") or one.sparse_tensors for one in attributes
    ):
        raise ModelError("This ONNX graph keeps weights as sparse tensors.", _ANOTHER)
    within = ([*([one.t] if one.HasField("t") else []), *one.tensors] for one in attributes)
    for tensor in chain(*(one.initializer for one in stored), *within):
        if len(tensor.dims) > _MOST_AXES or any(size < 0 for size in tensor.dims):
            raise ModelError("This ONNX graph has weights of no possible size.", _WHOLE)
        yield tensor


def _is_external(tensor: Any) -> bool:
    return bool(tensor.data_location == tensor.EXTERNAL or tensor.external_data)


def _check_place(tensor: Any, files: Mapping[str, Path]) -> str:
    """The name of the file that a tensor lies in, which has to be beside the graph, and whole."""
    keys = [entry.key for entry in tensor.external_data]
    place = {entry.key: entry.value for entry in tensor.external_data}
    if "location" not in place or len(set(keys)) < len(keys) or not _PLACE_KEYS.issuperset(keys):
        raise ModelError("This ONNX graph does not say where its weights lie.", _WHOLE)
    # Strings that are no UTF-8 come as bytes.
    name = str(place["location"])
    if not _SAFE_NAME.fullmatch(name) or name.lower() in _OURS:
        raise ModelError(
            "This ONNX graph wants to read a file that is no weights file beside it.", _ANOTHER
        )
    file = files.get(name)
    if file is None:
        raise ModelError(f"The weights file {name} is missing beside the ONNX graph.", _WHOLE)
    if file.is_symlink() or not file.is_file():
        raise ModelError(f"The weights file {name} is a link or no file.", "Put it in its place.")
    start, length = (_whole_number(str(place.get(key, "0"))) for key in ("offset", "length"))
    if start + max(length, _bytes(tensor)) > file.stat().st_size:
        raise ModelError(f"The weights file {name} is cut off.", _WHOLE)
    return name


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise ModelError("This ONNX graph does not say where its weights lie.", _WHOLE)
    return int(text)


def _elements(tensor: Any) -> int:
    return prod(tensor.dims)


def _bytes(tensor: Any) -> int:
    return -(-_elements(tensor) * _bits(tensor) // 8)


def _bits(tensor: Any) -> int:
    """Of one element; 0 where it is of no type that weights have."""
    kinds = {tensor.DataType.Value(name): bits for name, bits in _BITS.items()}
    return kinds.get(tensor.data_type, 0)


def _precision(nodes: Iterable[Any], tensors: Iterable[Any]) -> str:
    """By the packed products where there are any, since those hide their weights in bytes."""
    weights: Counter[str] = Counter()
    for node in nodes:
        if node.op_type in _BLOCKWISE:
            numbers = {attribute.name: attribute.i for attribute in node.attribute}
            phrase = f"{numbers.get('bits', 4)}-bit, blocks of {numbers.get('block_size', 0)}"
            weights[phrase] += numbers.get("K", 0) * numbers.get("N", 0)
    if not weights:
        for tensor in tensors:
            if bits := _bits(tensor):
                weights[f"{bits}-bit"] += _elements(tensor)
    return max(weights, key=lambda phrase: weights[phrase], default="unknown")


def _no_graph() -> ModelError:
    return ModelError("This is no ONNX graph, or a damaged one.", _WHOLE)


def _unknown_operators(domain: str) -> ModelError:
    shown = re.sub(r"[^\w.-]", "?", str(domain))[:40]
    return ModelError(f"This ONNX graph needs operators of its own ({shown}).", _ANOTHER)
