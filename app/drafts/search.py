"""Find drafts by any part of any word, whatever its case and accents.

The index holds three-character runs (https://www.sqlite.org/fts5.html#the_trigram_tokenizer), so
a word is found from its middle as well, and so is text that has no spaces between words. Words of
one or two characters are looked for in the texts themselves.

LIKE and GLOB, which FTS5 can answer from the same index, are not used: they crash SQLite 3.40.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

QUERY_LIMIT = 200
"""Characters of a search that are looked at; SQLite limits how many terms a condition may have."""

_RUN = 3


class Condition(NamedTuple):
    """SQL over `draft.number`, and its parameters."""

    sql: str
    parameters: tuple[str, ...]


def fold(text: str) -> str:
    """One spelling for all: compatibility forms, accents and case removed.

    NUL becomes a space, because an FTS5 query ends at it.
    """
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return bare.casefold().replace("\0", " ")


def condition(words: str) -> Condition:
    """What a draft must fulfil to hold every one of `words`; true where there are none."""
    folded = fold(words[:QUERY_LIMIT]).split()
    if not folded:
        return Condition("TRUE", ())
    indexed = " AND ".join(_quoted(word) for word in folded if len(word) >= _RUN)
    tests = [("draft_words MATCH ?", indexed)] if indexed else []
    tests += [("instr(text, ?)", word) for word in folded if len(word) < _RUN]
    every = " AND ".join(test for test, _ in tests)
    return Condition(
        f"number IN (SELECT rowid FROM draft_words WHERE {every})",
        tuple(parameter for _, parameter in tests),
    )


def _quoted(word: str) -> str:
    """An FTS5 string: nothing in it is an operator."""
    return '"' + word.replace('"', '""') + '"'
