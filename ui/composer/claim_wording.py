"""What the window says of a claim."""

from __future__ import annotations

from app.compose.grounding import Claim, Doubt, Kind, quote

_LONGEST = 48
_SAYS = {
    Doubt.MOVED: "Your notes tie {} to something else.",
    Doubt.TURNED: "Your notes say the opposite of {}.",
    Doubt.PLAN_AS_DONE: "Your notes do not say that this has happened: {}.",
    Doubt.DONE_AS_PLAN: "Your notes say that this has happened already: {}.",
    Doubt.DOER_EXCHANGED: "Your notes have this the other way round: {}.",
}


def sentence(claim: Claim) -> str:
    """Why a claim is marked."""
    words = short(claim.text)
    if claim.doubt is Doubt.NOT_IN_NOTES and claim.kind is Kind.NEGATION:
        return f"“{words}” turns what your notes say."
    if claim.doubt is Doubt.NOT_IN_NOTES:
        return f"{words} is not in your notes."
    return _SAYS[claim.doubt].format(f"“{words}”") if claim.doubt else ""


def hint(claim: Claim, notes: str, is_confirmed: bool) -> str:
    """What hovering over a claim shows."""
    if not claim.is_supported:
        return "You confirmed this." if is_confirmed else sentence(claim)
    return f"In your notes: “{quote(notes, claim.source)}”" if claim.source else ""


def short(text: str) -> str:
    """The beginning of a long claim."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else flat[: _LONGEST - 1].rstrip() + "…"


def to_confirm(count: int) -> str:
    """How many claims wait for the person."""
    return f"{count} claim to confirm" if count == 1 else f"{count} claims to confirm"
