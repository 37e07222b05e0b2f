"""The models installed on this machine: one folder each under the models folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError
from models.manifest import FILE_NAME, Manifest, read_manifest

BUILT_IN = "smollm2-135m-instruct"
"""The id of the model that Twite makes itself on first use."""
BUILT_IN_BUILD = 3
"""The recipe it is made by. One made by an older recipe counts as not there, and is made again."""


@dataclass(frozen=True)
class InstalledModel:
    """A model folder and what its manifest says. `size` is in bytes on disk."""

    folder: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        return sum(file.size for file in self.manifest.files)


class Library:
    """The models folder. It need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def installed(self) -> tuple[InstalledModel, ...]:
        """Every folder with a readable manifest, by id; files are not checked here."""
        found = []
        for manifest_file in sorted(self.folder.glob(f"*/{FILE_NAME}")):
            if manifest_file.parent.name.startswith("."):
                continue
            try:
                manifest = read_manifest(manifest_file.parent)
            except ModelError:
                continue
            found.append(InstalledModel(manifest_file.parent, manifest))
        return tuple(found)

    def has(self, model_id: str) -> bool:
        """Whether a folder of this id is there; whether it is whole, `verify` says."""
        is_there = (self.folder / model_id / FILE_NAME).is_file()
        return is_there and not (model_id == BUILT_IN and self._is_outdated())

    def _is_outdated(self) -> bool:
        """Whether the built-in model is of an older recipe; a damaged one is told of later."""
        try:
            return read_manifest(self.folder / BUILT_IN).build < BUILT_IN_BUILD
        except ModelError:
            return False

    def path(self, model_id: str) -> Path:
        """The folder of an installed model; raises `ModelError` where there is none."""
        if not self.has(model_id):
            raise ModelError(
                f"The model {model_id} is not on this computer.",
                "Prepare the built-in model once, here or with `twite models prepare`.",
            )
        return self.folder / model_id
