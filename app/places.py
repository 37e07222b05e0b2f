"""Where everything of one Twite lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app import paths, settings


@dataclass(frozen=True)
class Places:
    """The files and folders that Twite keeps."""

    drafts_file: Path
    settings_file: Path
    models_folder: Path
    log_folder: Path

    @property
    def media_folder(self) -> Path:
        """Twite's own copies of images and videos."""
        return self.drafts_file.parent / "media"

    @property
    def locks_folder(self) -> Path:
        """Files that processes lock to agree on turns."""
        return self.drafts_file.parent / "locks"


def places() -> Places:
    """This person's."""
    return Places(
        drafts_file=paths.drafts_file(),
        settings_file=settings.settings_file(),
        models_folder=paths.models_folder(),
        log_folder=paths.state_folder(),
    )
