"""The models as a person chooses among them: those on this computer, and those to be had."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.model_speed import MeasuredSpeed, SpeedRecord
from models.catalog import CatalogModel, read_catalog
from models.engine.chat import FORMATS
from models.library import BUILT_IN, DiskUse, InstalledModel, Library

_CONVERTERS = ("optimum", "mobius")


@dataclass(frozen=True)
class ShelvedModel:
    """A model on this computer.

    Attributes:
        size: bytes on the disk.
        loss: what rounding its weights cost, in nats a token, or None where nobody has measured.
        tried: what each precision lost, for a person to read, or nothing.
        is_taught: whether Twite taught it to write posts.
        speed: None where it was not measured on this machine.
    """

    id: str
    name: str
    licence: str
    source: str
    size: int
    needed_memory_mb: int
    precision: str
    loss: float | None
    tried: str
    is_taught: bool
    speed: MeasuredSpeed | None

    @property
    def is_built_in(self) -> bool:
        return self.id == BUILT_IN


@dataclass(frozen=True)
class OfferedModel:
    """A model of the catalog; `arrived` are the bytes of a download that was broken off."""

    model: CatalogModel
    arrived: int


@dataclass(frozen=True)
class Shelf:
    """Everything there is to choose from; the built-in model comes first."""

    here: tuple[ShelvedModel, ...]
    offered: tuple[OfferedModel, ...]
    disk: DiskUse


def read_shelf(models_folder: Path, speeds: SpeedRecord) -> Shelf:
    """Look through the models folder and the catalog; no file of a model is read or checked."""
    library = Library(models_folder)
    here = tuple(_shelved(model, speeds) for model in library.installed())
    ids = {model.id for model in here}
    offered = tuple(
        OfferedModel(model, library.arrived(model.id))
        for model in read_catalog()
        if model.id not in ids
    )
    return Shelf(
        tuple(sorted(here, key=lambda model: not model.is_built_in)), offered, library.disk_use()
    )


def can_convert() -> bool:
    """Whether the export extra is installed, which GGUF files and checkpoints need."""
    return all(find_spec(name) for name in _CONVERTERS)


def chat_formats() -> tuple[str, ...]:
    """The names of the chat formats that the engine knows."""
    return tuple(FORMATS)


def _shelved(installed: InstalledModel, speeds: SpeedRecord) -> ShelvedModel:
    manifest = installed.manifest
    return ShelvedModel(
        id=manifest.id,
        name=manifest.name,
        licence=manifest.licence,
        source=manifest.source,
        size=installed.size,
        needed_memory_mb=manifest.needed_memory_mb,
        precision=manifest.precision,
        loss=manifest.known_loss,
        tried=manifest.tried,
        is_taught=bool(manifest.adapter),
        speed=speeds.of(manifest),
    )
