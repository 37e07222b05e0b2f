"""What a model says of itself, written and read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.paths import models_folder
from models.library import BUILT_IN, Library
from models.manifest import read_manifest, write_manifest


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text())
def test_a_name_of_any_characters_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    manifest = replace(read_manifest(Library(models_folder()).path(BUILT_IN)), name=name)
    write_manifest(manifest, tmp_path)
    assert read_manifest(tmp_path) == manifest
