"""What cannot be written at all, whatever the tokens it is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compose.grounding import Doubt, Kind, Unfinished, check

NOTES = (
    "Town council votes on the bike lane for Mill Road on 3 February at 7pm. "
    "The meeting is public. 1,200 people, $5-10, 40% from example.org/lane by @council, #bikes"
)
FORBIDDEN = frozenset(
    {
        *(Kind.NUMBER, Kind.DATE, Kind.TIME, Kind.PRICE, Kind.PERCENTAGE),
        *(Kind.LINK, Kind.HANDLE, Kind.HASHTAG, Kind.CASHTAG, Kind.NEGATION),
    }
)
ONE_LETTER_A_TOKEN = 1
WORDS = 40


@pytest.fixture(scope="module")
def unfinished() -> Unfinished:
    return Unfinished(NOTES)


def can_be_written(unfinished: Unfinished, text: str, size: int = ONE_LETTER_A_TOKEN) -> bool:
    """Whether a model with tokens of `size` letters could write the text and end there."""
    beginnings = [text[:end] for end in range(size, len(text) + size, size)]
    return all(map(unfinished.may_stand, beginnings)) and unfinished.is_carried(text)


@pytest.mark.parametrize("size", [1, 2, 3, WORDS])
@pytest.mark.parametrize(
    "text",
    [
        "At 7 pm.",
        "On Feb 3.",
        "On February 3rd at 7.",
        "1200 people.",
        "1,200 of us.",
        "From $5 to $10.",
        "Only 40 percent.".removeprefix("Only "),
        "See https://example.org/lane.",
        "See example.org/lane",
        "Ask @council!",
        "It is #bikes.",
        "The Mill Road lane.",
        "May we vote?",
    ],
)
def test_what_the_notes_have_can_be_written_with_any_tokens(
    unfinished: Unfinished, text: str, size: int
) -> None:
    assert can_be_written(unfinished, text, size)


@pytest.mark.parametrize("size", [1, 2, 3, WORDS])
@pytest.mark.parametrize(
    "text",
    [
        "At 8 pm.",
        "At 7 am.",
        "At 7:30.",
        "At 19:00.",
        "On Feb 4.",
        "On 3 March.",
        "In 2017.",
        "On Tuesday.",
        "120 people.",
        "12,000 people.",
        "Two people.",
        "Twelve hundred and one.",
        "From $50.",
        "For €5.",
        "40 people, 50%.",
        "3 km.",
        "See example.org.",
        "See example.",
        "See https://example.",
        "See https://.",
        "See example.org/la.",
        "See bbc.co.uk/news.",
        "Ask @councillor!",
        "Ask @coun!",
        "It is #bike.",
        "Buy $BIKE.",
        "On Mill Street.",
        "In London.",
        "It is not so.",
        "It isn't so.",
        "Never.",
        "The best lane.",
        "He said “yes”.",
        "Version v2.",
    ],
)
def test_what_the_notes_lack_cannot_be_written_with_any_tokens(
    unfinished: Unfinished, text: str, size: int
) -> None:
    assert not can_be_written(unfinished, text, size)


LINKS = [
    "https://example.org/lane/2026/september",
    "example.org/2026/03/05/lane",
    "https://example.org/a/b/issues/123",
    "https://example.org/lane/2026/september/a-link-that-is-longer-than-what-is-looked-at",
    "www.the-very-long-name-of-a-hall-in-a-village.example.org",
    "#averylonghashtagfor2026andbeyond",
]
"""Long, or with a number among their parts."""


@pytest.mark.parametrize("size", [1, 3, WORDS])
@pytest.mark.parametrize("link", LINKS)
def test_a_link_of_the_notes_can_be_written_whatever_stands_in_it(link: str, size: int) -> None:
    noted = Unfinished(f"The lane is closed, read {link} before you come")
    for text in (f"Read {link}", f"Read {link}.", f"Lane closed, see {link} before you come."):
        assert can_be_written(noted, text, size)


@pytest.mark.parametrize("size", [1, 3, WORDS])
@pytest.mark.parametrize("link", LINKS)
def test_no_other_link_can_be_written_nor_a_number_beside_it(link: str, size: int) -> None:
    noted = Unfinished(f"The lane is closed, read {link} before you come")
    for text in (f"Read {link[:5]}x{link[5:]} now.", f"Read {link}7 now.", f"Read {link} for 7."):
        assert not can_be_written(noted, text, size)


@pytest.mark.parametrize("text", ["It is not so.", "Never on time."])
def test_notes_that_deny_something_allow_negations(text: str) -> None:
    assert can_be_written(Unfinished("Dogs are not allowed."), text)


def test_notes_in_another_language_allow_negations() -> None:
    assert can_be_written(Unfinished("Hunde sind nicht erlaubt und der Hof ist zu"), "No dogs.", 3)


def test_a_word_that_begins_like_a_month_or_a_unit_can_be_written() -> None:
    unfinished = Unfinished("Two juniors won 5 games at 10 minutes each")
    assert can_be_written(unfinished, "Two juniors won 5 games of 10 minutes.")


PIECES = st.lists(
    st.sampled_from(
        [
            *"0123456789 .,:/$#@%-s\n",
            *(" 3", " 7", "12", "200", "120", "pm", " am", " Feb", "ruary", " March", " two"),
            *(" twelve", " hundred", " percent", " km", "k", " council", " people", "@coun", "cil"),
            *("#bike", "example", ".org", "/lane", "https://", "www.", " not", " no", "n't"),
        ]
    ),
    max_size=25,
)


@given(PIECES)
def test_no_row_of_allowed_pieces_makes_a_forbidden_claim(pieces: list[str]) -> None:
    unfinished, text = Unfinished(NOTES), ""
    for piece in pieces:
        if unfinished.may_stand(text + piece):
            text += piece
    if unfinished.is_carried(text):
        new = [c for c in check(NOTES, text).unsupported if c.doubt is Doubt.NOT_IN_NOTES]
        assert [claim for claim in new if claim.kind in FORBIDDEN] == []
