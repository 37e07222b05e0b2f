"""How fast a model writes on this machine: measured in a child process, and kept in a file."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from app.errors import Cancelled, UserError
from models.library import Library
from models.manifest import Manifest

_WORK = (8, 60, 40)
"""Rows, tokens read first, and tokens written in each row: what `twite bench` does unless told."""
_NO_MEASUREMENT = UserError(
    "The speed could not be measured: the model's process ended before its time.",
    "The memory may not have sufficed; close other programs and try again.",
)


@dataclass(frozen=True)
class MeasuredSpeed:
    """`tokens_per_s` counts all rows, `device` is where the model really ran."""

    tokens_per_s: float
    first_text_s: float
    device: str


class SpeedTest:
    """Measures one model at a time, as `twite bench` does it; `cancel` may come from any thread."""

    def __init__(self, models_folder: Path) -> None:
        self._library = Library(models_folder)
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = False

    def run(self, model_id: str) -> MeasuredSpeed:
        """Measure, which takes seconds to minutes.

        Raises `Cancelled`, and `UserError` where the model cannot be loaded. A test that was
        cancelled measures no more.
        """
        with self._lock:
            if self._cancelled:
                raise Cancelled
            self._process = process = self._start(model_id)
        answer, _ = process.communicate()
        if self._cancelled:
            raise Cancelled
        return _speed(answer)

    def cancel(self) -> None:
        """End the measurement within a moment."""
        with self._lock:
            self._cancelled = True
            if self._process:
                self._process.kill()

    def _start(self, model_id: str) -> subprocess.Popen[str]:
        # Not `twite bench` itself: to end it would leave the process that it measures in running.
        return subprocess.Popen(
            measuring_command(self._library.path(model_id), "auto", _WORK),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )


class SpeedRecord:
    """What was measured, by model, in one JSON file.

    A figure counts for those very files of the model alone. The file only saves a measurement: one
    that cannot be read counts as empty.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, manifest: Manifest) -> MeasuredSpeed | None:
        """What was measured with these files, or None."""
        kept = self._read().get(manifest.id, {})
        try:
            if kept["files"] != _fingerprint(manifest):
                return None
            return MeasuredSpeed(
                float(kept["tokens_per_s"]), float(kept["first_text_s"]), str(kept["device"])
            )
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, manifest: Manifest, speed: MeasuredSpeed) -> None:
        """Remember it in place of what was measured before; raises `UserError` on a full disk."""
        entry = {"files": _fingerprint(manifest), **asdict(speed)}
        fresh = self._file.with_name(f"{self._file.name}.new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(
                json.dumps({**self._read(), manifest.id: entry}, indent=2) + "\n", "utf-8"
            )
            fresh.replace(self._file)
        except OSError as error:
            raise UserError(
                f"The speed could not be written to {self._file}.",
                "Check the free space and that the folder may be written to.",
            ) from error

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def measuring_command(folder: Path, device: str, work: tuple[int, int, int]) -> list[str]:
    """What measures a model in a process of its own; `work` is rows, tokens read and written."""
    return [sys.executable, "-m", "app.cli.bench", str(folder), device, *map(str, work)]


def read_answer(answer: str, nothing: UserError) -> dict[str, Any]:
    """What that process printed; raises the error that it told of, or `nothing` without a word."""
    try:
        told: dict[str, Any] = json.loads(answer)
    except ValueError:
        raise nothing from None
    if "what_happened" in told:
        raise UserError(told["what_happened"], told["what_to_do"])
    return told


def _speed(answer: str) -> MeasuredSpeed:
    told = read_answer(answer, _NO_MEASUREMENT)
    return MeasuredSpeed(told["tokens_per_s"], told["first_text_s"], told["device"])


def _fingerprint(manifest: Manifest) -> str:
    """One sha256 for all files of a model."""
    listed = sorted(f"{file.path} {file.sha256}" for file in manifest.files)
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()
