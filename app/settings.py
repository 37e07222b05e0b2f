"""What a person chose, and where the window was, in one JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from app.compose.brief import COUNTS, Length, Tone
from app.errors import UserError
from app.paths import config_folder
from models.library import BUILT_IN

DELAYS = (0, 5, 10, 30, 60)
"""Seconds that a post may wait, to be cancelled, before it is sent."""


class ThemeChoice(StrEnum):
    """How the window looks; SYSTEM follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True)
class Settings:
    """Every setting with its default.

    Attributes:
        count: how many drafts to write at once, one of `COUNTS`.
        window_geometry: what Qt's `saveGeometry` gave, in base64, or "".
        last_draft: the id of the draft that was open last, or "".
        last_account: the id of the account that posts, or "".
        last_client_id: the app at X that was signed in with last, which is no secret.
        delay: seconds to wait before a post is sent, one of `DELAYS`.
        model: the id of the model that writes, where a draft has none of its own.
    """

    theme: ThemeChoice = ThemeChoice.SYSTEM
    tone: Tone = Tone.PLAIN
    length: Length = Length.FULL
    count: int = 4
    window_geometry: str = ""
    last_draft: str = ""
    last_account: str = ""
    last_client_id: str = ""
    delay: int = 0
    model: str = BUILT_IN


class Loaded(NamedTuple):
    """The settings to use, and a sentence for the person where the file was at fault, or ""."""

    settings: Settings
    notice: str


def settings_file() -> Path:
    return config_folder() / "settings.json"


def load(file: Path) -> Loaded:
    """Read `file`; a missing one means the defaults. A broken one is renamed, never deleted.

    A single value that this version does not know is replaced by its default, without a word.
    """
    try:
        return Loaded(_settings(_read(file)), "")
    except ValueError:
        return Loaded(Settings(), _put_aside(file))
    except OSError:
        return Loaded(
            Settings(), f"The settings in {file} could not be read, so the defaults are used."
        )


def save(file: Path, settings: Settings) -> None:
    """Replace `file` in one step; keys that this version does not know stay in it.

    Raises `UserError` where the disk does not take it; the file then holds what it held.
    """
    try:
        text = json.dumps({**_kept(file), **asdict(settings)}, indent=2) + "\n"
        file.parent.mkdir(parents=True, exist_ok=True)
        _replace(file, text)
    except OSError as error:
        raise UserError(
            f"The settings could not be saved to {file}.",
            "Your drafts are safe: check the free space and that the folder may be written to.",
        ) from error


def _read(file: Path) -> dict[str, Any]:
    """The file's JSON object. Raises `ValueError` for anything else."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _settings(found: dict[str, Any]) -> Settings:
    chosen: dict[str, Any] = {}
    for field in fields(Settings):
        try:
            chosen[field.name] = _READERS[field.name](found[field.name])
        except (KeyError, ValueError):
            continue
    return Settings(**chosen)


def _one_of(choices: Collection[int]) -> Callable[[Any], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value not in choices:
            raise ValueError(value)
        return value

    return read


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "theme": ThemeChoice,
    "tone": Tone,
    "length": Length,
    "count": _one_of(COUNTS),
    "window_geometry": _text,
    "last_draft": _text,
    "last_account": _text,
    "last_client_id": _text,
    "delay": _one_of(DELAYS),
    "model": _text,
}


def _kept(file: Path) -> dict[str, Any]:
    try:
        return _read(file)
    except ValueError:
        _put_aside(file)
        return {}


def _put_aside(file: Path) -> str:
    """Rename the broken file; returns the sentence that says so."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    kept = file.with_name(f"{file.stem}.broken-{moment}{file.suffix}")
    try:
        file.rename(kept)
    except OSError:
        return f"The settings in {file} could not be read, so the defaults are used."
    return f"The settings could not be read, so the defaults are used. The old file is {kept}."


def _replace(file: Path, text: str) -> None:
    """Write beside `file`, reach the disk, then take its place."""
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("w", encoding="utf-8") as writing:
        writing.write(text)
        writing.flush()
        os.fsync(writing.fileno())
    fresh.replace(file)
