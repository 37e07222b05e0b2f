"""How far a text keeps to its notes: what it claims, what of it the notes carry, what is left out.

Rules that a reader can follow, on the words as they stand. Numbers, dates, times and prices are
compared by what they mean, names and words by their stem, negations, times of verbs and the places
of numbers by their neighbours. What this cannot see:

- a claim in words of its own that the notes do not use ("the tea is cold" for "the tea is warm");
- whether two different words mean the same, or one word two things;
- a name at the start of a sentence, where every word has a capital;
- a negation, a plan or an exchange told without one of the words it knows, or across sentences;
- time and sense in languages other than English: there, numbers, links, tags and quotations count.
"""

from app.compose.grounding.check import check
from app.compose.grounding.claims import Claim, Claims, Doubt, Fact, Kind, Span
from app.compose.grounding.passages import follow, quote, removal
from app.compose.grounding.unfinished import Unfinished

__all__ = [
    "Claim",
    "Claims",
    "Doubt",
    "Fact",
    "Kind",
    "Span",
    "Unfinished",
    "check",
    "follow",
    "quote",
    "removal",
]
