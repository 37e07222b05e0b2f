"""The log: a small rotating file with no draft text, no notes and no secrets in it."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

NAME = "twite"
FILE = "twite.log"
BYTES = 512 * 1024
OLD_FILES = 2


def start(folder: Path) -> Path:
    """Log warnings and worse into the folder from now on; answers with the file's path.

    Where the folder cannot be written to there is no log: a log must never keep the window shut.
    """
    log = logging.getLogger(NAME)
    log.setLevel(logging.INFO)
    log.propagate = False
    file = folder / FILE
    stop()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler: logging.Handler = RotatingFileHandler(
            file, maxBytes=BYTES, backupCount=OLD_FILES, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    return file


def stop() -> None:
    """Close the file, if there is one."""
    log = logging.getLogger(NAME)
    for handler in tuple(log.handlers):
        if isinstance(handler, RotatingFileHandler | logging.NullHandler):
            log.removeHandler(handler)
            handler.close()


def record_bug(error: BaseException) -> None:
    """The traceback of an uncaught exception: where it happened, and the exception's type.

    The exception's own message is left out, because it may quote what a person wrote.
    """
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f'  File "{code.co_filename}", line {trace.tb_lineno}, in {code.co_name}')
        trace = trace.tb_next
    logging.getLogger(NAME).error("Uncaught %s\n%s", type(error).__qualname__, "\n".join(frames))
