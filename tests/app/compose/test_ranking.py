"""Which drafts are shown, and in which order."""

from __future__ import annotations

from app.compose.brief import Brief
from app.compose.prompt import Style
from app.compose.ranking import rank

NOTES = "Council votes on the bike lane for Mill Road on 3 February at 7pm. No parking fees."
WHOLE = "The council votes on the Mill Road bike lane on 3 February at 7pm. No parking fees."
SHORT = "The council votes on 3 February. There are no parking fees on that day, as always."


def shown(*texts: str, notes: str = NOTES, count: int = 4) -> list[str]:
    return [variant.text for variant in rank(Brief(notes, count=count), dict.fromkeys(texts, 0.0))]


def test_the_draft_with_more_of_the_notes_comes_first() -> None:
    assert shown(SHORT, WHOLE)[0] == WHOLE


def test_a_draft_with_an_unsupported_claim_comes_last() -> None:
    doubtful = "On Tuesday council votes on the Mill Road bike lane, 3 February at 7pm. No fees."
    assert shown(doubtful, "Council votes on 3 February.")[-1] == doubtful


def test_a_draft_that_says_the_opposite_is_not_shown_beside_others() -> None:
    assert shown(WHOLE, "Council votes on 3 February at 7pm. Parking fees apply.") == [WHOLE]


def test_a_draft_that_says_the_opposite_is_shown_marked_where_there_is_no_other() -> None:
    [variant] = rank(Brief(NOTES), {"Parking fees apply.": 0.0})
    assert variant.claims.unsupported


def test_a_copy_of_the_notes_is_left_out() -> None:
    assert shown(NOTES.replace("bike lane", "bike-lane"), WHOLE) == [WHOLE]


def test_a_draft_that_differs_in_capitals_and_marks_alone_is_left_out() -> None:
    assert shown(WHOLE, WHOLE.replace("The council", "The Council").replace(".", "!")) == [WHOLE]


def test_of_two_drafts_alike_the_second_waits_for_the_different_ones() -> None:
    twin = WHOLE.replace("The council votes", "The council is voting")
    other = "7pm, 3 February: does Mill Road get its lane? The council decides. No parking fees."
    assert shown(WHOLE, twin, other) == [WHOLE, other, twin]


def test_a_draft_that_is_unlike_the_best_because_it_lost_the_notes_waits_for_a_twin() -> None:
    twin = WHOLE.replace("The council votes", "The council is voting")
    assert shown(WHOLE, "Parking fees? No.", twin) == [WHOLE, twin, "Parking fees? No."]


def test_what_is_said_twice_ranks_lower() -> None:
    twice = f"{WHOLE} The council votes on the Mill Road bike lane."
    assert shown(twice, WHOLE)[0] == WHOLE


def test_a_draft_that_leaves_out_what_the_notes_deny_ranks_lower() -> None:
    without = "The town council votes on the Mill Road bike lane on 3 February at 7pm."
    with_it = "Council votes on the bike lane on 3 February at 7pm. No parking fees."
    assert shown(without, with_it)[0] == with_it


def test_words_of_a_worked_example_rank_lower() -> None:
    leaked = WHOLE.replace("No parking", "New voices are welcome, no parking")
    invented = WHOLE.replace("No parking", "Lively neighbours are noisy, no parking")
    assert shown(leaked, invented)[0] == invented


def test_no_more_drafts_than_asked_for() -> None:
    assert len(shown(WHOLE, SHORT, "Council votes.", "Mill Road.", count=2)) == 2


def test_of_equals_a_taught_model_puts_the_likelier_first() -> None:
    texts = {"The cat is black.": -2.0, "Black is the cat.": -1.0}
    brief = Brief("cat: black")
    assert rank(brief, texts, Style.TAUGHT)[0].text == "Black is the cat."
    assert rank(brief, texts, Style.EXAMPLES)[0].text == "The cat is black."


def test_the_first_is_of_the_notes_as_they_were_written_where_that_is_as_true() -> None:
    brief = Brief("Swim at 7. Cold water. Tea after.", count=2)
    turned, written = "Cold water. Tea after. Swim at 7.", "Swim at 7 in cold water, tea after."
    texts = {turned: -0.1, written: -0.9}
    assert rank(brief, texts, Style.TAUGHT)[0].text == turned
    assert rank(brief, texts, Style.TAUGHT, {written})[0].text == written


def test_a_true_draft_of_another_order_is_before_a_doubtful_one_of_the_written_order() -> None:
    brief = Brief("Swim at 7. Cold water. Tea after.", count=2)
    turned, doubtful = "Cold water. Tea after. Swim at 7.", "Swim at 8. Cold water. Tea after."
    variants = rank(brief, {turned: -0.5, doubtful: -0.1}, Style.TAUGHT, {doubtful})
    assert [variant.text for variant in variants] == [turned, doubtful]
