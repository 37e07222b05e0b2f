"""Whether there is room for an import."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from models.errors import ModelError
from models.install.room import Needs, computer_memory, require_room


def test_this_machine_has_some_memory() -> None:
    assert 1e8 < computer_memory() < math.inf


def test_what_fits_is_let_through(tmp_path: Path) -> None:
    require_room("tiny", Needs(1e6, 1e6), tmp_path)


@pytest.mark.parametrize(
    ("needs", "sentence"),
    [
        (Needs(1e15, 1), r"tiny takes 1000000\.0 GB of memory, and this computer has \d"),
        (
            Needs(1, 1e15),
            r"tiny takes 1000000\.0 GB on the disk for a while, and \d+\.\d GB are free",
        ),
    ],
)
def test_what_does_not_is_refused_with_the_figures(
    needs: Needs, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=sentence):
        require_room("tiny", needs, tmp_path)
