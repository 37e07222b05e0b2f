"""What `twite doctor` looks at.

Nothing here changes a file, unlocks a keyring or makes a network connection.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue

from app import __version__, logs
from app.drafts.failures import explained
from app.drafts.migrations import refuse_newer, version_of
from app.drafts.schema import MIGRATIONS
from app.errors import ModelError, StoreError, UserError
from app.places import Places
from app.vault import open_vault
from models.library import BUILT_IN, Library
from models.manifest import verify
from models.worker.client import WorkerClient
from models.worker.messages import Answer, Failed, Load, Loaded, WarmUp

_LEAST_FREE = 100_000_000
"""Bytes; SQLite's log and a backup before a migration need room beside the drafts."""
_BUSY_S = 5.0
_LOADING_S = 60.0
_DISPLAYS = ("WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM")

_MODULES = (
    "PySide6 onnxruntime tokenizers numpy keyring platformdirs snowballstemmer "
    "httpx2 authlib filelock"
).split()
"""What Twite imports; a distribution of the same name brings it, or one of these."""
_BROUGHT_BY = {"PySide6": "PySide6-Essentials", "onnxruntime": "onnxruntime-gpu"}


@dataclass(frozen=True)
class Finding:
    """What one check found; `sentence` says what to do where it is not `ok`."""

    name: str
    ok: bool
    sentence: str


def examine(places: Places) -> tuple[Finding, ...]:
    """Every check, in the order in which a person reads them. Takes seconds: the model is loaded.

    The model's runtime is loaded in a process of its own, as it is for writing.
    """
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("drafts file", lambda: _drafts(places.drafts_file)),
        ("disk space", lambda: _disk_space(places.drafts_file.parent)),
        ("settings file", lambda: _settings(places.settings_file)),
        ("log folder", lambda: _log_folder(places.log_folder)),
        ("keyring", _keyring),
        ("built-in model", lambda: _model(places.models_folder)),
        ("execution provider", lambda: _execution_provider(places.models_folder)),
        ("versions", _libraries),
        ("display", lambda: display(sys.platform, os.environ)),
    )
    return tuple(_finding(name, check) for name, check in checks)


def versions() -> tuple[tuple[str, str], ...]:
    """Name and version of Twite, of what it runs on and of its libraries."""
    return (
        ("Twite", __version__),
        ("Python", platform.python_version()),
        ("System", platform.platform()),
        ("SQLite", sqlite3.sqlite_version),
        *((module, _version_of(module)) for module in _MODULES),
    )


def display(system: str, environment: Mapping[str, str]) -> str:
    """Where a window would be shown; raises `UserError` where there is no place for one."""
    named = [name for name in _DISPLAYS if environment.get(name)]
    if system.startswith("linux") and not named:
        raise UserError(
            "There is no display, so no window can open.",
            "Start Twite from your desktop, or see `twite --help` for what works in a terminal.",
        )
    return f"A window can open ({', '.join(named) or system})."


def printable(text: str) -> str:
    """Without the lone surrogates by which Python keeps the bytes of an odd file name."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _finding(name: str, check: Callable[[], str]) -> Finding:
    """A check's sentence. What to do about drafts is told by the window, which holds the text."""
    try:
        return Finding(name, True, printable(check()))
    except StoreError as error:
        return Finding(name, False, printable(error.what_happened))
    except UserError as error:
        return Finding(name, False, printable(str(error)))
    except sqlite3.Error as error:
        return Finding(name, False, f"It is not as Twite writes one: {error}.")
    except OSError as error:
        place = f"{error.filename} could" if error.filename else "It could"
        return Finding(name, False, printable(f"{place} not be read: {error.strerror}."))


def _drafts(file: Path) -> str:
    if not file.exists():
        return f"There is none yet; it will be {file}."
    with explained(file), closing(_open_to_read(file)) as connection:
        refuse_newer(connection, MIGRATIONS)
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise UserError(f"{file} is damaged.", "Keep a copy of it before you start Twite.")
        drafts = _count(connection)
    if not (os.access(file, os.W_OK) and _takes_files(file.parent)):
        raise UserError(f"{file} may only be read.", "Allow writing to it and to its folder.")
    return f"{file} is whole and holds {drafts} {'draft' if drafts == 1 else 'drafts'}."


