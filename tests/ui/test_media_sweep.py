"""What lies in the media folder and belongs to nothing is gone once the window is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.drafts.extras import Extras, Medium, PostExtras
from app.drafts.store import DraftStore
from app.places import Places
from app.posting.media import take
from ui.application import Twite

TWO_DAYS = 2 * 24 * 60 * 60


def test_the_window_s_start_sweeps_what_no_draft_carries(
    open_window: Callable[[], Twite],
    in_store: Callable[[Callable[[DraftStore], object]], object],
    places: Places,
    qtbot: QtBot,
) -> None:
    carried, left = (
        Path(take(b"GIF89a" + name, places.media_folder).file) for name in (b"1", b"2")
    )
    for file in (carried, left):
        made = file.stat().st_mtime - TWO_DAYS
        os.utime(file, (made, made))
    extras = Extras((PostExtras((Medium(str(carried)),)),))
    in_store(lambda store: store.create(("A bike.",), extras=extras))
    open_window()
    qtbot.waitUntil(lambda: not left.exists())
    assert carried.exists()
