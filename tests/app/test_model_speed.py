"""A speed is measured in a process of its own, and counts for those very files alone."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import Cancelled, UserError
from app.model_speed import MeasuredSpeed, SpeedRecord, SpeedTest
from app.paths import models_folder
from models.errors import ModelError
from models.library import BUILT_IN
from models.manifest import Manifest, read_manifest
from tests.helpers.hub_model import write_repository
from tests.helpers.installed_model import put_model

SPEED = MeasuredSpeed(682.4, 0.041, "CPU")


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return read_manifest(models_folder() / BUILT_IN)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "speeds.json"


def test_what_was_measured_is_kept(file: Path, manifest: Manifest) -> None:
    SpeedRecord(file).keep(manifest, SPEED)
    assert SpeedRecord(file).of(manifest) == SPEED


def test_another_model_has_no_speed_of_it(file: Path, manifest: Manifest) -> None:
    SpeedRecord(file).keep(manifest, SPEED)
    assert SpeedRecord(file).of(replace(manifest, id="other")) is None


def test_other_files_of_the_same_model_have_no_speed(file: Path, manifest: Manifest) -> None:
    SpeedRecord(file).keep(manifest, SPEED)
    altered = (replace(manifest.files[0], sha256="0" * 64), *manifest.files[1:])
    assert SpeedRecord(file).of(replace(manifest, files=altered)) is None


def test_each_model_keeps_its_own(file: Path, manifest: Manifest) -> None:
    other = replace(manifest, id="other")
    record = SpeedRecord(file)
    record.keep(manifest, SPEED)
    record.keep(other, replace(SPEED, tokens_per_s=1.0))
    assert record.of(manifest) == SPEED
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"\xff", b"[" * 100_000, b'{"smollm2-135m-instruct": 3}'],
)
def test_a_file_that_cannot_be_read_counts_as_empty(
    file: Path, manifest: Manifest, content: bytes
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    assert SpeedRecord(file).of(manifest) is None
    SpeedRecord(file).keep(manifest, SPEED)
    assert SpeedRecord(file).of(manifest) == SPEED


def test_a_figure_that_is_none_counts_as_not_measured(file: Path, manifest: Manifest) -> None:
    SpeedRecord(file).keep(manifest, SPEED)
    file.write_text(file.read_text("utf-8").replace("682.4", '"fast"'), "utf-8")
    assert SpeedRecord(file).of(manifest) is None


def test_a_disk_that_does_not_take_it_is_a_sentence(tmp_path: Path, manifest: Manifest) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="could not be written"):
        SpeedRecord(tmp_path / "file" / "speeds.json").keep(manifest, SPEED)


def test_a_model_is_measured(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    put_model(tmp_path / "models", write_repository(tmp_path / "repository"), "tiny", "Tiny")
    found = SpeedTest(tmp_path / "models").run("tiny")
    assert found.device in ("CPU", "CUDA")
    assert 0 < found.first_text_s < 60
    assert found.tokens_per_s > 1


def test_a_cancel_ends_the_measurement_and_its_process() -> None:
    test = SpeedTest(models_folder())
    ended: list[BaseException] = []

    def run() -> None:
        try:
            test.run(BUILT_IN)
        except Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while test._process is None:
        assert thread.is_alive()
    test.cancel()
    thread.join(10)
    assert len(ended) == 1
    assert test._process.poll() is not None


def test_one_that_was_cancelled_before_does_not_begin() -> None:
    test = SpeedTest(models_folder())
    test.cancel()
    with pytest.raises(Cancelled):
        test.run(BUILT_IN)


def test_a_model_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not on this computer"):
        SpeedTest(tmp_path).run(BUILT_IN)


def test_a_damaged_model_says_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / BUILT_IN
    folder.mkdir()
    (folder / "model.toml").write_bytes((models_folder() / BUILT_IN / "model.toml").read_bytes())
    with pytest.raises(UserError, match="missing from the model"):
        SpeedTest(tmp_path).run(BUILT_IN)
