from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import settings
from app.compose.brief import COUNTS, Length, Tone
from app.errors import UserError
from app.settings import Settings, ThemeChoice

CHOSEN = Settings(ThemeChoice.DARK, Tone.DRY, Length.SHORT, 8, "AdnQywADAAA=", "0123456789")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "twite" / "settings.json"


@pytest.fixture
def written(file: Path) -> Path:
    file.parent.mkdir()
    return file


def test_settings_come_back_as_they_were_saved(file: Path) -> None:
    settings.save(file, CHOSEN)
    assert settings.load(file) == (CHOSEN, "")


def test_a_missing_file_means_the_defaults_without_a_word(file: Path) -> None:
    assert settings.load(file) == (Settings(), "")


def test_loading_writes_nothing(file: Path) -> None:
    settings.load(file)
    assert not file.parent.exists()


def test_keys_of_another_version_stay_in_the_file(written: Path) -> None:
    written.write_text('{"theme": "light", "later": {"a": [1, "é"]}}', encoding="utf-8")
    settings.save(written, CHOSEN)
    kept = json.loads(written.read_text(encoding="utf-8"))
    assert (kept["later"], kept["theme"]) == ({"a": [1, "é"]}, "dark")


BROKEN = [b"", b"{", b"[]", b'"dark"', b"\xff\xfe", b"[" * 100_000, b"\0" * 500]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_file_is_put_aside_and_named_in_a_sentence(written: Path, content: bytes) -> None:
    written.write_bytes(content)
    loaded = settings.load(written)
    (aside,) = written.parent.iterdir()
    assert loaded.settings == Settings()
    assert str(aside) in loaded.notice
    assert aside.name.startswith("settings.broken-")
    assert aside.read_bytes() == content


@pytest.mark.parametrize("content", BROKEN)
def test_saving_over_a_broken_file_puts_it_aside(written: Path, content: bytes) -> None:
    written.write_bytes(content)
    settings.save(written, CHOSEN)
    assert settings.load(written).settings == CHOSEN
    assert [each.read_bytes() for each in written.parent.glob("*.broken-*")] == [content]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", "sepia"),
        ("theme", ["dark"]),
        ("tone", 3),
        ("length", None),
        ("count", 0),
        ("count", 9),
        ("count", True),
        ("count", "4"),
        ("count", 4.0),
        ("window_geometry", 7),
        ("last_draft", {}),
    ],
)
def test_one_unknown_value_costs_that_setting_alone(written: Path, key: str, value: object) -> None:
    others = {"theme": "dark", "tone": "warm", "count": 2, "length": "short"} | {key: value}
    written.write_text(json.dumps(others), encoding="utf-8")
    loaded = settings.load(written)
    assert getattr(loaded.settings, key) == getattr(Settings(), key)
    assert loaded.settings.theme is (ThemeChoice.SYSTEM if key == "theme" else ThemeChoice.DARK)
    assert loaded.notice == ""


def test_a_failed_save_leaves_the_old_settings(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.save(file, CHOSEN)

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UserError, match=r"could not be saved.*drafts are safe"):
        settings.save(file, Settings())
    assert settings.load(file).settings == CHOSEN


def test_a_save_leaves_no_other_file_behind(file: Path) -> None:
    settings.save(file, CHOSEN)
    settings.save(file, Settings())
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_in_the_files_place_is_told_in_a_sentence(file: Path) -> None:
    file.mkdir(parents=True)
    assert "could not be read" in settings.load(file).notice
    with pytest.raises(UserError, match="could not be saved"):
        settings.save(file, CHOSEN)


def test_the_file_lies_in_the_config_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings.settings_file() == tmp_path / "twite" / "settings.json"


@given(
    st.builds(
        Settings,
        st.sampled_from(ThemeChoice),
        st.sampled_from(Tone),
        st.sampled_from(Length),
        st.sampled_from(COUNTS),
        st.text(),
        st.text(),
    )
)
def test_any_settings_survive_the_file(
    tmp_path_factory: pytest.TempPathFactory, chosen: Settings
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.json"
    settings.save(file, chosen)
    assert settings.load(file) == (chosen, "")
