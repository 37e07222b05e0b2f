"""How the model learns from its own drafts, made right."""

from __future__ import annotations

import pytest
import torch
from peft import PeftModel

from app.compose.brief import Length, Tone
from models.install.builtin import gguf_file
from models.install.gguf import read_gguf, write_tokenizer
from training.corrections import AS_IS, Correction, Reading
from training.prefer import Kept, Lesson, lesson_loss, lessons
from training.train import Encoder, batch_loss

NOTES = "Council votes on 3 February on the tram."
DRAFT = "The council has voted on the tram on 3 February."
RIGHT = "The council votes on the tram on 3 February."
READING = Reading(
    "here",
    "councils",
    NOTES,
    Tone.PLAIN,
    Length.FULL,
    (
        Correction(DRAFT, "wrong", "plan told as done", RIGHT),
        Correction(RIGHT, AS_IS, "", RIGHT),
    ),
)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> list[Lesson]:
    file = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    write_tokenizer(read_gguf(gguf_file()), file)
    return lessons(Encoder(file), [READING])


def test_a_mended_draft_is_learned_against_the_draft_itself(taught: list[Lesson]) -> None:
    mended = taught[0]
    assert mended.worse is not None
    assert mended.worse.prompt == mended.better.prompt
    assert mended.worse.post != mended.better.post


def test_a_draft_that_is_right_is_learned_as_it_is(taught: list[Lesson]) -> None:
    assert taught[1] == Lesson(taught[0].better, None)


@pytest.mark.parametrize(
    ("right", "is_learned"),
    [
        ("The council votes on the tram on 3 February.", True),
        ("the council: it votes on the tram on 3 February.", True),
        ("On 3 February the council votes on the tram.", False),
    ],
)
def test_another_opening_is_no_lesson_where_openings_are_to_be_kept(
    right: str, is_learned: bool
) -> None:
    assert Kept(opening=2).of(Correction(DRAFT, "wrong", "plan", right)) is is_learned


def test_what_had_to_be_written_anew_is_no_lesson() -> None:
    anew = Correction(DRAFT, "wrong", "all of it", "Trams: a vote comes on 3 February.")
    assert not Kept(likeness=0.7).of(anew)


def test_what_was_wrong_becomes_unlikely_beside_what_is_right(
    model: PeftModel, taught: list[Lesson]
) -> None:
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=2e-3)
    before = margin(model, taught[0])
    for _ in range(5):
        lesson_loss(model, taught, beta=0.1, weight=0.5).backward()
        optimizer.step()
        optimizer.zero_grad()
    assert margin(model, taught[0]) > before + 1


def margin(model: object, lesson: Lesson) -> float:
    """By how many nats the better one is likelier."""
    assert lesson.worse is not None
    right, wrong = (
        float(batch_loss(model, [one], is_training=False).sum())
        for one in (lesson.better, lesson.worse)
    )
    return wrong - right


def test_drafts_that_are_right_are_learned_like_any_post(
    model: PeftModel, taught: list[Lesson]
) -> None:
    alone = lesson_loss(model, taught[1:], beta=0.1, weight=0.5)
    plain = batch_loss(model, [taught[1].better], is_training=True).mean()
    assert alone.item() == pytest.approx(plain.item(), rel=1e-4)
