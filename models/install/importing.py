"""From a model that a person has, in whatever form, to one of Twite's own folders."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from models.errors import ModelError
from models.install.pickles import PICKLES, pickled
from models.install.progress import StepReport
from models.install.staging import staged
from models.library import BUILT_IN, Library
from models.manifest import Manifest, write_manifest

_GGUF = b"GGUF"
_LONGEST_ID = 64


class Kind(StrEnum):
    """What a person's file or folder is."""

    GGUF = "GGUF file"
    CHECKPOINT = "Hugging Face checkpoint"
    ONNX = "ONNX model"


def import_model(
    source: Path,
    models_folder: Path,
    report: StepReport,
    *,
    model_id: str = "",
    chat_format: str = "",
) -> str:
    """Put a GGUF file, a checkpoint or an ONNX model among the installed ones; returns its id.

    Without a `model_id` the id comes from the source's name; without a `chat_format` it is found
    out. The source stays as it is. Raises `ModelError` with a sentence where it is not fit, and
    then nothing was changed.
    """
    kind = kind_of(source)
    chosen = free_id(Library(models_folder), model_id or id_for(source))
    with staged(models_folder, chosen) as folder:
        write_manifest(_filled(kind, source, chosen, folder, report, chat_format), folder)
    report("Ready", 1.0)
    return chosen


def kind_of(source: Path) -> Kind:
    """What a file or folder is; raises `ModelError` where it is no model that can be imported."""
    if source.is_dir():
        return _kind_of_folder(source)
    if not source.is_file():
        raise ModelError(f"There is no {source}.", "Name a file or folder that is there.")
    if _begins_as_gguf(source):
        return Kind.GGUF
    if source.suffix == ".onnx":
        return Kind.ONNX
    if source.suffix == ".safetensors":
        raise ModelError(
            f"{source.name} holds weights alone.",
            "Name the folder that it lies in, with its config.json.",
        )
    raise _unfit(source, {source.suffix})


def id_for(source: Path) -> str:
    """An id from the name of a file or folder: small letters, digits, dots and hyphens."""
    path = source.resolve()
    name = path.name if path.is_dir() or path.suffix not in (".gguf", ".onnx") else path.stem
    if name in ("model", "onnx") or path.suffix == ".onnx":
        name = _telling_folder(path).name
    return re.sub(r"[^a-z0-9._]+", "-", name.casefold()).strip("-._")[:_LONGEST_ID] or "model"


def free_id(library: Library, model_id: str) -> str:
    """The id itself; raises `ModelError` where it is taken, or cannot be one."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", model_id) or len(model_id) > _LONGEST_ID:
        raise ModelError(
            f"{model_id} cannot be the id of a model.", "Use letters, digits, dots and hyphens."
        )
    if model_id == BUILT_IN or library.has(model_id):
        raise ModelError(
            f"There is a model {model_id} already.", "Remove it first, or give another id."
        )
    return model_id


def _filled(
    kind: Kind, source: Path, model_id: str, folder: Path, report: StepReport, chat_format: str
) -> Manifest:
    # Each brings libraries of its own, which take seconds to import.
    match kind:
        case Kind.GGUF:
            from models.install.gguf_import import import_gguf as fill
        case Kind.CHECKPOINT:
            from models.install.checkpoint import import_checkpoint as fill
        case Kind.ONNX:
            from models.install.onnx_folder import adopt as fill
    return fill(source, model_id, folder, report, chat_format)


def _kind_of_folder(folder: Path) -> Kind:
    names = {entry.name for entry in folder.iterdir()}
    suffixes = {Path(name).suffix for name in names}
    if ".onnx" in suffixes or any((folder / "onnx").glob("*.onnx")):
        return Kind.ONNX
    if "config.json" in names and ".safetensors" in suffixes:
        return Kind.CHECKPOINT
    if ".gguf" in suffixes:
        raise ModelError(f"{folder.name} is a folder of GGUF files.", "Name one of the files.")
    raise _unfit(folder, suffixes)


def _begins_as_gguf(file: Path) -> bool:
    """By its first bytes: Ollama's files have no suffix."""
    with file.open("rb") as stream:
        return stream.read(len(_GGUF)) == _GGUF


def _telling_folder(path: Path) -> Path:
    """The nearest folder whose name says which model lies in it."""
    folder = path if path.is_dir() else path.parent
    return folder.parent if folder.name == "onnx" else folder


def _unfit(source: Path, suffixes: set[str]) -> ModelError:
    if not PICKLES.isdisjoint(suffixes):
        return pickled(source, "safetensors, GGUF or ONNX")
    return ModelError(
        f"{source.name} is no model that Twite can read.",
        "Choose a GGUF file, an ONNX model, or the folder of a Hugging Face checkpoint.",
    )
