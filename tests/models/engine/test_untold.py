"""What a row still has to say of its source, with the real tokenizer."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.engine.tokenizer import Tokenizer
from models.engine.untold import Untold

SOURCE = "Council votes on 3 February"


@pytest.fixture
def tokenizer(built_in: Path) -> Tokenizer:
    return Tokenizer(built_in / "tokenizer.json")


def pieces(tokenizer: Tokenizer, text: str) -> set[str]:
    ids = Untold(SOURCE, tokenizer.encode).tokens(text).tolist()
    return {tokenizer.pieces[index].decode().strip().casefold() for index in ids}


def test_every_word_is_untold_at_first(tokenizer: Tokenizer) -> None:
    assert {"council", "votes", "february", "3"} <= pieces(tokenizer, "")


def test_a_word_that_was_said_is_no_longer_raised(tokenizer: Tokenizer) -> None:
    assert "votes" not in pieces(tokenizer, "The council votes")
    assert "february" in pieces(tokenizer, "The council votes")


def test_all_is_told_once_every_word_is_said(tokenizer: Tokenizer) -> None:
    untold = Untold(SOURCE, tokenizer.encode)
    assert not untold.is_all_told("On 3 February.")
    assert untold.is_all_told("On 3 February the council votes.")


def test_a_source_without_words_is_never_told(tokenizer: Tokenizer) -> None:
    assert not Untold("!", tokenizer.encode).is_all_told("Anything.")
