"""What SQLite and the file system report, as sentences a person can act on.

Codes: https://www.sqlite.org/rescode.html (the low byte is the primary code).
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import StoreError

_DISK_FULL = (
    "The disk is full, so the drafts could not be saved.",
    "The text on screen is safe: copy it, free some space, then save again.",
)
_DISK_FAILED = (
    "The disk did not take the drafts.",
    "The text on screen is safe: copy it, check the disk and its free space, then save again.",
)
_READ_ONLY = (
    "The drafts cannot be changed, because {file} may only be read.",
    "The text on screen is safe: copy it, allow writing to that file and its folder, "
    "then save again.",
)
_IN_USE = (
    "Another program is using the drafts file and did not let go of it.",
    "The text on screen is safe: copy it, close the other program, then save again.",
)
_UNREACHABLE = (
    "The drafts file {file} could not be opened.",
    "The text on screen is safe: copy it, check that the folder is there and may be written to, "
    "then save again.",
)
_DAMAGED = (
    "The drafts file {file} is damaged.",
    "The text on screen is safe: copy it, then start Twite again.",
)
_GONE = (
    "The folder of your drafts, {file.parent}, is no longer there.",
    "The text on screen is safe: copy it, put the folder back, then save again.",
)

_BY_SQLITE_CODE = {
    sqlite3.SQLITE_FULL: _DISK_FULL,
    sqlite3.SQLITE_IOERR: _DISK_FAILED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_PROTOCOL: _IN_USE,
    sqlite3.SQLITE_CANTOPEN: _UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
_BY_ERRNO = {
    errno.ENOSPC: _DISK_FULL,
    errno.EDQUOT: _DISK_FULL,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EROFS: _READ_ONLY,
}


def is_damage(error: sqlite3.Error) -> bool:
    """The file's content is at fault, not the disk, a lock or the statement."""
    return _primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def folder_gone(file: Path) -> StoreError:
    """The folder that held `file` was there, and is not now."""
    return _error(_GONE, file)


def missing_draft() -> StoreError:
    """No draft has the id that was asked for."""
    return StoreError(
        "That draft is no longer in the drafts file.",
        "The text on screen is safe: copy it into a new draft.",
    )


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Raise `StoreError` for what a disk, a lock or damage did; a wrong statement stays a bug."""
    try:
        yield
    except sqlite3.Error as error:
        sentences = _BY_SQLITE_CODE.get(_primary_code(error))
        if sentences is None:
            raise
        raise _error(sentences, file) from error
    except OSError as error:
        raise _error(_BY_ERRNO.get(error.errno or 0, _UNREACHABLE), file) from error


def _primary_code(error: sqlite3.Error) -> int:
    """Errors that the sqlite3 module raises by itself carry no code: 0."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _error(sentences: tuple[str, str], file: Path) -> StoreError:
    happened, to_do = sentences
    return StoreError(happened.format(file=file), to_do.format(file=file))
