"""A drafts file with a thread in it, and its outbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.drafts.store import DraftStore
from app.posting.outbox import Outbox


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DraftStore]:
    opened = DraftStore(tmp_path / "drafts.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def outbox(store: DraftStore) -> Outbox:
    return Outbox(store.database)
