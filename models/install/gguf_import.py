"""From a GGUF file that a person has to a model folder. Needs the extra `export`."""

from __future__ import annotations

import math
import shutil
from importlib.util import find_spec
from pathlib import Path

from models.engine.session import load_graph
from models.errors import ModelError
from models.install.builtin import held_out_tokens
from models.install.folder_settings import end_of_turn_ids, find_chat_format
from models.install.gguf import GgufModel, read_gguf, write_fp32_graph, write_tokenizer
from models.install.memory import needed_memory_mb
from models.install.precision import Precision, write_smallest
from models.install.progress import StepReport
from models.install.quantize import answer_last_position_only
from models.install.room import Needs, require_room
from models.manifest import UNKNOWN_LICENCE, Manifest, describe_file

_FILES = ("model.onnx", "model.onnx.data", "tokenizer.json")
_BUILDING, _ROUNDING, _CHECKING = 0.05, 0.35, 0.97
"""The shares of the whole at which these begin, as measured on two cores."""

_FP32_BYTES = 4
_PEAK, _PEAK_BYTES = 1.2, 1_000_000_000
"""Memory while a graph is built: so many times its fp32 weights, and so much for the tools."""

_DISK = 1.3
"""Of the fp32 weights: the unpacked graph, and one of 8 bits beside it."""

_PASSAGE_TOKENS = 512
_LONGEST_NAME = 80


def import_gguf(
    source: Path, model_id: str, folder: Path, report: StepReport, chat_format: str = ""
) -> Manifest:
    """Fill an empty folder with the model of a GGUF file; returns its manifest, not yet written.

    Without a chat format it is found out. Raises `ModelError` with a sentence where the file is not
    fit, before any heavy work; its weights are rounded anew, to 4 or 8 bits.
    """
    report("Reading the file", 0.0)
    _check_tools()
    model = read_gguf(source)
    require_room(model.path.name, _needs(model), folder)
    tokenizer = folder / "tokenizer.json"
    write_tokenizer(model, tokenizer)
    template = str(model.settings.get("tokenizer.chat_template", ""))
    chosen = chat_format or find_chat_format(tokenizer, template, model.family)
    ends = end_of_turn_ids(tokenizer, chosen, model.end_of_turn_ids)
    report("Building the graph", _BUILDING)
    fp32 = write_fp32_graph(model, folder / "fp32")
    passage = held_out_tokens(tokenizer)[: min(_PASSAGE_TOKENS, model.context_length)]
    precision = write_smallest(
        fp32,
        [passage],
        folder,
        lambda step, share: report(step, _ROUNDING + share * (_CHECKING - _ROUNDING)),
    )
    shutil.rmtree(fp32.parent)
    answer_last_position_only(folder / "model.onnx")
    report("Checking the files", _CHECKING)
    return _manifest(model, model_id, folder, chosen, ends, precision)


def _check_tools() -> None:
    if find_spec("mobius") is None or find_spec("gguf") is None:
        raise ModelError(
            "What converts GGUF files is not installed.", 'Run: pip install "twite[export]"'
        )


def _needs(model: GgufModel) -> Needs:
    weights = _FP32_BYTES * sum(math.prod(tensor.shape) for tensor in model.tensors.values())
    return Needs(memory=weights * _PEAK + _PEAK_BYTES, disk=weights * _DISK)


def _manifest(
    model: GgufModel,
    model_id: str,
    folder: Path,
    chat_format: str,
    ends: tuple[int, ...],
    precision: Precision,
) -> Manifest:
    file = _plain(model.path.name)
    files = tuple(describe_file(folder, name) for name in _FILES)
    shapes = load_graph(folder / "model.onnx", "cpu").shapes
    name = _plain(model.settings.get("general.name")) or file.removesuffix(".gguf")
    return Manifest(
        id=model_id,
        name=name,
        licence=_plain(model.settings.get("general.license")) or UNKNOWN_LICENCE,
        source=f"{file} (GGUF), {_quantization(model)}, {name}",
        chat_format=chat_format,
        end_of_turn_ids=ends,
        context_length=model.context_length,
        precision=precision.phrase,
        measured_loss=round(precision.loss, 5),
        needed_memory_mb=needed_memory_mb(files, precision.phrase, shapes),
        files=files,
        tried=precision.tried,
    )


def _quantization(model: GgufModel) -> str:
    """What the file says of its weights, such as `Q4_K_M`; else the kind that most of them are."""
    from gguf import GGMLQuantizationType, LlamaFileType

    told = model.settings.get("general.file_type")
    if isinstance(told, int) and told in set(LlamaFileType):
        return LlamaFileType(told).name.removeprefix("MOSTLY_").removeprefix("ALL_")
    bytes_of = dict.fromkeys((tensor.kind for tensor in model.tensors.values()), 0)
    for tensor in model.tensors.values():
        bytes_of[tensor.kind] += tensor.rows * tensor.row
    return GGMLQuantizationType(max(bytes_of, key=lambda kind: bytes_of[kind])).name


def _plain(text: object) -> str:
    """A text of the file's on one line and of a bearable length; empty where it is no text."""
    words = text.split() if isinstance(text, str) else []
    return "".join(letter for letter in " ".join(words) if letter.isprintable())[:_LONGEST_NAME]
