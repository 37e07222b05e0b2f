"""What a model folder is: `model.toml`, and the files it vouches for by size and sha256."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from models.errors import ModelError

FILE_NAME = "model.toml"
NOT_MEASURED = float("nan")
"""A `measured_loss` where there is no unquantized graph to compare with."""
UNKNOWN_LICENCE = "unknown: see its maker"
_AGAIN = "Prepare it again; your drafts are safe."


@dataclass(frozen=True)
class ModelFile:
    """One file of a model folder. `size` is in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The contract of a model folder.

    Attributes:
        source: where the weights come from, with the revision.
        chat_format: a format that `models.engine.chat` knows.
        end_of_turn_ids: tokens with which the model ends its answer.
        context_length: tokens.
        precision: for example `8-bit, blocks of 32`.
        measured_loss: KL(fp32 || this graph), nats a token, on held-out text.
        source_boost: logits that the words of a source gain while a draft lacks them, as measured
            for this model: large for a small one, 0 for one that keeps to its notes by itself.
        prompt: what has to stand before the notes, by the name that the program has for it.
        adapter: what the weights were taught with, or nothing.
        build: the recipe that a model we make ourselves was made by; a newer one makes it again.
        tried: what each precision lost, for a person to read, or nothing.
        needed_memory_mb: resident memory of a loaded model with 8 rows, roughly.
    """

    id: str
    name: str
    licence: str
    source: str
    chat_format: str
    end_of_turn_ids: tuple[int, ...]
    context_length: int
    precision: str
    measured_loss: float
    needed_memory_mb: int
    files: tuple[ModelFile, ...]
    source_boost: float = 0.0
    prompt: str = "examples"
    adapter: str = ""
    build: int = 1
    tried: str = ""

    @property
    def known_loss(self) -> float | None:
        """The loss, or None where it was not measured."""
        return None if isnan(self.measured_loss) else self.measured_loss


def describe_file(folder: Path, name: str) -> ModelFile:
    """Measure one file for the manifest."""
    file = folder / name
    return ModelFile(name, file.stat().st_size, _sha256(file))


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write `model.toml`. Strings are quoted as TOML basic strings."""
    lines = [
        f"{key} = {_toml(getattr(manifest, key))}"
        for key in Manifest.__dataclass_fields__
        if key != "files"
    ]
    for file in manifest.files:
        lines += ["", "[[files]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in vars(file).items()]
    (folder / FILE_NAME).write_text("\n".join(lines) + "\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read `model.toml`; raises `ModelError` where it is missing or not a manifest."""
    try:
        table = tomllib.loads((folder / FILE_NAME).read_text("utf-8"))
        files = tuple(ModelFile(**entry) for entry in table.pop("files"))
        ends = tuple(table.pop("end_of_turn_ids"))
        return Manifest(**table, end_of_turn_ids=ends, files=files)
    except FileNotFoundError:
        raise ModelError(f"The model {folder.name} has no {FILE_NAME}.", _AGAIN) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{FILE_NAME} of the model {folder.name} is damaged.", _AGAIN) from error


def verify(folder: Path) -> Manifest:
    """Check every file the manifest names; raises `ModelError` naming the first that is wrong."""
    manifest = read_manifest(folder)
    for expected in manifest.files:
        file = folder / expected.path
        if not file.resolve().is_relative_to(folder.resolve()) or file.is_symlink():
            raise ModelError(f"{expected.path} lies outside of the model {manifest.id}.", _AGAIN)
        if not file.is_file():
            raise ModelError(f"{expected.path} is missing from the model {manifest.id}.", _AGAIN)
        if file.stat().st_size != expected.size:
            raise ModelError(f"{expected.path} of the model {manifest.id} is cut off.", _AGAIN)
        if _sha256(file) != expected.sha256:
            raise ModelError(f"{expected.path} of the model {manifest.id} was altered.", _AGAIN)
    return manifest


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _toml(value: object) -> str:
    if isinstance(value, str):
        # JSON escapes what a basic string of TOML may not hold, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)
