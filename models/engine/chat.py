"""A conversation as the token ids that a model was taught to read.

Formats are written out here. A template that came with a downloaded file is never run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from models.engine.tokenizer import Tokenizer
from models.errors import ModelError


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


def encode_chat(format_name: str, tokenizer: Tokenizer, messages: Sequence[Message]) -> list[int]:
    """Token ids of whole turns, without the opening of the answer."""
    write_turn = _FORMATS.get(format_name)
    if write_turn is None:
        raise ModelError(
            f"This model speaks a chat format that Twite does not know ({format_name}).",
            "Choose another model.",
        )
    return [token for message in messages for token in write_turn(tokenizer, message, True)]


def open_answer(format_name: str, tokenizer: Tokenizer) -> list[int]:
    """Token ids that make it the model's turn."""
    return _FORMATS[format_name](tokenizer, Message("assistant", ""), False)


def _chatml(tokenizer: Tokenizer, message: Message, closed: bool) -> list[int]:
    """ChatML, as the SmolLM2 model card gives it."""
    opening = [tokenizer.control("<|im_start|>"), *tokenizer.encode(f"{message.role}\n")]
    if not closed:
        return opening
    end = [tokenizer.control("<|im_end|>"), *tokenizer.encode("\n")]
    return [*opening, *tokenizer.encode(message.text), *end]


_FORMATS: dict[str, Callable[[Tokenizer, Message, bool], list[int]]] = {"chatml": _chatml}
