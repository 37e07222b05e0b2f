"""Which of the written rows are shown, best first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.compose.brief import Brief, Variant
from app.compose.grounding import Claims, Doubt, Kind, check
from app.compose.grounding.polarity import find_negations
from app.compose.prompt import Style, example_stems
from app.compose.words import COURTESIES, content, stem, stems, words
from app.post_text import weigh

_ADDED = 0.06
"""What each added word costs, in shares of the notes' coverage."""
_COURTEOUS = 0.02
_LEAKED = 0.15
"""What an added word costs more where it comes from a worked example."""
_DENIAL_LOST = 0.25
"""What it costs to leave out every "not" of the notes: a reader would be misled by the rest."""
_REPEATED = 0.5
_LIKELY = 2.0
"""What the likelihood of a text is worth, in shares of coverage for each nat a token."""
_ALIKE = 1.0
"""What each share of words in common with a better draft costs, in shares of coverage.

Much more, and what is shown beside the best is unlike it because it is wrong: see docs/quality.md.
"""
_OWN = 0.4
"""The share of words that two drafts of the same notes may have in common and cost nothing."""
_FALSE = frozenset({Doubt.TURNED, Doubt.MOVED, Doubt.DOER_EXCHANGED})


def rank(
    brief: Brief,
    texts: Mapping[str, float],
    style: Style = Style.EXAMPLES,
    as_written: Collection[str] = (),
) -> tuple[Variant, ...]:
    """The best texts, at most `brief.count`: true ones first, each as unlike those before as it can
    be without being much worse.

    `texts` are finished ones, each with its likelihood to the model that wrote it, which counts
    where that model was taught to write posts. The first one shown is of those that read the notes
    `as_written`, in their own order, if one of them is as true as any: notes begin with what
    matters. Left out are copies of the notes and of better drafts, and, as long as there is any
    other, drafts that say the opposite of the notes or exchange their facts.
    """
    candidates = [
        _Candidate(text, check(brief.notes, text), likelihood)
        for text, likelihood in texts.items()
        if text
    ]
    new = [one for one in candidates if not is_copy(one.text, brief.notes)] or candidates
    true = [one for one in new if not one.is_false] or new
    scale = _Scale(
        leaked=example_stems() - stems(brief.notes) if style is Style.EXAMPLES else frozenset(),
        denies=bool(find_negations(brief.notes)),
        likelihood=_LIKELY if style is Style.TAUGHT else 0.0,
    )
    worth = {one.text: (-one.doubts, one.score(scale)) for one in true}
    best_first = sorted(true, key=lambda one: worth[one.text], reverse=True)
    chosen = _different(_without_copies(best_first), worth, brief.count, as_written)
    return tuple(Variant(one.text, weigh(one.text).weighted_length, one.claims) for one in chosen)


@dataclass(frozen=True)
class _Scale:
    """What counts for one brief.

    Attributes:
        leaked: stems of the worked examples that the notes lack.
        denies: whether the notes deny anything.
        likelihood: what a nat a token is worth.
    """

    leaked: frozenset[str]
    denies: bool
    likelihood: float


@dataclass(frozen=True)
class _Candidate:
    text: str
    claims: Claims
    likelihood: float

    @property
    def is_false(self) -> bool:
        """Whether it says something else than the notes, rather than more."""
        return any(
            claim.doubt in _FALSE or claim.kind is Kind.NEGATION
            for claim in self.claims.unsupported
        )

    @property
    def doubts(self) -> int:
        """How many of its claims the notes do not carry."""
        return len(self.claims.unsupported)

    def score(self, scale: _Scale) -> float:
        """The share of the notes that it carries, less what it adds, repeats or fails to deny."""
        score = self.claims.coverage - _REPEATED * _repeats(self.text)
        score += scale.likelihood * self.likelihood
        if scale.denies and not find_negations(self.text):
            score -= _DENIAL_LOST
        for word in self.claims.added:
            score -= _COURTEOUS if word.casefold() in COURTESIES else _ADDED
            score -= _LEAKED if stem(word) in scale.leaked else 0.0
        return score


def _without_copies(best_first: Sequence[_Candidate]) -> list[_Candidate]:
    """The first of all with the same letters and digits."""
    first: dict[str, _Candidate] = {}
    for one in best_first:
        first.setdefault(_bare(one.text), one)
    return list(first.values())


def _different(
    best_first: Sequence[_Candidate],
    worth: Mapping[str, tuple[int, float]],
    count: int,
    as_written: Collection[str],
) -> list[_Candidate]:
    """The best, then again and again the best of the rest for what it says that is not shown yet
    (maximal marginal relevance, Carbonell and Goldstein 1998).
    """
    left = list(best_first)
    chosen = [one for one in left if one.text in as_written and one.doubts == left[0].doubts][:1]
    left = [one for one in left if one not in chosen]

    def worth_now(one: _Candidate) -> tuple[int, float]:
        truth, score = worth[one.text]
        return truth, score - _ALIKE * _nearness(one.text, chosen)

    while left and len(chosen) < count:
        chosen.append(max(left, key=worth_now))
        left.remove(chosen[-1])
    return chosen


def _nearness(text: str, others: Sequence[_Candidate]) -> float:
    """Likeness to the one of the others that is most like it, beyond what all have in common."""
    return max((0.0, *(_likeness(text, other.text) - _OWN for other in others)))


def _repeats(text: str) -> float:
    """Share of the content words that the text has said before."""
    said = [stem(word) for word in content(text)]
    return 1 - len(set(said)) / len(said) if said else 1.0


def _likeness(one: str, other: str) -> float:
    """Shared words and shared pairs of words, each over all of them (Jaccard), halved."""
    one_words, other_words = words(one.casefold()), words(other.casefold())
    return (
        _shared(set(one_words), set(other_words))
        + _shared(set(pairwise(one_words)), set(pairwise(other_words)))
    ) / 2


def _shared(one: set[object], other: set[object]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


def is_copy(one: str, other: str) -> bool:
    """Whether two texts have the same letters and digits: a copy with another hyphen is a copy."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
