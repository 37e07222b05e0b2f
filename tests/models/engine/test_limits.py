"""What limits keep a model from writing, whatever its tokens are and whatever it would like."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pytest

from app.compose.grounding import check
from app.writer_process import rules_for
from models.engine.limits import Limits, Vocabulary
from models.engine.sampling import Candidates, Sampling, choose
from models.engine.untold import Untold

END = 0
NOTES = (
    "Council votes on 3 February at 7pm on 1,200 m of lane. See example.org/lane, ask @council "
    "or #bikes. It costs $50, 40% less."
)
WORDS = [" council", " votes", " on", " at", " lane", " the", "The", ".", ",", " a", " and", "\n"]
SIGNS = ["@", "#", "$", "/", "https", "://", "www", "example", "org", ".org", "#b", "ikes", "co"]
NEGATIONS = [" no", " not", "n't", " never", " none"]
ONE_DIGIT = list("0123456789")
THREE_DIGITS = [f"{number}" for number in range(1000)]
SPACE_AND_DIGIT = [f" {digit}" for digit in range(10)] + ONE_DIGIT
BYTES = [bytes([value]) for value in range(256)]
TOKENIZERS = {
    "one digit a token": ONE_DIGIT,
    "three digits a token": THREE_DIGITS,
    "a space joined to a digit": SPACE_AND_DIGIT,
    "byte fallback": BYTES,
}


NOTHING_TO_TELL = Untold("", lambda _: [])


def vocabulary(extra: Sequence[str | bytes]) -> Vocabulary:
    pieces = [*WORDS, *SIGNS, *NEGATIONS, " ", " pm", "pm", " Feb", "ruary", " March", *extra]
    encoded = [piece if isinstance(piece, bytes) else piece.encode() for piece in pieces]
    return Vocabulary([b"", *encoded], [END])


def write_wildly(words: Vocabulary, limits: Limits, seed: int, tokens: int = 60) -> str:
    """A model that likes every token equally, and digits and signs most."""
    generator = np.random.default_rng(seed)
    liked = np.array([2.0 if re.search(rb"[\d@#$/.]", piece) else 0.0 for piece in words.pieces])
    written = b""
    for _ in range(tokens):
        logits = (liked + generator.gumbel(size=len(words.pieces))).astype(np.float32)
        logits[END] = -20.0
        may_end = limits.may_end(written)
        options = limits.candidates(logits, written, may_end, Sampling(temperature=1.0))
        if options is None:
            break
        token = choose(options, generator)
        if token == END:
            break
        written += words.pieces[token]
    return written.decode("utf-8", "ignore")


@pytest.mark.parametrize("name", list(TOKENIZERS))
@pytest.mark.parametrize("seed", range(12))
def test_no_number_link_handle_or_tag_is_made_of_any_tokens(name: str, seed: int) -> None:
    words = vocabulary(TOKENIZERS[name])
    limits = Limits(rules_for(280, NOTES), words, NOTHING_TO_TELL, 0.0)
    text = write_wildly(words, limits, seed)
    done = re.sub(r"\S*$", "", text)
    assert set(re.findall(r"\d+", done)) <= {"3", "7", "1", "200", "1200", "50", "40"}
    assert set(re.findall(r"[@#]\w+", done)) <= {"@council", "#bikes"}
    assert {claim.text for claim in check(NOTES, done).unsupported if claim.kind == "link"} == set()
    assert not re.search(r"\b(?:no|not|never|none)\b", done)


def one_step(limits: Limits, words: Vocabulary, written: bytes) -> Candidates | None:
    logits = np.zeros(len(words.pieces), np.float32)
    may_end = limits.may_end(written)
    return limits.candidates(logits, written, may_end, Sampling(temperature=1.0, min_p=0.001))


def test_near_the_limit_a_finished_text_ends() -> None:
    words = vocabulary(ONE_DIGIT)
    limits = Limits(rules_for(30, NOTES), words, NOTHING_TO_TELL, 0.0)
    options = one_step(limits, words, b"The council votes on the lane.")
    assert options is not None
    assert options.ids.tolist() == [END]


def test_nothing_may_follow_that_would_not_fit() -> None:
    words = vocabulary(ONE_DIGIT)
    limits = Limits(rules_for(30, NOTES), words, NOTHING_TO_TELL, 0.0)
    options = one_step(limits, words, b"The council votes on the lane")
    assert options is not None
    assert {words.pieces[token] for token in options.ids.tolist()} == {b"."}


def test_a_text_that_repeats_its_sentence_is_no_finished_one() -> None:
    words = vocabulary(ONE_DIGIT)
    limits = Limits(rules_for(280, NOTES), words, NOTHING_TO_TELL, 0.0)
    assert limits.may_end(b"The council votes.")
    assert not limits.may_end(b"The council votes. The council votes.")


@pytest.mark.parametrize(("written", "may_end"), [("It costs 3.5.", True), ("It costs 3.", False)])
def test_a_row_may_end_behind_a_whole_number_of_the_notes_alone(
    written: str, may_end: bool
) -> None:
    words = vocabulary(ONE_DIGIT)
    limits = Limits(rules_for(280, "It costs 3.5 euros."), words, NOTHING_TO_TELL, 0.0)
    logits = np.zeros(len(words.pieces), np.float32)
    logits[END] = 20.0
    options = limits.candidates(
        logits, written.encode(), limits.may_end(written.encode()), Sampling()
    )
    assert (options is not None and END in options.ids.tolist()) == may_end
