"""The built-in model as `dev.py test` prepared it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.paths import models_folder
from models.engine.writer import ModelWriter
from models.library import BUILT_IN, Library


@pytest.fixture(scope="session")
def built_in() -> Path:
    return Library(models_folder()).path(BUILT_IN)


@pytest.fixture(scope="session")
def writer(built_in: Path) -> ModelWriter:
    return ModelWriter(built_in, "cpu")
