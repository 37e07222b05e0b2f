"""The models installed on this machine: one folder each under the models folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from models import manifest as model_manifest
from models.errors import ModelError
from models.install.staging import discard
from models.manifest import FILE_NAME, Manifest, read_manifest

BUILT_IN = "smollm2-135m-instruct"
"""The id of the model that Twite makes itself on first use."""
BUILT_IN_BUILD = 8
"""The recipe it is made by. One made by an older recipe counts as not there, and is made again."""
_UNFINISHED = ".downloading-"


@dataclass(frozen=True)
class InstalledModel:
    """A model folder and what its manifest says. `size` is in bytes on disk."""

    folder: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        return sum(file.size for file in self.manifest.files)


@dataclass(frozen=True)
class DiskUse:
    """Bytes: of the installed models, of downloads that were broken off, and free on that disk."""

    models: int
    unfinished: int
    free: int


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
        is_there = _is_name(model_id) and (self.folder / model_id / FILE_NAME).is_file()
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
                "Prepare the built-in model once, here or with `twite models prepare`."
                if model_id == BUILT_IN
                else "See what there is with `twite models list`.",
            )
        return self.folder / model_id

    def verify(self, model_id: str) -> Manifest:
        """Check every file of an installed model; raises `ModelError` with what to do about it."""
        folder = self.path(model_id)
        try:
            return model_manifest.verify(folder)
        except ModelError as error:
            if model_id == BUILT_IN:
                raise
            raise ModelError(
                error.what_happened,
                f"Install it again with `twite models install {model_id}`; your drafts are safe.",
            ) from error

    def unfinished(self, model_id: str) -> Path:
        """Where a download of this model is kept until it is whole."""
        return self.folder / f"{_UNFINISHED}{model_id}"

    def unfinished_ids(self) -> tuple[str, ...]:
        """The ids of the downloads that were broken off."""
        found = self.folder.glob(f"{_UNFINISHED}*/")
        return tuple(sorted(folder.name.removeprefix(_UNFINISHED) for folder in found))

    def arrived(self, model_id: str) -> int:
        """Bytes of a download of this model that was broken off."""
        return _bytes_in(self.unfinished(model_id))

    def remove(self, model_id: str) -> int:
        """Remove a model, or what there is of its download; returns the bytes that became free."""
        if model_id == BUILT_IN:
            raise ModelError(
                "The built-in model stays, so that Twite always has something to write with.",
                "Remove others with `twite models remove ID`.",
            )
        found = [folder for folder in self._folders_of(model_id) if folder.is_dir()]
        if not found:
            self.path(model_id)
        freed = sum(_bytes_in(folder) for folder in found)
        for folder in found:
            _discard(folder)
        return freed

    def _folders_of(self, model_id: str) -> list[Path]:
        """A folder counts as a model only with its manifest: nothing else is ever removed."""
        whole = [self.folder / model_id] if self.has(model_id) else []
        return [*whole, self.unfinished(model_id)] if _is_name(model_id) else []

    def disk_use(self) -> DiskUse:
        """What the models folder takes of its disk."""
        place = self.folder
        while not place.exists():
            place = place.parent
        return DiskUse(
            sum(_bytes_in(model.folder) for model in self.installed()),
            sum(_bytes_in(folder) for folder in self.folder.glob(f"{_UNFINISHED}*")),
            shutil.disk_usage(place).free,
        )


def _is_name(model_id: str) -> bool:
    """Whether this can be a folder's name in the models folder, and leads nowhere else."""
    return model_id == Path(model_id).name and model_id[:1] not in ("", ".")


def _bytes_in(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())


def _discard(folder: Path) -> None:
    try:
        if folder.is_symlink():
            folder.unlink()
        else:
            discard(folder)
    except OSError as error:
        raise ModelError(
            f"The model {folder.name} could not be removed: {error.strerror}.",
            "Close what uses it, and try again.",
        ) from error
