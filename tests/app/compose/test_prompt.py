"""Which worked examples a model is shown."""

from __future__ import annotations

import pytest

from app.compose.brief import Brief, Length, Tone
from app.compose.prompt import Style, style_of, write_prompt
from app.errors import ModelError

FAR = "Boat museum, open day on Sunday."
NEAR = "Bakery on Elm Street closes for two weeks in August for a new oven"


def examples(notes: str) -> list[str]:
    return [turn.text for turn in write_prompt(Brief(notes)).prefix if turn.role == "user"]


def test_notes_unlike_all_examples_share_one_prefix() -> None:
    assert write_prompt(Brief(FAR)).prefix == write_prompt(Brief("Cat found")).prefix


def test_an_example_like_the_notes_is_replaced() -> None:
    assert any("Bakery" in example for example in examples(FAR))
    assert not any("Bakery" in example for example in examples(NEAR))
    assert len(examples(NEAR)) == len(examples(FAR))


@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize("length", list(Length))
def test_no_two_examples_begin_alike_and_none_begins_with_a_negation(
    tone: Tone, length: Length
) -> None:
    for notes in (FAR, NEAR):
        prompt = write_prompt(Brief(notes, tone, length))
        first = [turn.text.split()[0] for turn in prompt.prefix if turn.role == "assistant"]
        assert len(set(first)) == len(first)
        assert not {"No", "Not", "Never"} & set(first)


def test_a_taught_model_reads_tone_length_and_notes_alone() -> None:
    prompt = write_prompt(Brief(FAR, Tone.DRY, Length.SHORT), Style.TAUGHT)
    assert [turn.text for turn in prompt.prefix] == ["A dry post, short length."]
    assert [turn.text for turn in prompt.turns] == [FAR]


def test_a_taught_model_reads_the_notes_in_other_orders_as_well() -> None:
    prompt = write_prompt(Brief("Swim at 7. Cold water. Tea for all.", count=4), Style.TAUGHT)
    assert [way[-1].text for way in prompt.others] == [
        "Cold water. Tea for all. Swim at 7.",
        "Tea for all. Swim at 7. Cold water.",
    ]
    assert [prompt.is_turned(row) for row in range(12)] == [False] * 10 + [True] * 2


def test_the_room_that_is_made_ahead_is_enough_for_any_notes() -> None:
    ahead = write_prompt(Brief("", count=4), Style.TAUGHT)
    many = write_prompt(Brief("Jam here. Tea here. Cake here. Rye here.", count=4), Style.TAUGHT)
    assert many.rows == ahead.most_rows


def test_a_single_draft_is_written_from_the_notes_as_they_are() -> None:
    prompt = write_prompt(Brief("Swim at 7. Cold water.", count=1), Style.TAUGHT)
    assert not any(prompt.is_turned(row) for row in range(prompt.rows))


def test_a_prompt_that_this_version_does_not_know_is_told() -> None:
    with pytest.raises(ModelError, match="a prompt that Twite does not know"):
        style_of("from the future")


def test_the_notes_come_last() -> None:
    assert write_prompt(Brief(FAR)).turns[-1].text == f"Notes: {FAR}"
