"""From a Hugging Face checkpoint to an ONNX model, through optimum. Needs the extra `export`.

A checkpoint is somebody else's folder: its settings are read as text, its weights as safetensors
alone, which hold numbers and nothing else, and no program that came with it is ever run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import inf, prod
from pathlib import Path
from typing import Any

from models.engine.session import load_graph
from models.errors import ModelError
from models.install.builtin import held_out_tokens
from models.install.folder_settings import (
    Settings,
    end_of_turn_ids,
    find_chat_format,
    read_settings,
    read_tokenizer,
)
from models.install.precision import write_smallest
from models.install.progress import StepReport
from models.install.quantize import answer_last_position_only
from models.manifest import Manifest, describe_file

FAMILIES = frozenset(
    {"gemma2", "gemma3_text", "llama", "mistral", "phi3", "qwen2", "qwen3", "smollm3"}
)
"""`model_type` of the checkpoints whose graphs are compared with PyTorch's own models in a test."""

MEMORY_TIMES, MEMORY_BYTES = 2.5, 2_000_000_000
"""Memory that the work takes: so many times the fp32 weights, and so much besides.

Measured while optimum writes the graph, which takes the most: 3.0 GB with weights of 0.5 GB, 5.8
with 1.7 and 5.1 with 2.3, from where on they lie in a file of their own.
"""

DISK_TIMES = 2.3
"""The same of the disk: optimum writes the weights one by one, and then into one file."""

_EXTRA = ("torch", "transformers", "optimum", "onnx", "safetensors")
_FLOATS = {"F64", "F32", "F16", "BF16"}
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.safetensors")
_LAYER = re.compile(r"model\.layers\.(\d+)\.")
_LONGEST_JSON = 32 << 20
_WIDEST = 1 << 20
_FILES = ("model.onnx", "model.onnx.data", "tokenizer.json")
_READING, _BUILDING, _ROUNDING = 0.02, 0.1, 0.5
"""The shares of the whole at which these begin, as measured on two cores."""

_ROWS, _TOKENS, _PROGRAM_MB = 8, 512, 300
_PASSAGE_TOKENS = 512
_ANOTHER = "Choose another model."
_WHOLE = "Download the whole checkpoint again."


@dataclass(frozen=True)
class Checkpoint:
    """A folder that was found fit.

    Attributes:
        config: what `config.json` says.
        parameters: how many numbers its weights are.
    """

    folder: Path
    config: dict[str, Any]
    parameters: int

    @property
    def family(self) -> str:
        return str(self.config["model_type"])


def import_checkpoint(
    source: Path, model_id: str, folder: Path, report: StepReport, chat_format: str = ""
) -> Manifest:
    """Fill an empty folder with the model of a checkpoint; returns its manifest, not yet written.

    Without a chat format it is found out. Raises `ModelError` with a sentence where the checkpoint
    is not fit, before the heavy work as far as that can be told by then.
    """
    _require_extra()
    report("Reading the settings", 0.0)
    checkpoint, settings = read_checkpoint(source), read_settings(source)
    _check_room(checkpoint, folder)
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
    return Manifest(
        id=model_id,
        name=source.name,
        licence=settings.licence or "unknown: see its maker",
        source=f"{source.name} (Hugging Face checkpoint, {checkpoint.family})",
        chat_format=chosen,
        end_of_turn_ids=ends,
        context_length=length,
        precision=precision.phrase,
        measured_loss=round(precision.loss, 5),
        needed_memory_mb=_needed_memory_mb(folder),
        files=tuple(describe_file(folder, name) for name in _FILES),
        tried=precision.tried,
    )


def read_checkpoint(source: Path) -> Checkpoint:
    """Look through a folder; raises `ModelError` where it is not fit. Reads no weights."""
    link = next((entry for entry in sorted(source.iterdir()) if entry.is_symlink()), None)
    if link:
        raise ModelError(
            f"{link.name} is a link to another place.", "Name a folder that holds the files."
        )
    if (source / "adapter_config.json").exists():
        raise ModelError(
            f"{source.name} is an adapter for another model.",
            "Choose a checkpoint that it was merged into.",
        )
    config = _json(source / "config.json")
    # transformers copies a `custom_generate` among its own modules, even where it does not run it.
    if "auto_map" in config or (source / "custom_generate").exists():
        raise ModelError(
            f"{source.name} needs a program that came with it, and Twite runs none.",
            "Choose another model, or an ONNX export of this one.",
        )
    _check_config(source.name, config)
    parameters, layers = _count(_weight_files(source))
    if layers != config.get("num_hidden_layers"):
        raise ModelError(f"The weights in {source.name} are not those of its config.json.", _WHOLE)
    return Checkpoint(source, config, parameters)


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
        raise ModelError(
            f"No graph could be made of {checkpoint.folder.name}: {_first_line(error)}.",
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
            f"Weights are missing from {checkpoint.folder.name}, such as {min(missing)}.", _WHOLE
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


def _require_extra() -> None:
    if not all(find_spec(name) for name in _EXTRA):
        raise ModelError(
            "A checkpoint is imported with PyTorch and optimum, which are not installed.",
            'Run: pip install "twite[export]"',
        )


def _check_config(name: str, config: dict[str, Any]) -> None:
    if "quantization_config" in config:
        raise ModelError(
            f"The weights in {name} were rounded in a form that Twite does not read.",
            "Choose the checkpoint that it was made from.",
        )
    if "transformers_weights" in config:
        raise ModelError(f"{name} keeps its weights under a name of its own.", _ANOTHER)
    family = config.get("model_type")
    if not isinstance(family, str) or family not in FAMILIES:
        raise ModelError(
            f"Twite does not import checkpoints of the family of {name} ({str(family)[:40]}).",
            f"It does those of {', '.join(sorted(FAMILIES))}.",
        )
    # Tables of this size are made before any weight is looked at.
    sizes = [config.get(key) or 0 for key in ("hidden_size", "head_dim")]
    if not all(isinstance(size, int) and 0 <= size <= _WIDEST for size in sizes):
        raise ModelError(f"The config.json in {name} gives sizes that no model has.", _WHOLE)


def _weight_files(source: Path) -> list[Path]:
    """The safetensors that the weights are spread over."""
    if (source / _WEIGHTS).exists():
        return [source / _WEIGHTS]
    if not (source / _INDEX).exists():
        raise _without_weights(source)
    mapped = _json(source / _INDEX).get("weight_map")
    names = list(mapped.values()) if isinstance(mapped, dict) else []
    if not names or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names):
        raise ModelError(f"{_INDEX} does not name the weights in {source.name} alone.", _ANOTHER)
    for name in names:
        if not (source / name).is_file():
            raise ModelError(f"{name} is missing from {source.name}.", _WHOLE)
    return [source / name for name in sorted(set(names))]


