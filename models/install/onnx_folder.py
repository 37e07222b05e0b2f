"""Adopting an ONNX model that a person has, as it is.

Only what is needed is copied, and the copy is read, checked and tried before it counts.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from models.engine.device import first_line
from models.engine.session import Graph, load_graph
from models.errors import ModelError
from models.install.folder_settings import end_of_turn_ids, find_chat_format, read_tokenizer
from models.install.graph_check import GraphFacts, check_graph
from models.install.memory import needed_memory_mb
from models.install.onnx_source import TOKENIZER, OnnxSource, find_onnx
from models.install.progress import StepReport
from models.manifest import NOT_MEASURED, UNKNOWN_LICENCE, Manifest, ModelFile

_GRAPH = "model.onnx"
_PIECE = 4 * 1024 * 1024
_SPARE_BYTES = 50_000_000
"""Kept free on the disk."""
_CODE = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ")

Tell = Callable[[float], None]
"""Called with the share done, 0 to 1."""


def adopt(
    source: Path, model_id: str, folder: Path, report: StepReport, chat_format: str = ""
) -> Manifest:
    """Copy a model into an empty folder and try it; returns its manifest, not yet written.

    `source` is a folder or one `.onnx` file in it, and stays as it is; which of several graphs is
    taken, `find_onnx` says. Raises `ModelError` where the model is not fit, or could do harm.
    """
    report("Looking at the files", 0.0)
    found = find_onnx(source)
    told = found.settings
    files = _copy({TOKENIZER: found.tokenizer}, folder, lambda _share: None)
    tokenizer = folder / TOKENIZER
    chosen = chat_format or find_chat_format(tokenizer, told.template, told.family)
    ends = end_of_turn_ids(tokenizer, chosen, told.end_of_turn_ids)
    facts, weights = _copy_graph(found, folder, report)
    files += weights
    report("Trying the model", 0.85)
    shapes = _tried(folder / _GRAPH).shapes
    _check_vocabulary(tokenizer, ends, shapes.vocabulary)
    return Manifest(
        id=model_id,
        name=_printable(found.name) or model_id,
        licence=told.licence or UNKNOWN_LICENCE,
        source=_printable(f"{found.graph.name} in {found.name} (ONNX)"),
        chat_format=chosen,
        end_of_turn_ids=ends,
        context_length=told.context_length,
        precision=facts.precision,
        measured_loss=NOT_MEASURED,
        needed_memory_mb=needed_memory_mb(files, facts.precision, shapes),
        files=tuple(files),
    )


def _copy_graph(
    found: OnnxSource, folder: Path, report: StepReport
) -> tuple[GraphFacts, list[ModelFile]]:
    """The copy of the graph is what is checked, and only then are its weights copied."""
    graph = _copy(
        {_GRAPH: found.graph},
        folder,
        lambda share: report("Copying the graph", 0.02 + 0.28 * share),
    )
    facts = check_graph(folder / _GRAPH, found.beside)
    weights = _copy(
        {name: found.beside[name] for name in facts.external_files},
        folder,
        lambda share: report("Copying the weights", 0.3 + 0.5 * share),
    )
    return facts, [*graph, *weights]


def _copy(wanted: Mapping[str, Path], folder: Path, tell: Tell) -> list[ModelFile]:
    """Copy files under new names; returns what the manifest says of each."""
    for file in wanted.values():
        if file.is_symlink() or not file.is_file():
            raise ModelError(
                f"{file.name} is a link or no file.", "Put the file itself in its place."
            )
    total = sum(file.stat().st_size for file in wanted.values())
    _check_room(folder, total)
    described = []
    done = 0
    for name, file in wanted.items():
        sha256, size = hashlib.sha256(), 0
        with _opened(file) as stream, (folder / name).open("xb") as copy:
            while piece := stream.read(_PIECE):
                copy.write(piece)
                sha256.update(piece)
                size += len(piece)
                tell(min(1.0, (done + size) / total))
        done += size
        described.append(ModelFile(name, size, sha256.hexdigest()))
    return described


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise ModelError(
            f"{file.name} could not be read: {error.strerror}.",
            "See to it that Twite may read it, and import it again.",
        ) from error


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size + _SPARE_BYTES > free:
        raise ModelError(
            f"The copy needs {size / 1e9:.1f} GB on the disk, and {free / 1e9:.1f} GB are free.",
            "Free some space, and import the model again.",
        )


def _tried(graph: Path) -> Graph:
    """The graph loaded and run for a step, on the CPU or, where only that can, on the GPU.

    `load_graph` refuses shapes that do not fit in sentences of its own. What onnxruntime says comes
    as their cause: it lacks an operator, mostly for 16-bit numbers on a CPU.
    """
    try:
        return load_graph(graph, "cpu")
    except ModelError as error:
        if error.__cause__ is None:
            raise
    try:
        return load_graph(graph)
    except ModelError as error:
        if not isinstance(error.__cause__, Exception):
            raise
        reason = first_line(error.__cause__)
        raise ModelError(
            f"This graph does not run on this computer: {_CODE.sub('', reason)}.",
            "Choose another export of the model: one named model_q4.onnx is made for every CPU.",
        ) from error


def _check_vocabulary(tokenizer_file: Path, ends: tuple[int, ...], vocabulary: int) -> None:
    """A tokenizer of another model would write ids that the graph cannot look up.

    Control tokens that a model never learned may lie behind the graph's last (Gemma 3 has one).
    """
    words = read_tokenizer(tokenizer_file).get_vocab(with_added_tokens=False)
    if max(ends) >= vocabulary or max(words.values(), default=0) >= vocabulary:
        raise ModelError(
            f"tokenizer.json is not of this model: the graph knows {vocabulary} tokens alone.",
            "Put the tokenizer.json of the same model there, and import it again.",
        )


def _printable(text: str) -> str:
    """A manifest holds neither control characters nor what is no Unicode."""
    return "".join(letter for letter in text if letter.isprintable())[:200]
