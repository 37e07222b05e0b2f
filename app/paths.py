"""Where Twite keeps things: the XDG places on Linux, each system's own elsewhere (platformdirs)."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP_NAME = "twite"


def data_folder() -> Path:
    """Drafts and models. `$XDG_DATA_HOME/twite` on Linux."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def config_folder() -> Path:
    """Settings. `$XDG_CONFIG_HOME/twite` on Linux."""
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))


def state_folder() -> Path:
    """Logs. `$XDG_STATE_HOME/twite` on Linux."""
    return Path(platformdirs.user_state_dir(APP_NAME, appauthor=False))


def models_folder() -> Path:
    """Installed models; `TWITE_MODELS_DIR` overrides the place."""
    override = os.environ.get("TWITE_MODELS_DIR")
    return Path(override) if override else data_folder() / "models"


def drafts_file() -> Path:
    """The SQLite file that holds every draft."""
    return data_folder() / "drafts.sqlite3"
