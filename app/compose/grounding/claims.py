"""What a text claims, and whether its notes carry it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of claim it is, in the words a person reads."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    PRICE = "price"
    PERCENTAGE = "percentage"
    NAME = "name"
    QUOTATION = "quotation"
    SUPERLATIVE = "superlative"
    NEGATION = "negation"
    LINK = "link"
    HANDLE = "handle"
    HASHTAG = "hashtag"
    CASHTAG = "cashtag"
    TENSE = "tense"
    DOER = "doer"
    STATEMENT = "statement"


class Doubt(StrEnum):
    """Why a claim is not supported."""

    NOT_IN_NOTES = "not in the notes"
    MOVED = "the notes tie this to something else"
    TURNED = "the notes say the opposite"
    PLAN_AS_DONE = "the notes do not say that this has happened"
    DONE_AS_PLAN = "the notes say that this has happened already"
    DOER_EXCHANGED = "the notes have this the other way round"


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a text, in code points; `stop` is behind the last."""

    start: int
    stop: int

    def of(self, text: str) -> str:
        """The words it covers."""
        return text[self.start : self.stop]

    def touches(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.stop and other.start < self.stop


@dataclass(frozen=True)
class Claim:
    """One claim of a text.

    Attributes:
        span: where it stands in the text.
        text: its words.
        source: the words of the notes that carry it; None where there are none.
        doubt: why it is not supported; None where it is.
    """

    kind: Kind
    span: Span
    text: str
    source: Span | None
    doubt: Doubt | None

    @property
    def key(self) -> str:
        """The same for the same claim, wherever it stands: what a confirmation is kept under."""
        return f"{self.kind}: {' '.join(self.text.casefold().split())}"

    @property
    def is_supported(self) -> bool:
        """Whether the notes carry it."""
        return self.doubt is None


@dataclass(frozen=True)
class Fact:
    """Something that the notes state, and whether the text carries it."""

    span: Span
    text: str
    is_kept: bool


@dataclass(frozen=True)
class Claims:
    """A text held against its notes.

    Attributes:
        claims: in the order of the text.
        facts: in the order of the notes.
        coverage: share of the notes' content words that the text carries, 0 to 1.
        added: content words of the text that the notes lack, as written.
    """

    claims: tuple[Claim, ...]
    facts: tuple[Fact, ...]
    coverage: float
    added: tuple[str, ...]

    @property
    def supported(self) -> tuple[Claim, ...]:
        """The claims that the notes carry."""
        return tuple(claim for claim in self.claims if claim.is_supported)

    @property
    def unsupported(self) -> tuple[Claim, ...]:
        """The claims that the notes do not carry."""
        return tuple(claim for claim in self.claims if not claim.is_supported)

    @property
    def left_out(self) -> tuple[Fact, ...]:
        """The facts of the notes that the text does not carry."""
        return tuple(fact for fact in self.facts if not fact.is_kept)
