"""Twite in a terminal: what the window does, with `--json` where a program may read it."""

from app.cli.main import main

__all__ = ["main"]
