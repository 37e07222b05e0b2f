"""The words of a text that carry its meaning, reduced to stems so that their forms compare."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Snowball's English stemmer: other languages lose little by it, since both sides are treated alike.
from snowballstemmer import stemmer

_WORD = re.compile(r"[@#$]?\w+(?:['’.,:/-]\w+)*%?")
_ENGLISH = stemmer("english")

FUNCTION_WORDS = frozenset(
    """
    a about after all also am an and any are as at be because been before being but by can could
    did do does doing done down each either else ever every few for from further get gets getting
    got had has have having he her here hers him his how i if in into is it its itself just last
    let lets many may me might mine more most much must my now of off on once one only or other our
    ours out over own per so some soon such than that the their theirs them then there these they
    this those through to together too under until up upon us very was we were what when where
    which while who whom whose why will with would yet you your yours
    i'm i've i'd i'll it's we're we've we'll they're you're you've that's there's here's let's
    """.split()
)
"""English words that say how, not what; a draft may use them freely."""


def words(text: str) -> tuple[str, ...]:
    """Every word of a text, numbers, @handles and #tags included, as written."""
    return tuple(_WORD.findall(text))


@cache
def stem(word: str) -> str:
    """A word without case, accents, possessive and ending."""
    plain = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    stemmed: str = _ENGLISH.stemWord(plain.removesuffix("'s"))
    return stemmed


def content(text: str) -> tuple[str, ...]:
    """The words that claim something, as written: no function words."""
    return tuple(word for word in words(text) if word.casefold() not in FUNCTION_WORDS)


def stems(text: str) -> frozenset[str]:
    """The stems of a text's content words; hyphenated words count as a whole and in parts."""
    found = set()
    for word in content(text):
        found.add(stem(word))
        found.update(stem(part) for part in re.split(r"[-/'’]", word) if part)
    return frozenset(found)
