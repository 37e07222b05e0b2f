"""Checks a stranger's graph and tokenizer in a process of its own.

Reading gigabytes holds the interpreter's lock, and a window on the same interpreter would stand
still; a file that makes its reader crash, or takes all memory, would take the window along.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from models.errors import ModelError
from models.install.folder_settings import read_tokenizer
from models.install.graph_check import check_graph
from models.install.onnx_source import TOKENIZER

GRAPH = "model.onnx"


async def check_apart(parts: Mapping[str, Path]) -> None:
    """Check a model's files, by the names that they will have; the graph and the tokenizer are two.

    Raises `ModelError` where one is damaged or could do harm. Cancelled, it ends the process.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        asked = json.dumps({name: str(part.absolute()) for name, part in parts.items()})
        answer, _ = await process.communicate(asked.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not answer:
        raise ModelError(
            "Checking the model stopped unexpectedly; nothing was installed.",
            "Close programs that need much memory and try again, or choose another model.",
        )
    if refused := json.loads(answer):
        raise ModelError(*refused)


def main() -> None:
    """Read the names and places from standard input; say what is wrong, or nothing, as JSON."""
    parts = {name: Path(part) for name, part in json.load(sys.stdin).items()}
    refused: list[str] = []
    try:
        check_graph(parts[GRAPH], parts)
        read_tokenizer(parts[TOKENIZER])
    except ModelError as error:
        refused = [error.what_happened, error.what_to_do]
    sys.stdout.write(json.dumps(refused))


if __name__ == "__main__":
    main()
