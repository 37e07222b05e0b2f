"""Printing for programs, and reading from standard input."""

from __future__ import annotations

import json
import sys


def print_json(value: object) -> None:
    """One JSON value and a line end, for programs to read."""
    print(json.dumps(value, ensure_ascii=False))


def read_text() -> str:
    """All of standard input, without the one line end that shells and editors put behind it."""
    return sys.stdin.read().removesuffix("\n")
