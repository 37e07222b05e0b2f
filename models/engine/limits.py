"""What may be generated: a row stays within its length and ends at the end of a sentence.

The limits act on the few candidates that sampling is about to draw from, so they cost microseconds
a step and work for any tokenizer: a candidate is judged by the text it would make.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.engine.sampling import Candidates, Logits, Sampling, candidates, keep, likeliest, only
from models.engine.untold import Untold

CLOSING_ROOM = 64
"""Weighted characters before the limit at which a row is first steered towards a sentence end.

More than any one token can add, a short link that counts 23 included: further away from the limit
no candidate has to be weighed.
"""
SENTENCE_ROOM = 32
"""A sentence that would have to fit into less than this is not begun."""
STEERING = 7.0
"""Logits that a full stop gains in the last character before the limit."""
_FULL_STOPS = (b".", b"!", b"?", "…".encode())
_SENTENCE_END = re.compile(r"[.!?…]+\s*")
_JOINERS = "\u200d\ufe0f"


@dataclass(frozen=True)
class TextRules:
    """The rules of the place a text is written for, as plain functions and values.

    Attributes:
        limit: the most a text may weigh.
        weigh: the weight of a text.
        ends_sentence: whether a text may end where it stands.
        may_stand: whether a text, every beginning of which may stand, may go on as it does. Judged
            on text, so it holds whatever the tokens are; called for each token that may be drawn.
    """

    limit: int
    weigh: Callable[[str], int]
    ends_sentence: Callable[[str], bool]
    may_stand: Callable[[str], bool]


class Vocabulary:
    """What the limits need to know of a model's tokens; the same for all of its runs.

    Attributes:
        pieces: the bytes of each token id.
        end_ids: the tokens that end an answer.
        full_stops: the tokens that are nothing but the end of a sentence.
        has_number_space: whether a space of its own is only ever followed by digits.
    """

    def __init__(self, pieces: Sequence[bytes], end_ids: Sequence[int]) -> None:
        self.pieces = pieces
        self.end_ids = frozenset(end_ids)
        self.full_stops = [index for index, piece in enumerate(pieces) if piece in _FULL_STOPS]
        # Where words bring their own space with them, a bare space is there for a number.
        self.has_number_space = b" " in pieces and b" a" in pieces
        self._misleading: dict[int, bool] = {}

    def misleads(self, token: int) -> bool:
        """Whether a token writes something that hides what a text says."""
        known = self._misleading.get(token)
        if known is None:
            letters = self.pieces[token].decode("utf-8", "ignore")
            known = self._misleading[token] = any(map(_hides_something, letters))
        return known


class Limits:
    """Chooses the candidates that may follow what a row has written."""

    def __init__(
        self, rules: TextRules, vocabulary: Vocabulary, untold: Untold, boost: float
    ) -> None:
        self._rules = rules
        self._vocabulary = vocabulary
        self._untold = untold
        self._boost = boost

    def may_end(self, written: bytes) -> bool:
        """Whether what a row has written is a finished text, whatever might have followed."""
        return self._is_finished(written.decode("utf-8", "ignore").strip())

    def candidates(
        self, logits: Logits, written: bytes, may_end: bool, sampling: Sampling
    ) -> Candidates | None:
        """The allowed candidates from one row of logits `[vocabulary]`, or None: the row is stuck.

        Changes `logits` in place: what the row has not told yet is raised, and near the limit the
        full stops are. A row that has told everything ends with its sentence.
        """
        ends = self._vocabulary.end_ids
        text = written.decode("utf-8", "ignore")
        left = self._rules.limit - self._rules.weigh(text)
        if not may_end and _says_twice(text):
            return None
        if may_end and (left < SENTENCE_ROOM or self._untold.is_all_told(text)):
            return only(min(ends))
        if self._boost:
            logits[self._untold.tokens(text)] += self._boost
        if left < CLOSING_ROOM:
            logits[self._vocabulary.full_stops] += STEERING * (1.0 - left / CLOSING_ROOM)
        for find_options in (candidates, likeliest):
            options = find_options(logits, sampling)
            allowed = [
                (may_end or self._is_complete(text))
                if token in ends
                else self._may_follow(written, token, left)
                for token in options.ids.tolist()
            ]
            if any(allowed):
                return keep(options, allowed)
        return only(min(ends)) if may_end else None

    def _is_complete(self, text: str) -> bool:
        """Whether a text is finished if nothing follows: "it costs 3." might become 3.5."""
        text = text.strip()
        return self._is_finished(text, behind="\n") and self._rules.may_stand(text + "\n")

    def _is_finished(self, text: str, behind: str = "") -> bool:
        return bool(text) and self._rules.ends_sentence(text + behind) and not _says_twice(text)

    def _may_follow(self, written: bytes, token: int, left: int) -> bool:
        piece = self._vocabulary.pieces[token]
        if not piece or (not written and piece.isspace()) or self._vocabulary.misleads(token):
            return False
        text = (written + piece).decode("utf-8", "ignore")
        if not self._rules.may_stand(text):
            return False
        if piece == b" " and self._vocabulary.has_number_space and not self._may_count(text):
            return False
        if left >= CLOSING_ROOM:
            return True
        full_stop = 0 if self._rules.ends_sentence(text) else 1
        return self._rules.weigh(text) + full_stop <= self._rules.limit

    def _may_count(self, text: str) -> bool:
        """Whether any number may come next."""
        return any(self._rules.may_stand(text + digit) for digit in "0123456789")


def _says_twice(text: str) -> bool:
    """Whether the sentence that just ended stands in the text already: a row that goes in rings."""
    if not _SENTENCE_END.search(text[-3:]):
        return False
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    return len(sentences) > 1 and sentences[-1] in sentences[:-1]


def _hides_something(letter: str) -> bool:
    """Control, bidi and zero-width characters hide what a text says; emoji need their joiners.

    A line break is one of them: a post is a paragraph, and what follows a break is drift.
    """
    if letter in _JOINERS:
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")
