"""Text to token ids and back, one token's bytes at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer as HuggingFaceTokenizer

_BYTE_FALLBACK = re.compile(r"<0x([0-9A-F]{2})>$")


class Tokenizer:
    """A model's `tokenizer.json`.

    Attributes:
        pieces: the bytes of each token id, as they stand in running text; empty for tokens that
            write nothing (end of turn and other control tokens).
    """

    def __init__(self, file: Path) -> None:
        self._tokenizer = HuggingFaceTokenizer.from_file(str(file))
        # What a file asks for besides would cut notes short, or fill them up.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # Notes that spell out a control token are read as the letters they are.
        self._tokenizer.encode_special_tokens = True
        self.pieces = _pieces(self._tokenizer)

    def pieces_for(self, vocabulary: int) -> tuple[bytes, ...]:
        """The pieces of every token that a graph has a logit for: some have more than there are
        tokens, so that their number is a round one.
        """
        return self.pieces + (b"",) * (vocabulary - len(self.pieces))

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text; what looks like a control token is read as letters."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def control(self, token: str) -> int:
        """The id of a control token such as `<|im_end|>`; raises `KeyError` where it has none."""
        index: int | None = self._tokenizer.token_to_id(token)
        if index is None:
            raise KeyError(token)
        return index

    def decode(self, ids: Sequence[int]) -> str:
        """The text of some tokens; bytes that are no UTF-8 become U+FFFD."""
        return b"".join(self.pieces[index] for index in ids).decode("utf-8", "replace")


def _pieces(tokenizer: HuggingFaceTokenizer) -> tuple[bytes, ...]:
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    pieces = [b""] * (max(vocabulary.values()) + 1)
    control = {
        index for index, token in tokenizer.get_added_tokens_decoder().items() if token.special
    }
    byte_level = "ByteLevel" in repr(tokenizer.decoder)
    to_byte = _byte_level_alphabet()
    for token, index in vocabulary.items():
        if index in control:
            continue
        if byte_level and all(letter in to_byte for letter in token):
            pieces[index] = bytes(to_byte[letter] for letter in token)
        elif fallback := _BYTE_FALLBACK.match(token):
            pieces[index] = bytes([int(fallback[1], 16)])
        else:
            pieces[index] = token.replace("▁", " ").encode()
    return tuple(pieces)


def _byte_level_alphabet() -> dict[str, int]:
    """The letter that byte-level BPE writes for each byte (GPT-2, `bytes_to_unicode`).

    Printable bytes stand for themselves; the others take the letters from U+0100 on, in order.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {chr(byte): byte for byte in printable}
    letters.update({chr(0x100 + place): byte for place, byte in enumerate(others)})
    return letters
