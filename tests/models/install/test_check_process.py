"""A stranger's files are read in a process of their own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from models.errors import ModelError
from models.install.builtin import gguf_file
from models.install.check_process import GRAPH, check_apart
from models.install.gguf import read_gguf, write_tokenizer
from models.install.onnx_source import TOKENIZER
from tests.helpers.tiny_graph import TinyGraph


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Path]:
    write_tokenizer(read_gguf(gguf_file()), tmp_path / "tokenizer.json")
    return {GRAPH: TinyGraph().save(tmp_path), TOKENIZER: tmp_path / "tokenizer.json"}


def test_whole_files_pass(parts: dict[str, Path]) -> None:
    asyncio.run(check_apart(parts))


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER])
def test_what_is_wrong_is_said_as_if_it_had_been_read_here(
    parts: dict[str, Path], name: str
) -> None:
    parts[name].write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError) as refused:
        asyncio.run(check_apart(parts))
    assert refused.value.what_happened.endswith(".")
    assert "unexpectedly" not in refused.value.what_happened
    assert refused.value.what_to_do


def test_a_reader_that_dies_is_told_of_in_a_sentence(
    parts: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ModelError, match="stopped unexpectedly; nothing was installed"):
        asyncio.run(check_apart(parts))


def test_a_cancel_ends_the_reader(parts: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/bin/yes")

    async def cancelled() -> None:
        task = asyncio.create_task(check_apart(parts))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(asyncio.wait_for(cancelled(), 20))
