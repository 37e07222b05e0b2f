"""The same rules for a text that is still being written: what may come next.

A text may stand while every claim it has completed is carried by the notes, and its last word may
still become one that is. So a number, link, handle or tag that the notes lack cannot be written,
whatever the tokens it would be made of; nor can a name (unless it begins a sentence), a
superlative, or a word of negation where the notes have none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.compose.grounding.claims import Kind, Span
from app.compose.grounding.dates import CALENDAR_WORDS, MONTHS
from app.compose.grounding.meaning import Quantity
from app.compose.grounding.numbers import NUMBER_WORDS
from app.compose.grounding.polarity import find_negations, is_negation
from app.compose.grounding.quantities import find_quantities
from app.compose.grounding.source import Source
from app.compose.grounding.spellings import (
    CLOSING,
    DIGITS,
    MARKED,
    OPENING,
    SEPARATORS,
    SIGNED,
    digit_runs,
    following_digits,
    literals,
    number_words,
    stumps,
)
from app.compose.grounding.units import UNITS
from app.compose.grounding.wording import (
    bare_link,
    find_entities,
    find_names,
    find_superlatives,
    is_extreme,
)
from app.compose.words import FUNCTION_WORDS, find_words, is_english, stem_parts

_TAIL = 24
"""Code points that are looked at before the last word, and the rest of the word that they begin in:
what stands before it has been allowed already.
"""
_RUN = re.compile(r"\d[\d.,:/'’-]*\Z")
_LAST_RUN = re.compile(r"\S+\Z")
_LAST_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]*)?\Z")
_QUOTES = frozenset('"“”„«»')
_SUSPECT = re.compile(r"[\d@#$€£¥₹\"“”„«»]|://|\w\.\w|[^\W\d_a-zß-öø-ÿ]")
"""What can be a claim; capitals and letters of other scripts are looked at closely."""
_RECENT = 3
"""Words at the end of a text that can have become a claim just now."""
_LETTERS = re.compile(r"[\w']+")
_UNIT_WORDS = tuple(sorted({"am", "pm", *CALENDAR_WORDS, *(u for u in UNITS if u[0].isalpha())}))
_IN_DIGITS = (Kind.NUMBER, Kind.PRICE, Kind.TIME, Kind.DATE)
_CLAIM_WORDS = CALENDAR_WORDS | NUMBER_WORDS | {"most", "least", "am", "pm"}


class Unfinished:
    """Judges texts that are being written from one set of notes."""

    def __init__(self, notes: str) -> None:
        self._source = source = Source(notes, is_generous=False)
        self._literals = literals(source)
        self._stumps = stumps(source)
        self._digits = digit_runs(source)
        self._following = following_digits(source)
        self._number_words = number_words(source)
        self._words = frozenset(word.plain for word in find_words(notes)) | frozenset(
            part for word in find_words(notes) for part in re.split(r"[-/'’.]", word.plain)
        )
        self._may_quote = any(letter in _QUOTES for letter in notes)
        self._may_deny = bool(source.negations) or not is_english(notes)
        # The same few words are tried again and again, by every row.
        self._tail_stands = lru_cache(maxsize=20_000)(self._judge)

    def may_stand(self, text: str) -> bool:
        """Whether a text, every beginning of which may stand, may go on from where it is."""
        tail = _tail(text)
        return self._tail_stands(tail, len(tail) == len(text))

    def is_carried(self, text: str) -> bool:
        """Whether the text may end here: its last word is complete, and stands."""
        return self.may_stand(text + "\n")

    def _judge(self, tail: str, is_whole: bool) -> bool:
        if not self._is_no_stump(tail):
            return False
        if not self._is_suspect(tail):
            return True
        if not self._may_quote and any(letter in _QUOTES for letter in tail):
            return False
        return (
            self._marks_stand(tail)
            and self._digits_are_noted(tail, is_whole)
            and self._digits_stand(tail)
            and self._last_words_stand(tail, is_whole)
        )

    @staticmethod
    def _is_suspect(tail: str) -> bool:
        """Whether the last words, all that can have become a claim just now, look like one."""
        recent = " ".join(tail.split()[-_RECENT:])
        if _SUSPECT.search(recent):
            return True
        return any(
            word in _CLAIM_WORDS or is_negation(word) or is_extreme(word)
            for word in _LETTERS.findall(recent.replace("’", "'"))
        )

    def _marks_stand(self, tail: str) -> bool:
        """Links, handles and tags: what is under way must be the start of a noted one."""
        if not SIGNED.search(tail):
            return True
        last = _LAST_RUN.search(tail)
        under_way = last[0].lstrip(OPENING) if last else ""
        if under_way and SIGNED.search(under_way) and not self._may_become_literal(under_way):
            return False
        done = tail[: last.start()] if last else tail
        return all(self._source.carries(entity) for entity in find_entities(done))

    def _is_no_stump(self, tail: str) -> bool:
        """Whether the last complete run is no link that breaks off at its first dot."""
        if not self._stumps:
            return True
        runs = tail.split()
        done = runs if tail[-1:].isspace() else runs[:-1]
        last = done[-1].strip(OPENING + CLOSING + "/").casefold() if done else ""
        return bare_link(last) not in self._stumps

    def _may_become_literal(self, run: str) -> bool:
        plain = run.casefold()
        if any(literal.startswith(plain) for literal in self._literals):
            return True
        bare = plain.rstrip(CLOSING).removesuffix("'s").removesuffix("’s")
        if bare in self._literals:
            return True
        # A full stop or a decimal point without a mark of its own is no link.
        return not MARKED.search(bare) and not find_entities(run)

    def _is_of_literal(self, tail: str, span: Span) -> bool:
        """Whether this is part of a link, handle or tag of the notes, or of its beginning."""
        start = _word_start(tail, span.start)
        run = tail[start:].split(maxsplit=1)[0]
        plain = run.lstrip(OPENING).casefold()
        is_under_way = start + len(run) == len(tail)
        return plain.rstrip(CLOSING) in self._literals or (
            is_under_way and any(literal.startswith(plain) for literal in self._literals)
        )

    def _digits_are_noted(self, tail: str, is_whole: bool) -> bool:
        """Whether every complete run of digits is one that the notes have."""
        return all(
            run[0].rstrip(SEPARATORS) in self._digits
            for run in DIGITS.finditer(tail)
            if run.end() < len(tail) and (is_whole or run.start() > 0)
        )

    def _digits_stand(self, tail: str) -> bool:
        run = _RUN.search(tail)
        if run is None:
            return True
        digits = run[0]
        before = tail[: run.start()]
        if before and (before[-1].isalpha() or before[-1] == "_"):
            word = _LAST_RUN.search(tail)
            return word is not None and self._is_noted_start(word[0].lstrip(OPENING))
        if self._grows(digits):
            return self._may_begin(before, digits)
        # A colon would have to be followed by the minutes of another time.
        return digits.rstrip(SEPARATORS) in self._digits and digits[-1] in ".,'’/-"

    def _grows(self, digits: str) -> bool:
        """Whether a run of digits is the beginning of one that the notes have, or all of it."""
        return any(known.startswith(digits) for known in self._digits)

    def _may_begin(self, before: str, digits: str) -> bool:
        """Whether a number may begin here: right behind another one only where the notes do so."""
        stop = len(before.rstrip())
        last = _LAST_WORD.search(before[:stop])
        is_after_month = last is not None and last[0].casefold() in MONTHS
        if stop == len(before) or is_after_month:
            return True
        if not any(quantity.span.stop == stop for quantity in find_quantities(before)):
            return True
        return any(known.startswith(digits) for known in self._following)

    def _last_words_stand(self, tail: str, is_whole: bool) -> bool:
        """Numbers with what they count, names, negations and superlatives among the last words."""
        last = _LAST_WORD.search(tail)
        word = last[0].casefold().replace("’", "'") if last else ""
        if word and not self._word_may_stand(word):
            return False
        if self._claims_stand(tail, is_whole, bool(word)):
            return True
        return bool(word) and self._may_become_word(tail, word, is_whole)

    def _word_may_stand(self, word: str) -> bool:
        if not self._may_deny and is_negation(word):
            return any(noted.startswith(word) for noted in self._words)
        return word in self._words or not is_extreme(word)

    def _claims_stand(self, tail: str, is_whole: bool, is_word_open: bool) -> bool:
        run = _RUN.search(tail)
        run_start = run.start() + 1 if run and self._grows(run[0]) else len(tail)
        for claim in find_quantities(tail):
            if not is_whole and claim.span.start == 0:
                continue
            if not claim.is_claim or self._source.carries(claim) is not None:
                continue
            if self._is_of_literal(tail, claim.span):
                continue
            is_at_end = claim.span.stop >= run_start
            if not (is_at_end and self._may_grow(tail, claim, is_word_open)):
                return False
        if not self._may_deny and any(
            negation.span.stop < len(tail) or not is_word_open for negation in find_negations(tail)
        ):
            return False
        if not self._names_stand(tail, is_whole):
            return False
        return all(
            self._source.carries(claim) is not None
            for claim in find_superlatives(tail)
            if claim.span.stop < len(tail) and (is_whole or claim.span.start > 0)
        )

    def _names_stand(self, tail: str, is_whole: bool) -> bool:
        for name in find_names(tail):
            if name.span.start == 0 and not is_whole:
                continue
            written = name.span.of(tail)
            words = [word.text for word in find_words(written)]
            if name.span.stop == len(tail) and words:
                *done, under_way = words
                if not self._is_noted_start(under_way):
                    return False
                words = done
            if not all(self._is_noted(word) for word in words):
                return False
        return True

    def _is_noted(self, word: str) -> bool:
        plain = word.casefold().replace("’", "'")
        if plain in FUNCTION_WORDS or plain in self._words:
            return True
        return all(
            ("word", root) in self._source.gives
            for root in (stem_parts(word)[1:] or stem_parts(word))
        )

    def _is_noted_start(self, word: str) -> bool:
        plain = word.casefold().replace("’", "'")
        return any(noted.startswith(plain) for noted in self._words) or self._is_noted(word)

    def _may_grow(self, tail: str, claim: Quantity, is_word_open: bool) -> bool:
        """Whether a number at the end of the text is the beginning of one that the notes carry."""
        written = claim.span.of(tail).casefold()
        if not is_word_open:
            # Digits under way were judged as a run.
            return bool(_RUN.search(tail)) and claim.kind in _IN_DIGITS
        return any(words.startswith(written) for words in self._number_words)

    def _may_become_word(self, tail: str, word: str, is_whole: bool) -> bool:
        """Whether "7 p" may become "7 pm" where "7 p" would be pence, and "jun" "juniors"."""
        longer = (other for other in (*_UNIT_WORDS, *self._words) if other.startswith(word))
        return any(
            self._claims_stand(tail + other[len(word) :] + " ", is_whole, False)
            for other in longer
            if other != word
        )


def _tail(text: str) -> str:
    """The end of a text: its last word, however long that is, and some before it."""
    last = _word_start(text, len(text.rstrip()))
    return text[max(0, _word_start(text, last - _TAIL) - 1) :]


def _word_start(text: str, place: int) -> int:
    """Where the word begins that this place is in or right behind."""
    return 1 + max(text.rfind(space, 0, max(0, place)) for space in " \n")
