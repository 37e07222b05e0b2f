"""The one connection to the drafts file, and what keeps it honest about the file's place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.drafts.failures import explained, folder_gone
from app.drafts.migrations import copy_database, transaction
from app.drafts.opening import open_database


class Database:
    """Reads and writes through one connection; belongs to the thread that made it.

    A connection outlives its file: SQLite would go on writing, without an error, into a file
    that has lost its name. So each use first looks whether the file is still in its place.

    Attributes:
        notice: a sentence for the person about what opening found, or "".
    """

    def __init__(self, file: Path, busy_seconds: float) -> None:
        self._file = file
        self._busy_seconds = busy_seconds
        with explained(file):
            self._connection, self.notice = open_database(file, busy_seconds)
            self._place = _place_of(file)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that change nothing. Raises `StoreError`."""
        with explained(self._file):
            self._follow_file()
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection inside one transaction, on the disk at the end. Raises `StoreError`."""
        with self.reading() as connection, transaction(connection):
            yield connection

    def close(self) -> None:
        self._connection.close()

    def _follow_file(self) -> None:
        """Go on with whatever file is in the place now; where there is none, write it again.

        The folder is not made again: it may be on a disk that will come back.
        """
        place = _place_of(self._file)
        if place == self._place:
            return
        if place is None:
            if not self._file.parent.is_dir():
                raise folder_gone(self._file)
            copy_database(self._connection, self._file)
        connection, self.notice = open_database(self._file, self._busy_seconds)
        self._connection.close()
        self._connection, self._place = connection, _place_of(self._file)


def _place_of(file: Path) -> tuple[int, int] | None:
    """Which file this is on its disk (device and inode), or None."""
    try:
        found = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
