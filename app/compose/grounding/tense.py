"""Plans told as done, and what is done told as a plan.

English only, and by form: "has voted", "voted", "was open" against "votes", "will vote", "to vote".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.compose.grounding.claims import Doubt, Span
from app.compose.words import Word, find_words, stem

_IRREGULAR = {
    past: base
    for base, forms in (
        line.split(":")
        for line in """
        begin:began begun|become:became|break:broke broken|bring:brought|build:built|buy:bought
        catch:caught|choose:chose chosen|come:came|do:did done|draw:drew drawn|eat:ate eaten
        fall:fell fallen|find:found|fly:flew flown|get:got gotten|give:gave given|go:went gone
        grow:grew grown|hold:held|keep:kept|know:knew known|leave:left|lose:lost|make:made
        meet:met|pay:paid|ride:rode ridden|rise:rose risen|run:ran|see:saw seen|sell:sold|send:sent
        show:shown|sing:sang sung|speak:spoke spoken|spend:spent|stand:stood|swim:swam swum
        take:took taken|teach:taught|tell:told|win:won|write:wrote written|lead:led|feel:felt
        """.replace("\n", "|").split("|")
        if ":" in line
    )
    for past in forms.strip().split()
    for base in [base.strip()]
}
_PERFECT = frozenset({"has", "have", "had", "we've", "they've", "i've", "he's", "she's", "it's"})
_WAS = frozenset({"was", "were"})
_BE = frozenset({"is", "are", "be", "being", "am", "get", "gets", "it's", "we're", "that's"})
_TO_COME = frozenset({"will", "shall", "won't", "we'll", "i'll", "they'll", "it'll"})
_BETWEEN = frozenset(
    {"just", "now", "already", "been", "recently", "also", "finally", "not", "all"}
)
_PAST_TIME = re.compile(r"\b(?:yesterday|ago|last\s\w+|was|were|had|has|have|been)\b|\w've\b", re.I)


def find_tense_claims(notes: str, text: str) -> Iterator[tuple[Span, Span | None, Doubt]]:
    """Verbs of the text that the notes have in another time: span, the notes' verb, the doubt."""
    noted = find_words(notes)
    past_stems = {_base(word) for place, word in enumerate(noted) if _is_past(noted, place)}
    other_forms = {
        stem(word.text): Span(word.start, word.stop)
        for place, word in enumerate(noted)
        if not _is_past(noted, place) and word.is_content
    }
    to_come = {
        _base(noted[place + 1]) for place, word in enumerate(noted[:-1]) if word.plain in _TO_COME
    }
    notes_tell_past = bool(past_stems) or _PAST_TIME.search(notes) is not None
    said = find_words(text)
    for place, word in enumerate(said):
        base = _base(word)
        span = Span(word.start, word.stop)
        if word.plain in _WAS and not notes_tell_past:
            yield span, None, Doubt.PLAN_AS_DONE
        elif _is_told_past(said, place) and base in other_forms and base not in past_stems:
            yield span, other_forms[base], Doubt.PLAN_AS_DONE
        elif (
            place
            and said[place - 1].plain in _TO_COME
            and base in past_stems
            and base not in other_forms
            and base not in to_come
        ):
            source = next(Span(w.start, w.stop) for w in noted if _base(w) == base)
            yield span, source, Doubt.DONE_AS_PLAN


def _base(word: Word) -> str:
    return stem(_IRREGULAR.get(word.plain, word.plain))


def _has_past_form(word: Word) -> bool:
    return word.plain in _IRREGULAR or (word.plain.endswith("ed") and len(word.plain) > 4)


def _is_past(words: list[Word], place: int) -> bool:
    """In notes every past form counts, "booking needed" and "released" alike."""
    return _has_past_form(words[place])


def _is_told_past(words: list[Word], place: int) -> bool:
    """A past form that tells what happened: not "is planned", "to be opened", "our planned"."""
    if not _has_past_form(words[place]):
        return False
    before = [
        word.plain
        for word in words[max(0, place - 4) : place]
        if word.clause == words[place].clause
    ]
    while before and before[-1] in _BETWEEN:
        before.pop()
    if not before:
        return False
    if before[-1] in _PERFECT | _WAS:
        return True
    if any(helper in before[-2:] for helper in _BE) or before[-1] in {"to", "will", "a", "the"}:
        return False
    is_last_word = place + 1 == len(words) or words[place + 1].clause != words[place].clause
    return not is_last_word
