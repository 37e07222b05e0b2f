"""`twite models list`, and the version."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from app import __version__
from app.paths import models_folder
from models.library import BUILT_IN

Twite = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_the_built_in_model_is_listed_with_a_small_measured_loss(twite: Twite) -> None:
    listed = {model["id"]: model for model in json.loads(twite("models", "list", "--json").stdout)}
    assert 0 < listed[BUILT_IN]["measured_loss"] <= 0.01


def test_its_listed_folder_is_where_it_lies(twite: Twite) -> None:
    listed = {model["id"]: model for model in json.loads(twite("models", "list", "--json").stdout)}
    assert Path(listed[BUILT_IN]["folder"]) == models_folder() / BUILT_IN


def test_the_version_is_the_packages(twite: Twite) -> None:
    assert twite("--version").stdout.decode().strip() == f"twite {__version__}"