def _without_weights(source: Path) -> ModelError:
    if any(entry.suffix in _PICKLES for entry in source.iterdir()):
        return ModelError(
            f"{source.name} holds weights in a form that can run programs when it is read.",
            "Choose the same model as safetensors.",
        )
    return ModelError(f"{source.name} holds no {_WEIGHTS}.", _WHOLE)


def _count(files: Sequence[Path]) -> tuple[int, int]:
    """How many numbers, and how many layers, there are; reads the files' headers alone."""
    # safetensors comes with the extra `export` alone.
    from safetensors import SafetensorError, safe_open

    parameters, layers = 0, set[str]()
    for file in files:
        try:
            with safe_open(file, framework="numpy") as weights:
                for name in weights.keys():  # noqa: SIM118 (no mapping, it only has keys)
                    part = weights.get_slice(name)
                    _check_kind(file, part.get_dtype())
                    parameters += prod(part.get_shape())
                    layers.update(_LAYER.findall(name))
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{file.name} is damaged or cut off.", _WHOLE) from error
    return parameters, len(layers)


def _check_kind(file: Path, kind: str) -> None:
    if kind not in _FLOATS:
        raise ModelError(
            f"{file.name} holds numbers of a kind that Twite does not read ({kind}).",
            "Choose the checkpoint that it was made from.",
        )


def _check_room(checkpoint: Checkpoint, folder: Path) -> None:
    """Raise `ModelError` where the work fits neither into memory nor onto the disk."""
    weights, name = 4 * checkpoint.parameters, checkpoint.folder.name
    needed, there = MEMORY_TIMES * weights + MEMORY_BYTES, _memory()
    if needed > there:
        raise ModelError(
            f"Importing {name} takes {needed / 1e9:.0f} GB of memory, and this computer has "
            f"{there / 1e9:.0f} GB.",
            "Choose a smaller model, or an ONNX export of this one.",
        )
    needed, there = DISK_TIMES * weights, shutil.disk_usage(folder).free
    if needed > there:
        raise ModelError(
            f"Importing {name} takes {needed / 1e9:.0f} GB on the disk for a while, and "
            f"{there / 1e9:.0f} GB are free.",
            "Free some space, and import it again.",
        )


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
            _WHOLE,
        )
    return told


def _passage(checkpoint: Checkpoint, tokenizer: Path, length: int) -> list[int]:
    """What the loss is measured on; raises `ModelError` where it has tokens that are not known."""
    passage = held_out_tokens(tokenizer)[: min(length, _PASSAGE_TOKENS)]
    size = checkpoint.config.get("vocab_size")
    if not passage or not isinstance(size, int) or max(passage) >= size:
        raise ModelError(
            f"The tokenizer.json in {checkpoint.folder.name} belongs to another model.", _WHOLE
        )
    return passage


def _needed_memory_mb(folder: Path) -> int:
    """The files, a cache of 8 rows of 512 tokens with its twin, and the program itself."""
    shapes = load_graph(folder / "model.onnx", "cpu").shapes
    token = 2 * shapes.layers * shapes.kv_heads * shapes.head_dim * shapes.cache_dtype.itemsize
    files = sum(file.stat().st_size for file in folder.iterdir())
    return _PROGRAM_MB + round((files + 2 * _ROWS * _TOKENS * token) / 1e6)


def _json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LONGEST_JSON:
            raise ValueError("larger than any settings are")
        value = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise ModelError(f"{file.name} is missing from {file.parent.name}.", _WHOLE) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file.name} is damaged.", _WHOLE) from error
    if not isinstance(value, dict):
        raise ModelError(f"{file.name} is damaged.", _WHOLE)
    return value


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".") or type(error).__name__


def _memory() -> float:
    """Bytes of memory that this computer has; without limit where it does not tell."""
    if sys.platform == "win32":
        import ctypes  # Windows alone needs it

        kilobytes = ctypes.c_ulonglong()
        ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024 or inf
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
