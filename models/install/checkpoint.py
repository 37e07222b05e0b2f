"""From a Hugging Face checkpoint to an ONNX model, through optimum. Needs the extra `export`."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

from models.engine.device import first_line
from models.engine.session import load_graph
from models.errors import ModelError
from models.install.builtin import held_out_tokens
from models.install.checkpoint_source import (
    WHOLE,
    Checkpoint,
    import_needs,
    read_checkpoint,
    require_extra,
)
from models.install.folder_settings import (
    Settings,
    end_of_turn_ids,
    find_chat_format,
    read_settings,
    read_tokenizer,
)
from models.install.memory import needed_memory_mb
from models.install.precision import write_smallest
from models.install.progress import StepReport
from models.install.quantize import answer_last_position_only
from models.install.room import require_room
from models.manifest import UNKNOWN_LICENCE, Manifest, describe_file

_FILES = ("model.onnx", "model.onnx.data", "tokenizer.json")
_READING, _BUILDING, _ROUNDING = 0.02, 0.1, 0.5
"""The shares of the whole at which these begin, as measured on two cores."""

_PASSAGE_TOKENS = 512


def import_checkpoint(
    source: Path, model_id: str, folder: Path, report: StepReport, chat_format: str = ""
) -> Manifest:
    """Fill an empty folder with the model of a checkpoint; returns its manifest, not yet written.

    Without a chat format it is found out. Raises `ModelError` with a sentence where the checkpoint
    is not fit, before the heavy work as far as that can be told by then.
    """
    require_extra()
    report("Reading the settings", 0.0)
    checkpoint, settings = read_checkpoint(source), read_settings(source)
    require_room(source.name, import_needs(checkpoint.parameters), folder)
    tokenizer = _copy_tokenizer(source, folder)
    chosen = chat_format or find_chat_format(tokenizer, settings.template, checkpoint.family)
    ends = end_of_turn_ids(tokenizer, chosen, settings.end_of_turn_ids)
    length = _context_length(checkpoint, settings)
    passage = _passage(checkpoint, tokenizer, length)
    fp32 = write_fp32_graph(checkpoint, folder / "fp32", report)
    precision = write_smallest(
        fp32, [passage], folder, lambda step, share: report(step, _ROUNDING + 0.45 * share)
    )
    shutil.rmtree(fp32.parent)
    answer_last_position_only(folder / "model.onnx")
    report("Checking the files", _ROUNDING + 0.45)
    files = tuple(describe_file(folder, name) for name in _FILES)
    shapes = load_graph(folder / "model.onnx", "cpu").shapes
    return Manifest(
        id=model_id,
        name=source.name,
        licence=settings.licence or UNKNOWN_LICENCE,
        source=f"{source.name} (Hugging Face checkpoint, {checkpoint.family})",
        chat_format=chosen,
        end_of_turn_ids=ends,
        context_length=length,
        precision=precision.phrase,
        measured_loss=round(precision.loss, 5),
        needed_memory_mb=needed_memory_mb(files, precision.phrase, shapes),
        files=files,
        tried=precision.tried,
    )


def write_fp32_graph(checkpoint: Checkpoint, folder: Path, report: StepReport) -> Path:
    """Write the graph with plain attention and fp32 weights; returns `model.onnx`.

    optimum's `main_export` would open whatever else lies in the folder, tokenizers and adapters
    included, and fill weights that are missing with random numbers, so its parts are called here.
    """
    graph = folder / "model.onnx"
    try:
        # Tracing warns of each branch that it takes for good; the tests compare what comes out.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            report("Reading the weights", _READING)
            model = _load(checkpoint)
            report("Building the graph", _BUILDING)
            _trace(model, graph)
    except ModelError:
        raise
    except Exception as error:
        reason = first_line(error) or type(error).__name__
        raise ModelError(
            f"No graph could be made of {checkpoint.folder.name}: {reason}.",
            "Choose another model, or an ONNX export of this one.",
        ) from error
    return graph


def _load(checkpoint: Checkpoint) -> Any:
    """PyTorch's model in fp32; raises `ModelError` where some of its weights are not there."""
    # torch and what is built on it take seconds to import, and are needed for this step alone.
    import torch
    from transformers import AutoModelForCausalLM

    loaded: Any = AutoModelForCausalLM.from_pretrained(
        checkpoint.folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch.float32,
        attn_implementation="sdpa",
        output_loading_info=True,
    )
    model, told = loaded
    if missing := told["missing_keys"]:
        raise ModelError(
            f"Weights are missing from {checkpoint.folder.name}, such as {min(missing)}.", WHOLE
        )
    return model


def _trace(model: Any, graph: Path) -> None:
    # As costly as torch, on which it is built.
    from optimum.exporters.onnx import export  # type: ignore[import-untyped]  # it has no types
    from optimum.exporters.tasks import TasksManager  # type: ignore[import-untyped]  # the same

    describe = TasksManager.get_exporter_config_constructor(
        "onnx", model, task="text-generation-with-past", library_name="transformers"
    )
    form = describe(model.config, use_past=True, use_past_in_inputs=True)
    # The axes that optimum would mend are those of outputs, whose sizes the engine finds out.
    export(model, form, graph, disable_dynamic_axes_fix=True)


def _copy_tokenizer(source: Path, folder: Path) -> Path:
    """Copy `tokenizer.json`, once it was read."""
    file = source / "tokenizer.json"
    if not file.exists():
        raise ModelError(
            f"{source.name} has no tokenizer.json, only a slow tokenizer or none.",
            "Save its tokenizer as a fast one with transformers, or choose another model.",
        )
    read_tokenizer(file)
    return shutil.copyfile(file, folder / file.name)


def _context_length(checkpoint: Checkpoint, settings: Settings) -> int:
    """Where rotary embeddings change in long texts, tracing has fixed those of short ones."""
    scaling = checkpoint.config.get("rope_scaling")
    kinds = [scaling.get("rope_type"), scaling.get("type")] if isinstance(scaling, dict) else []
    short = checkpoint.config.get("original_max_position_embeddings")
    told = settings.context_length
    if ("longrope" in kinds or "su" in kinds) and isinstance(short, int):
        told = min(told, short)
    if told <= 0:
        raise ModelError(
            f"The config.json in {checkpoint.folder.name} does not say how long a text may be.",
            WHOLE,
        )
    return told


def _passage(checkpoint: Checkpoint, tokenizer: Path, length: int) -> list[int]:
    """What the loss is measured on; raises `ModelError` where it has tokens that are not known."""
    passage = held_out_tokens(tokenizer)[: min(length, _PASSAGE_TOKENS)]
    size = checkpoint.config.get("vocab_size")
    if not passage or not isinstance(size, int) or max(passage) >= size:
        raise ModelError(
            f"The tokenizer.json in {checkpoint.folder.name} belongs to another model.", WHOLE
        )
    return passage
