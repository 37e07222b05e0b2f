"""What the model may write, on the real model: fitting, finished, reproducible, stoppable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.compose.brief import Brief, Length
from app.compose.prompt import style_of, write_prompt
from app.post_text import ends_sentence, weigh
from app.writer_process import rules_for
from models.engine.decode import Ending, Row
from models.engine.sampling import Sampling
from models.engine.streaming import showable
from models.engine.writer import ModelWriter
from models.errors import Cancelled

NOTES = "Boat museum, open day on Sunday, 10 to 4, free. Bring the children, the steam engine runs."


def write(
    writer: ModelWriter,
    length: Length = Length.FULL,
    seed: int = 1,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> list[Row]:
    prompt = write_prompt(Brief(NOTES, length=length), style_of(writer.manifest.prompt))
    return writer.write(
        prompt.prefix,
        prompt.turns,
        rows=8,
        enough=8,
        tokens=96,
        seed=seed,
        sampling=Sampling(),
        source=NOTES,
        rules=rules_for(length.weighted_limit, NOTES),
        on_step=lambda _rows: None,
        is_cancelled=is_cancelled,
    )


def finished(rows: list[Row]) -> list[str]:
    return [row.written.decode() for row in rows if row.ending is Ending.SENTENCE]


@pytest.mark.parametrize("length", list(Length))
def test_every_finished_row_fits_and_ends_at_a_sentence(
    writer: ModelWriter, length: Length
) -> None:
    texts = finished(write(writer, length))
    assert len(texts) >= 4
    assert all(weigh(text).weighted_length <= length.weighted_limit for text in texts)
    assert all(ends_sentence(text + "\n") for text in texts)


def test_a_seed_gives_the_same_rows_again(writer: ModelWriter) -> None:
    first, again = write(writer, seed=7), write(writer, seed=7)
    assert [row.written for row in first] == [row.written for row in again]


def test_another_seed_gives_other_rows(writer: ModelWriter) -> None:
    assert finished(write(writer, seed=7)) != finished(write(writer, seed=8))


def test_a_cancel_is_obeyed_within_one_step(writer: ModelWriter) -> None:
    asked = 0

    def from_the_third_step() -> bool:
        nonlocal asked
        asked += 1
        return asked >= 3

    with pytest.raises(Cancelled):
        write(writer, is_cancelled=from_the_third_step)
    assert asked == 3


def test_half_an_emoji_is_never_shown() -> None:
    fire_fighter = "👩‍🚒"
    written = f"Thanks {fire_fighter}".encode()
    shown = {showable(written[:end]) for end in range(len(written) + 1)}
    assert shown == {"Thanks "[:end] for end in range(8)}


def test_an_emoji_is_shown_once_something_follows_it() -> None:
    assert showable("Thanks 👩‍🚒 all".encode()) == "Thanks 👩‍🚒 all"
