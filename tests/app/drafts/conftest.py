"""Real drafts files in a folder of their own, and child processes that use them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.drafts.store import DraftStore

ROOT = Path(__file__).parents[3]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "twite" / "drafts.sqlite3"


@pytest.fixture
def open_store(file: Path) -> Iterator[Callable[[], DraftStore]]:
    """Opens the file; whatever the test leaves open is closed after it."""
    with ExitStack() as opened:

        def open_it() -> DraftStore:
            store = DraftStore(file, busy_seconds=0.05)
            opened.callback(store.close)
            return store

        yield open_it


@pytest.fixture
def store(open_store: Callable[[], DraftStore]) -> DraftStore:
    return open_store()


@pytest.fixture
def start(file: Path) -> Iterator[Start]:
    """Starts a Python program with the drafts file as its argument, in the repository's root."""
    with ExitStack() as started:

        def start_it(program: str) -> subprocess.Popen[str]:
            child = subprocess.Popen(
                [sys.executable, "-c", program, str(file)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.enter_context(child)
            started.callback(child.kill)
            return child

        yield start_it
