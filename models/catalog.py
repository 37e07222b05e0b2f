"""The models that a person can choose to install, as `resources/models.toml` lists them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files as resource

from models.errors import ModelError


@dataclass(frozen=True)
class CatalogModel:
    """A model on the Hugging Face Hub that this program can run.

    Attributes:
        revision: a branch, a tag or a commit; it is resolved to a commit when it is installed.
        files: shell patterns of paths in the repository. Exactly one file ends in `.onnx`.
        machine: what it wants: `CPU`, `8 GB GPU` or `24 GB GPU`.
        download_mb: roughly; what is really fetched, the Hub says.
        needed_memory_mb: of the machine's main memory, or of the GPU's, with 8 rows, roughly.
        purpose: what speaks for it, in one sentence.
    """

    id: str
    name: str
    repository: str
    revision: str
    files: tuple[str, ...]
    licence: str
    chat_format: str
    precision: str
    machine: str
    download_mb: int
    needed_memory_mb: int
    purpose: str


def read_catalog() -> tuple[CatalogModel, ...]:
    """Every model of the catalog, in its order: the smallest machine first."""
    text = resource("resources").joinpath("models.toml").read_text("utf-8")
    return tuple(
        CatalogModel(**{**entry, "files": tuple(entry["files"])})
        for entry in tomllib.loads(text)["models"]
    )


def find(model_id: str) -> CatalogModel:
    """The model of this id; raises `ModelError` where the catalog has none."""
    for model in read_catalog():
        if model.id == model_id:
            return model
    raise ModelError(
        f"The catalog has no model {model_id}.",
        "See what there is with: twite models list",
    )
