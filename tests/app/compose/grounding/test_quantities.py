"""Which spellings are the same fact, and which only look alike."""

from __future__ import annotations

import pytest

from app.compose.grounding import Kind, check

SAME = [
    ("1,200 people", "1200 people"),
    ("1200 people", "1,200 people"),
    ("12 people", "twelve people"),
    ("twenty-five seats", "25 seats"),
    ("a hundred and five", "105"),
    ("two dozen eggs", "24 eggs"),
    ("7pm", "7 pm"),
    ("7 p.m.", "7pm"),
    ("7pm", "19:00"),
    ("19:30", "7:30 pm"),
    ("at 7:30 pm", "at 7:30"),
    ("noon", "12:00"),
    ("4-6pm", "from 4 to 6 pm"),
    ("4-6pm", "4pm to 6pm"),
    ("3 February", "Feb 3"),
    ("3 February", "February 3rd"),
    ("3rd of February", "3 Feb."),
    ("3 February 2027", "3 February"),
    ("2027-02-03", "3 February 2027"),
    ("3/2/2027", "3 February 2027"),
    ("3-5 March", "from 3 to 5 March"),
    ("Sat 14 June", "Saturday, June 14"),
    ("sat 14 june", "Saturday, June 14"),
    ("on sundays", "on Sunday"),
    ("50%", "50 percent"),
    ("50 %", "fifty per cent"),
    ("$5", "5 dollars"),
    ("USD 5.00", "$5"),
    ("€1.200", "1,200 euros"),
    ("£3-5", "from £3 to £5"),
    ("$2k", "$2,000"),
    ("1.5 million users", "1,500,000 users"),
    ("90 minutes", "1.5 hours"),
    ("800 ms", "0.8 s"),
    ("5 and 10 km", "5 km and 10 km"),
    ("4-bit", "4 bits"),
    ("twice as fast", "2x as fast"),
    ("v2.4.1", "version 2.4.1"),
    ("the 26th", "on the 26th"),
    ("doors tmrw", "Doors open tomorrow."),
    ("sats in Dec", "on Saturdays in December"),
    ("til May", "until May"),
    ("cover needed, may to dec", "cover from May to December"),
    ("Sun 16 + 23 Nov", "on Sundays 16 and 23 November"),
    ("low tide 10.20", "Low tide is at 10.20."),
    ("£50 a month", "£50 monthly"),
    ("at 9", "at 9 o'clock"),
    ("3 miles, was 5", "3 miles instead of 5 miles"),
    ("white £2.90, was 2.60", "White was £2.60, now £2.90."),
    ("my daughter (8)", "my 8-year-old daughter"),
    ("over 18, scars 2 yrs old min", "over 18s with scars 2 years old"),
]


@pytest.mark.parametrize(("noted", "said"), SAME)
def test_a_spelling_that_says_the_same_is_supported(noted: str, said: str) -> None:
    assert [claim.text for claim in check(noted, said).unsupported] == []


@pytest.mark.parametrize(
    ("noted", "said", "kind"),
    [
        ("1,200 people", "1,201 people", Kind.NUMBER),
        ("5 people paid £20", "They paid £5.", Kind.PRICE),
        ("starts at 9 for members, £12", "It costs £9.", Kind.PRICE),
        ("12 people", "20 people", Kind.NUMBER),
        ("7pm", "7am", Kind.TIME),
        ("7:30", "7:30 pm", Kind.TIME),
        ("19:30", "19:00", Kind.TIME),
        ("3 February", "3 March", Kind.DATE),
        ("3 February", "4 February", Kind.DATE),
        ("3 February", "3 February 2027", Kind.DATE),
        ("3 February", "Tuesday", Kind.DATE),
        ("opens soon", "opens tomorrow", Kind.DATE),
        ("50%", "$50", Kind.PRICE),
        ("$5", "€5", Kind.PRICE),
        ("5 seats", "5%", Kind.PERCENTAGE),
        ("5 km", "5 miles", Kind.NUMBER),
        ("4-bit", "4 bytes of 4 kilobytes", Kind.NUMBER),
        ("v2.4.1", "v2.4.2", Kind.NUMBER),
        ("some seats", "five seats", Kind.NUMBER),
    ],
)
def test_a_spelling_that_says_more_or_other_is_not(noted: str, said: str, kind: Kind) -> None:
    assert kind in {claim.kind for claim in check(noted, said).unsupported}


@pytest.mark.parametrize(
    "text",
    [
        "No one knows.",
        "One of them came.",
        "Both of us may march on.",
        "A pair of us sat in the sun.",
    ],
)
def test_words_that_may_count_nothing_are_no_claims(text: str) -> None:
    kinds = {claim.kind for claim in check(text, text).claims}
    assert not kinds & {Kind.NUMBER, Kind.DATE}
