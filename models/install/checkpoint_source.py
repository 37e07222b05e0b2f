"""A Hugging Face checkpoint before it is read: refused unless it is plainly harmless, and whole.

A checkpoint is somebody else's folder: its settings are read as text, its weights as safetensors
alone, which hold numbers and nothing else, and no program that came with it is ever run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.install.pickles import PICKLES, pickled
from models.install.room import Needs

FAMILIES = frozenset(
    {"gemma2", "gemma3_text", "llama", "mistral", "phi3", "qwen2", "qwen3", "smollm3"}
)
"""`model_type` of the checkpoints whose graphs are compared with PyTorch's own models in a test."""

WHOLE = "Download the whole checkpoint again."

_EXTRA = ("torch", "transformers", "optimum", "onnx", "safetensors")
_MEMORY_TIMES, _MEMORY_BYTES = 2.5, 2_000_000_000
"""Memory that the work takes: so many times the fp32 weights, and so much besides.

Measured while optimum writes the graph, which takes the most: 3.0 GB with weights of 0.5 GB, 5.8
with 1.7 and 5.1 with 2.3, from where on they lie in a file of their own.
"""

_DISK_TIMES = 2.3
"""The same of the disk: optimum writes the weights one by one, and then into one file."""

_FLOATS = {"F64", "F32", "F16", "BF16"}
_WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.safetensors")
_LAYER = re.compile(r"model\.layers\.(\d+)\.")
_LONGEST_JSON = 32 << 20
_WIDEST = 1 << 20
_ANOTHER = "Choose another model."


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


def require_extra() -> None:
    """Raise `ModelError` where what imports a checkpoint is not installed."""
    if not all(find_spec(name) for name in _EXTRA):
        raise ModelError(
            "A checkpoint is imported with PyTorch and optimum, which are not installed.",
            'Run: pip install "twite[export]"',
        )


def import_needs(parameters: float) -> Needs:
    """What importing a checkpoint of so many numbers takes."""
    weights = 4 * parameters
    return Needs(_MEMORY_TIMES * weights + _MEMORY_BYTES, _DISK_TIMES * weights)


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
    # transformers copies it among its own modules, even where it does not run it.
    if (source / "custom_generate").exists():
        raise _with_program(source)
    config = read_config(source)
    parameters, layers = _count(_weight_files(source))
    if layers != config.get("num_hidden_layers"):
        raise ModelError(f"The weights in {source.name} are not those of its config.json.", WHOLE)
    return Checkpoint(source, config, parameters)


def read_config(source: Path) -> dict[str, Any]:
    """What `config.json` says; raises `ModelError` where no checkpoint with it can be imported."""
    name, config = source.name, _json(source / "config.json")
    if "auto_map" in config:
        raise _with_program(source)
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
        raise ModelError(f"The config.json in {name} gives sizes that no model has.", WHOLE)
    return config


def _with_program(source: Path) -> ModelError:
    return ModelError(
        f"{source.name} needs a program that came with it, and Twite runs none.",
        "Choose another model, or an ONNX export of this one.",
    )


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
            raise ModelError(f"{name} is missing from {source.name}.", WHOLE)
    return [source / name for name in sorted(set(names))]


def _without_weights(source: Path) -> ModelError:
    if any(entry.suffix in PICKLES for entry in source.iterdir()):
        return pickled(source, "safetensors")
    return ModelError(f"{source.name} holds no {_WEIGHTS}.", WHOLE)


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
            raise ModelError(f"{file.name} is damaged or cut off.", WHOLE) from error
    return parameters, len(layers)


def _check_kind(file: Path, kind: str) -> None:
    if kind not in _FLOATS:
        raise ModelError(
            f"{file.name} holds numbers of a kind that Twite does not read ({kind}).",
            "Choose the checkpoint that it was made from.",
        )


def _json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LONGEST_JSON:
            raise ValueError("larger than any settings are")
        value = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise ModelError(f"{file.name} is missing from {file.parent.name}.", WHOLE) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{file.name} is damaged.", WHOLE) from error
    if not isinstance(value, dict):
        raise ModelError(f"{file.name} is damaged.", WHOLE)
    return value
