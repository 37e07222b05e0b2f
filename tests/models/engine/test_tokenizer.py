"""A model's `tokenizer.json`, whoever wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer as HuggingFaceTokenizer

from models.engine.tokenizer import Tokenizer
from tests.helpers.hub_model import write_repository

TEXT = "The boat museum is open on Sunday."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "tokenizer.json"
    file.write_bytes(write_repository(tmp_path)["tokenizer.json"])
    return file


def test_tokens_that_only_the_graph_has_write_nothing(file: Path) -> None:
    tokenizer = Tokenizer(file)
    pieces = tokenizer.pieces_for(len(tokenizer.pieces) + 42)
    assert pieces[: len(tokenizer.pieces)] == tokenizer.pieces
    assert pieces[len(tokenizer.pieces) :] == (b"",) * 42


def test_a_file_that_asks_for_it_cuts_no_text_and_fills_none_up(file: Path) -> None:
    wanted = Tokenizer(file).encode(TEXT)
    altered = HuggingFaceTokenizer.from_file(str(file))
    altered.enable_truncation(3)
    altered.enable_padding(length=100)
    altered.save(str(file))
    assert Tokenizer(file).encode(TEXT) == wanted