def _open_to_read(file: Path) -> sqlite3.Connection:
    """A connection that leaves the file, its log and the folder as they are.

    SQLite would make a log even to read, unless it is told that nobody writes; and nobody does
    where there is no log (https://www.sqlite.org/wal.html#read_only_databases).
    """
    has_log = file.with_name(f"{file.name}-wal").exists()
    question = "mode=ro" if has_log else "mode=ro&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?{question}", timeout=_BUSY_S, uri=True)


def _count(connection: sqlite3.Connection) -> int:
    """The drafts of every folder."""
    if version_of(connection) == 0:
        return 0
    return int(connection.execute("SELECT count(*) FROM draft").fetchone()[0])


def _disk_space(folder: Path) -> str:
    free = shutil.disk_usage(_nearest(folder)).free
    if free < _LEAST_FREE:
        raise UserError(
            f"Only {free / 1e6:.0f} MB are free where the drafts are kept.", "Free some space."
        )
    return f"{free / 1e9:.1f} GB are free where the drafts are kept."


def _settings(file: Path) -> str:
    if not file.exists():
        return "There is none yet, so the defaults are used."
    try:
        found = json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UserError(
            f"{file} holds no settings that can be read.",
            "When Twite starts it will put that file aside and use the defaults.",
        )
    return f"{file} can be read."


def _log_folder(folder: Path) -> str:
    file = folder / logs.FILE
    if not _takes_files(folder) or (file.exists() and not os.access(file, os.W_OK)):
        raise UserError(
            f"The log in {folder} cannot be written, so what goes wrong is not written down.",
            "Allow writing to that folder.",
        )
    return f"The log in {folder} can be written."


def _keyring() -> str:
    name = open_vault().keyring_name
    if not name:
        raise UserError(
            "There is no keyring that Twite trusts, so signing in lasts for one session only.",
            "Start the keyring of your desktop (GNOME Keyring or KWallet) to stay signed in.",
        )
    return f"Sign-ins are kept in the system's own: {name}."


def _model(folder: Path) -> str:
    manifest = verify(Library(folder).path(BUILT_IN))
    return f"{manifest.name} ({manifest.precision}) is installed, and every file of it is whole."


def _execution_provider(folder: Path) -> str:
    """Load the model in the writer's process and ask on what it runs.

    Without a model this still shows whether the process and its runtime start.
    """
    inbox: SimpleQueue[Answer | str] = SimpleQueue()
    client = WorkerClient([sys.executable, "-m", "app.writer_process"], inbox.put, inbox.put)
    try:
        client.send(Load(str(folder / BUILT_IN), "auto", WarmUp((), 1, 1)))
        answer = inbox.get(timeout=_LOADING_S)
    except Empty:
        answer = f"no answer in {_LOADING_S:.0f} seconds"
    finally:
        client.close()
    return _told_provider(answer, Library(folder).has(BUILT_IN))


def _told_provider(answer: Answer | str, has_model: bool) -> str:
    match answer:
        case Loaded(device=device, device_note=note):
            return f"The model loads, and runs on {device}. {note}".strip()
        case Failed() if not has_model:
            return "The model's runtime starts; on what it runs shows once there is a model."
        case Failed():
            raise ModelError(answer.what_happened, answer.what_to_do)
    last_words = str(answer).strip().splitlines() or ["no reason given"]
    raise UserError(
        f"The writer's process does not work: {last_words[-1].rstrip('.')}.", "Install Twite again."
    )


def _libraries() -> str:
    missing = [module for module in _MODULES if find_spec(module) is None]
    if missing:
        raise UserError(f"Twite misses {', '.join(missing)}.", "Install Twite again.")
    return f"Twite {__version__} on Python {platform.python_version()}, with all that it needs."


def _version_of(module: str) -> str:
    for distribution in (_BROUGHT_BY.get(module, module), module):
        with suppress(PackageNotFoundError):
            return version(distribution)
    return "of unknown version"


def _takes_files(folder: Path) -> bool:
    """Whether files can be made in the folder, which itself may still have to be made."""
    place = _nearest(folder)
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)


def _nearest(folder: Path) -> Path:
    """The folder, or the closest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())
