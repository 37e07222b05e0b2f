"""What a row has not said yet of the text it is written from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 3
"""Letters of the shortest word that counts; numbers count at any length."""
_ALL_TOLD = 0.1
"""The share of words that may be missing where a row is taken to have said everything."""


Encode = Callable[[str], Sequence[int]]
"""The token ids of a text."""


class Untold:
    """The words of a source, each with the tokens that may write it."""

    def __init__(self, source: str, encode: Encode) -> None:
        words = sorted({word for word in _WORD.findall(source) if _counts(word)})
        self._words = [(word.casefold(), _tokens(word, encode)) for word in words]

    def tokens(self, text: str) -> npt.NDArray[np.int64]:
        """The ids of the tokens with which words begin or go on that `text` lacks."""
        missing = [ids for word, ids in self._missing(text)]
        return np.concatenate(missing) if missing else np.empty(0, np.int64)

    def is_all_told(self, text: str) -> bool:
        """Whether a text has next to every word. A source without words is never told."""
        return bool(self._words) and len(self._missing(text)) <= _ALL_TOLD * len(self._words)

    def _missing(self, text: str) -> Sequence[tuple[str, npt.NDArray[np.int64]]]:
        plain = text.casefold()
        return [entry for entry in self._words if entry[0] not in plain]


def _counts(word: str) -> bool:
    return len(word) >= _SHORTEST or word.isdigit()


def _tokens(word: str, encode: Encode) -> npt.NDArray[np.int64]:
    """With and without a space before it, as written, in lower case and with a capital."""
    forms = {word, word.lower(), word.capitalize()}
    ids = {index for form in forms for lead in ("", " ") for index in encode(lead + form)}
    return np.array(sorted(ids), np.int64)
