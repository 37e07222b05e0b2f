"""Finding an ONNX model where a person has it, and which of its graphs is meant.

Known are a repository of onnx-community (graphs of several precisions in `onnx/`), a folder of the
ONNX Runtime GenAI builder, one that optimum or mobius wrote, and a single `.onnx` file in any of
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError
from models.install.folder_settings import Settings, settings_among
from models.install.pickles import PICKLES, pickled

TOKENIZER = "tokenizer.json"
ORDER = (
    *("model_q4", "model_quantized", "model_int8", "model_uint8"),
    *("model", "model_q4f16", "model_fp16"),
)
"""Which of several graphs is taken. Reading the weights bounds the speed, so small ones come first;
those with 16-bit numbers between the layers are made for a GPU, and come last.
"""
_PARTS = ("encoder", "decoder", "vision", "audio", "speech", "embed")
"""How graphs begin that are only a part of a model."""
_COMPLETE = "Put tokenizer.json and config.json of the same model there, and import it again."
_INSTEAD = "ONNX, GGUF or safetensors"
_LIBRARY = re.compile(r".*\.(so(\.[0-9]+)*|dll|dylib)", re.IGNORECASE)


@dataclass(frozen=True)
class OnnxSource:
    """A model as it lies with a person.

    Attributes:
        name: of its folder.
        graph: the graph that is taken.
        beside: the files of the graph's folder by name, where its weights may lie.
        tokenizer: its `tokenizer.json`.
    """

    name: str
    graph: Path
    beside: Mapping[str, Path]
    tokenizer: Path
    settings: Settings


def find_onnx(source: Path) -> OnnxSource:
    """Find a model in a folder, or around one `.onnx` file.

    Of several graphs the one is taken that `genai_config.json` names, or that stands first in
    `ORDER`; a person who wants another names the file itself. Raises `ModelError` where something
    is missing, or lies there that could do harm.
    """
    graphs_folder = _folder_of_graphs(source)
    beside = _files(graphs_folder)
    is_apart = graphs_folder.name == "onnx"
    model_folder = graphs_folder.parent if is_apart else graphs_folder
    files = {**_files(model_folder), **beside}
    graphs = [file for name, file in sorted(beside.items()) if name.endswith(".onnx")]
    if not graphs:
        raise _no_graph(source, files)
    _check_libraries(files)
    settings = settings_among(files)
    if TOKENIZER not in files:
        raise ModelError(f"{model_folder.name} has no tokenizer.json.", _COMPLETE)
    if not settings.context_length:
        raise ModelError("Nothing here says how much text this model reads at once.", _COMPLETE)
    graph = _choose([source] if source.is_file() else graphs, settings.graph)
    return OnnxSource(model_folder.name, graph, beside, files[TOKENIZER], settings)


def _folder_of_graphs(source: Path) -> Path:
    if source.is_dir():
        place = source.resolve()
        return place if any(place.glob("*.onnx")) else place / "onnx"
    if source.suffix in PICKLES:
        raise pickled(source, _INSTEAD)
    if source.suffix != ".onnx" or not source.is_file():
        raise ModelError(f"{source.name} is no ONNX file.", "Choose a file that ends in .onnx.")
    return source.parent.resolve()


def _files(folder: Path) -> dict[str, Path]:
    if folder.is_symlink():
        raise ModelError(f"{folder.name} is a link.", "Choose the folder that it leads to.")
    if not folder.is_dir():
        return {}
    return {entry.name: entry for entry in folder.iterdir() if not entry.is_dir()}


def _choose(graphs: Iterable[Path], named: str) -> Path:
    """One of several graphs; `named` is the name that the settings give, or nothing."""
    whole = {graph.stem: graph for graph in graphs if not graph.stem.startswith(_PARTS)}
    if not whole:
        raise ModelError(
            "This model comes in parts, such as an encoder and a decoder.",
            "Choose an export for text generation that is one graph.",
        )
    for stem in (Path(named).stem, *ORDER):
        if stem in whole:
            return whole[stem]
    if len(whole) > 1:
        names = ", ".join(graph.name for graph in whole.values())
        raise ModelError(
            "There are several ONNX graphs in this folder.", f"Name one of the files: {names}."
        )
    return next(iter(whole.values()))


def _check_libraries(files: Iterable[str]) -> None:
    for name in files:
        if _LIBRARY.fullmatch(name):
            raise ModelError(
                f"This model brings a program of its own ({name}).", "Choose another model."
            )


def _no_graph(source: Path, files: Iterable[str]) -> ModelError:
    if any(Path(name).suffix in PICKLES for name in files):
        return pickled(source, _INSTEAD)
    return ModelError(
        f"{source.name} holds no ONNX graph.", "Choose the folder in which the .onnx file lies."
    )
