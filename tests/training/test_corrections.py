"""The model's own drafts, read and made right."""

from __future__ import annotations

import pytest

from app.compose.ranking import is_copy
from app.post_text import ends_sentence, weigh
from training.corrections import AS_IS, Correction, Reading, read_corrections

LABELS = {AS_IS, "small edit", "wrong"}


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    return read_corrections()


@pytest.fixture(scope="module")
def corrections(readings: list[Reading]) -> list[tuple[Reading, Correction]]:
    return [(reading, draft) for reading in readings for draft in reading.drafts]


def test_two_thousand_drafts_were_read(corrections: list[tuple[Reading, Correction]]) -> None:
    assert len(corrections) >= 2000
    assert {draft.label for _, draft in corrections} == LABELS


def test_a_draft_was_changed_unless_it_is_right_as_it_is(
    corrections: list[tuple[Reading, Correction]],
) -> None:
    for reading, draft in corrections:
        assert (draft.right == draft.draft) is (draft.label == AS_IS), reading.place


def test_every_changed_draft_says_what_was_wrong(
    corrections: list[tuple[Reading, Correction]],
) -> None:
    assert [r.place for r, draft in corrections if bool(draft.why) is (draft.label == AS_IS)] == []


def test_every_right_draft_fits_its_length(
    corrections: list[tuple[Reading, Correction]],
) -> None:
    long = [
        reading.place
        for reading, draft in corrections
        if weigh(draft.right).weighted_length > reading.length.weighted_limit
    ]
    assert long == []


def test_every_right_draft_ends_a_sentence(
    corrections: list[tuple[Reading, Correction]],
) -> None:
    assert [r.place for r, draft in corrections if not ends_sentence(draft.right + "\n")] == []


def test_no_right_draft_copies_its_notes(corrections: list[tuple[Reading, Correction]]) -> None:
    assert [r.place for r, draft in corrections if is_copy(draft.right, r.notes)] == []
