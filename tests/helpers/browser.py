"""The browser that `twite` opens in the tests: it hands on the address, and shows nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Browser:
    """A program to name in `BROWSER`, and what it was asked to open."""

    def __init__(self, program: Path, pipe: int) -> None:
        self.program = program
        self._pipe = pipe

    def opened_by(self, command: Future[Any]) -> str:
        """The address, once there is one; fails where the command ends without."""
        command.add_done_callback(lambda _: os.write(self._pipe, b"\n"))
        address = os.read(self._pipe, 65_536).decode().strip()
        assert address, f"no browser was opened: {command.result()}"
        return address


@contextmanager
def browser_in(folder: Path) -> Iterator[Browser]:
    """A browser whose program lies in this folder."""
    opened, program = folder / "opened", folder / "browser"
    os.mkfifo(opened)
    program.write_text(f'#!/bin/sh\necho "$1" > {opened}\n', "utf-8")
    program.chmod(0o755)
    # Open at both ends, so that neither waits for the other.
    pipe = os.open(opened, os.O_RDWR)
    try:
        yield Browser(program, pipe)
    finally:
        os.close(pipe)
