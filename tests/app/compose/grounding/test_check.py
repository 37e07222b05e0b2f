"""What a text claims beyond its notes, and what it leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compose.grounding import Claim, Doubt, Kind, check

COUNCIL = (
    "Town council votes on the bike lane for Mill Road on 3 February at 7pm. The meeting is public."
)


def doubtful(notes: str, text: str) -> list[tuple[Kind, str]]:
    return [(claim.kind, claim.text) for claim in check(notes, text).unsupported]


def only(claims: tuple[Claim, ...]) -> Claim:
    [claim] = claims
    return claim


def test_the_notes_themselves_are_wholly_supported() -> None:
    claims = check(COUNCIL, COUNCIL)
    assert claims.unsupported == ()
    assert claims.left_out == ()
    assert claims.coverage == 1.0
    assert claims.added == ()


def test_a_supported_claim_names_the_words_of_the_notes() -> None:
    claim = only(check("Doors open at 7pm.", "Come at 7 pm.").supported)
    assert claim.source is not None
    assert (claim.text, claim.source.of("Doors open at 7pm.")) == ("7 pm", "7pm")


def test_every_claim_lies_where_it_says() -> None:
    text = "Mill Street votes on 4 March at 8pm: “never”, says @council, the best of all."
    for claim in check(COUNCIL, text).claims:
        assert claim.span.of(text) == claim.text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.NAME, "Mill Street"),
        (Kind.NAME, "NASA"),
        (Kind.NAME, "MP3"),
        (Kind.QUOTATION, "“a great day”"),
        (Kind.SUPERLATIVE, "best"),
        (Kind.SUPERLATIVE, "largest"),
        (Kind.SUPERLATIVE, "most lively"),
        (Kind.NEGATION, "not"),
        (Kind.LINK, "example.org/vote"),
        (Kind.HANDLE, "@council"),
        (Kind.HASHTAG, "#bikes"),
        (Kind.CASHTAG, "$BIKE"),
    ],
)
def test_what_the_notes_lack_is_unsupported(kind: Kind, text: str) -> None:
    assert (kind, text) in doubtful(COUNCIL, f"We say {text} here.")


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        ("Link: https://www.example.org/a", "See example.org/a."),
        ("by @Anna_B with #Bikes", "By @anna_b with #bikes."),
        ("she said it was a great day", "She said it was “a great day”."),
        ("the best soup", "Our best soup."),
        ("no stop at the hall, cash not taken", "We take only cards."),
        ("shop since 1968, mum's, now mine", "It was first Mum's shop and then mine."),
        ("back up your data, we replace boards", "Back up your data first."),
        ("xmas fair on sat", "Saturday's fair is for Christmas, and she's coming."),
        ("yr 3 sold 40 cakes", "We thank Year 3: 40 cakes."),
    ],
)
def test_a_mark_in_another_form_is_supported(notes: str, text: str) -> None:
    assert doubtful(notes, text) == []


def test_a_link_that_goes_on_differently_is_another_link() -> None:
    assert doubtful("example.org/a", "See example.org/b.") == [(Kind.LINK, "example.org/b")]


class TestPolarity:
    def test_a_negation_that_the_notes_lack(self) -> None:
        found = doubtful("Payments were down for 12 minutes.", "No payments were down.")
        assert (Kind.NEGATION, "No") in found

    def test_a_negation_of_something_else_than_in_the_notes(self) -> None:
        found = doubtful("Open daily, dogs welcome. No cash.", "Dogs are not welcome.")
        assert (Kind.NEGATION, "not") in found

    @pytest.mark.parametrize(
        ("notes", "text"),
        [
            ("No dogs.", "Dogs are welcome."),
            ("Works on Linux, not on Windows.", "It works on Windows and Linux."),
            ("not on Sundays", "We open on Sundays."),
        ],
    )
    def test_a_negation_that_was_dropped(self, notes: str, text: str) -> None:
        [claim] = [c for c in check(notes, text).unsupported if c.kind is Kind.NEGATION]
        assert claim.doubt is Doubt.TURNED

    @pytest.mark.parametrize(
        ("notes", "text"),
        [
            ("No dogs.", "Dogs are not allowed."),
            ("No dogs.", "Dogs, sadly, cannot come."),
            ("no experience needed", "You need no experience."),
            ("Closed Mondays.", "We do not open on Mondays."),
            ("The trial was cancelled.", "The trial will not take place."),
            ("The old build didn't work. The new build works.", "The new build works."),
            ("nobody's asked what the plan is", "Nobody has asked what the plan is."),
            ("no smartphone? get a fob", "If you have no smartphone, get a fob."),
            ("max 3 voices", "It has no more than 3 voices."),
            ("bring your card if you have it", "Bring your card; come if not."),
        ],
    )
    def test_the_same_negation_in_other_words_is_supported(self, notes: str, text: str) -> None:
        assert [found for found in doubtful(notes, text) if found[0] is Kind.NEGATION] == []


class TestMoved:
    @pytest.mark.parametrize(
        ("notes", "text", "moved"),
        [
            (
                "4-bit loses accuracy, 8-bit keeps it.",
                "It loses accuracy at 8-bit and keeps it at 4-bit.",
                ["8-bit", "4-bit"],
            ),
            ("12 adults and 30 children", "30 adults and 12 children", ["30", "12"]),
            ("adults $12, children $5", "Adults pay $5.", ["$5"]),
            ("from 3 s to 0.8 s", "from 0.8 s to 3 s", ["0.8 s", "3 s"]),
        ],
    )
    def test_a_number_tied_to_another_thing(self, notes: str, text: str, moved: list[str]) -> None:
        found = [c.text for c in check(notes, text).unsupported if c.doubt is Doubt.MOVED]
        assert found == moved

    @pytest.mark.parametrize(
        ("notes", "text"),
        [
            ("adults $12, children $5", "$5 for children and $12 for adults."),
            ("12 adults and 30 children", "30 children came, and 12 adults."),
            ("from 3 s to 0.8 s", "It took 3 s. Now it takes 0.8 s."),
            ("6 sites for 2 years", "For 2 years we went to 6 sites."),
        ],
    )
    def test_numbers_in_another_order_are_where_they_were(self, notes: str, text: str) -> None:
        assert doubtful(notes, text) == []


class TestTense:
    @pytest.mark.parametrize(
        "text",
        [
            "The council has voted on the bike lane.",
            "The council voted on the bike lane.",
            "The meeting was public.",
        ],
    )
    def test_a_plan_told_as_done(self, text: str) -> None:
        [claim] = check(COUNCIL, text).unsupported
        assert claim.doubt is Doubt.PLAN_AS_DONE

    def test_what_is_done_told_as_a_plan(self) -> None:
        [claim] = check("We released version 2.", "We will release version 2.").unsupported
        assert claim.doubt is Doubt.DONE_AS_PLAN

    @pytest.mark.parametrize(
        ("notes", "text"),
        [
            (COUNCIL, "The council will vote on the bike lane."),
            ("New oven, booking needed.", "Booking is needed for the new oven."),
            ("Bridge opened on Friday.", "The bridge has opened."),
            ("We fixed the leak and will paint the wall.", "We have fixed the leak."),
        ],
    )
    def test_the_same_time_in_another_form_is_supported(self, notes: str, text: str) -> None:
        assert [found for found in doubtful(notes, text) if found[0] is Kind.TENSE] == []


class TestDoer:
    @pytest.mark.parametrize(
        ("notes", "text"),
        [
            ("Anna thanks Ben for the cake", "Ben thanks Anna for the cake."),
            ("Chess club lost 3-5 to Easton", "Easton lost 3-5 to Chess Club."),
        ],
    )
    def test_two_names_around_one_verb_the_other_way_round(self, notes: str, text: str) -> None:
        assert Kind.DOER in {claim.kind for claim in check(notes, text).unsupported}

    def test_the_passive_voice_is_no_exchange(self) -> None:
        notes, text = "Rovers beat United", "United were beaten by Rovers."
        assert Kind.DOER not in {claim.kind for claim in check(notes, text).claims}


@pytest.mark.parametrize(
    ("notes", "text"),
    [
        ("Talk by Noor Hassan on soil health.", "Join Noor Hassan's talk on soil health."),
        ("soup, bread. Tickets needed.", "Soup and bread. 👉 Tickets needed!"),
        ("Meeting moved from Tuesday to Thursday.", "The meeting is now on Thursday."),
        ("In 2024 we planted 450 trees.", "We planted 450 trees in 2024."),
        ("v2.4 fixes 14 bugs.", "We fixed 14 bugs in version 2.4."),
        ("Opens in spring 2026. It is 240 metres long.", "The 240 m bridge opens in spring 2026."),
        ("Open Mon-Fri.", "We're open Monday to Friday."),
        ("Open 9-5.", "We're open 9am to 5pm."),
        ("doors 7pm, film 7:30", "Doors at 7 pm, film at 7:30 pm."),
        ("3-1 win against Harrow.", "It was a 3-1 win against Harrow."),
        ("Ana writes and draws the comic.", "A comic written and drawn by Ana."),
        ("Bring a mat.", "Don't forget your mat!"),
        ("Not peer reviewed yet.", "It hasn't been peer-reviewed yet."),
        ("Dogs not allowed inside, only on terrace.", "Dogs are allowed on the terrace only."),
        ("We do not ship to the UK. US only.", "We only ship to the US."),
        ("60-75k EUR", "€60,000-75,000"),
        ("18 million euros", "€18m"),
        ("All welcome, 3 seats left", "Everyone is welcome! Only 3 seats left."),
        ("21st of May, 1st place", "The twenty-first: first place"),
        ("Oak Ave, Prof. Lee", "Professor Lee on Oak Avenue"),
        ("Leeds play York on Sunday.", "On Sunday York play Leeds."),
        ("Sold out: Friday.", "There are no tickets left for Friday: sold out."),
        ("Free entry", "You don't pay for entry."),
        ("60 squares, 51 booked", "51 of 60 are booked."),
        ("E24: not the pump. a cherry stone", "E24. Pump? No. Cherry stone."),
        ("need not be real brothers", "Real brothers? Need not be."),
        ("no tyres, no fridges", "We can't take tyres, paint or fridges."),
        ("we didnt get the grant", "We didn't get the grant."),
        ("took 8 wks", "It took 8 weeks."),
        ("fixed in may, ships by march 3", "It ships by 3 March, fixed in May."),
    ],
)
def test_a_faithful_text_in_other_words_is_not_marked(notes: str, text: str) -> None:
    assert doubtful(notes, text) == []


@pytest.mark.parametrize(
    ("notes", "text", "kind"),
    [
        ("The museum is open in May.", "The museum is not open in May.", Kind.NEGATION),
        ("Entry is free.", "Entry is not free.", Kind.NEGATION),
        ("Parking is not free.", "Parking is free.", Kind.NEGATION),
        (
            "We ship to Canada. We do not ship to the UK.",
            "We do not ship to Canada.",
            Kind.NEGATION,
        ),
        ("Anna Silva beat Ben Cole.", "Ben Cole beat Anna Silva.", Kind.DOER),
        ("Talks by Ana Silva and Leo Kim.", "We have talks by Ana Kim.", Kind.NAME),
        ("Concert on 5 May at 7pm.", "On the evening 5 bands play.", Kind.NUMBER),
        ("6 sites for 2 years", "We went to 2 sites.", Kind.NUMBER),
        ("passed, fourth go", "Passed. Four go.", Kind.NUMBER),
        ("Soup: 4 euros\nPasta: 9 euros", "Soup: 9 euros\nPasta: 4 euros", Kind.PRICE),
        ("The stage will be repaired in May.", "The stage has been repaired.", Kind.TENSE),
        ("We opened a shop.", "We plan to open a shop.", Kind.TENSE),
        ("Open until 30 June", "Open from 30 June", Kind.DATE),
        ("Concert on Friday.", "Concert on Friday. Lunch is included.", Kind.STATEMENT),
    ],
)
def test_one_planted_fault_is_found(notes: str, text: str, kind: Kind) -> None:
    assert kind in {found for found, _ in doubtful(notes, text)}


def test_a_sentence_that_the_notes_know_nothing_of_is_a_claim() -> None:
    text = "The meeting is public. We serve amazing coffee and fresh cakes."
    assert doubtful(COUNCIL, text) == [(Kind.STATEMENT, "We serve amazing coffee and fresh cakes")]


def test_greetings_claim_nothing() -> None:
    assert doubtful(COUNCIL, "Dear neighbours, join us! We look forward to seeing you there.") == []


def test_what_the_text_leaves_out_is_named() -> None:
    left = [fact.text for fact in check(COUNCIL, "Town council votes on the bike lane.").left_out]
    assert left == ["3 February", "7pm", "meeting is public"]


@pytest.mark.parametrize(
    "text",
    [
        "Die Gemeinde stimmt am 3. Februar um 19:00 über den Radweg ab und die Sitzung ist offen.",
        "Le conseil vote sur la piste cyclable, la réunion est ouverte à tous les habitants.",
        "المجلس يصوت على مسار الدراجات",
        "評議会は自転車レーンについて投票します",
    ],
)
def test_another_language_is_not_flooded_with_marks(text: str) -> None:
    assert len(check(COUNCIL, text).unsupported) <= 1


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_is_too_odd_to_be_checked(notes: str, text: str) -> None:
    claims = check(notes, text)
    assert 0.0 <= claims.coverage <= 1.0
    assert all(claim.span.of(text) == claim.text for claim in claims.claims)


@given(st.text(alphabet="0123456789 .,:-/$%apm@#NnotFebruary’'", max_size=60))
def test_any_text_keeps_to_itself(text: str) -> None:
    unsupported = check(text, text).unsupported
    assert [claim for claim in unsupported if claim.doubt is Doubt.NOT_IN_NOTES] == []
