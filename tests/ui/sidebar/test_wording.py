"""The words of a row in the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.drafts.draft import DraftSummary
from ui.sidebar.wording import contents, title, when

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _summary(posts: int = 1, weight: int = 214, links: int = 0, line: str = "x") -> DraftSummary:
    return DraftSummary("1", line, posts, weight, links, NOW)


@pytest.mark.parametrize(
    ("summary", "wanted"),
    [
        (_summary(), "214"),
        (_summary(weight=167, links=1), "167 · 1 link"),
        (_summary(posts=2, links=2), "thread of 2 · 2 links"),
    ],
)
def test_contents(summary: DraftSummary, wanted: str) -> None:
    assert contents(summary) == wanted


def test_a_draft_without_words_has_a_title() -> None:
    assert title(_summary(line="")) == "New draft"


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        (NOW, "now"),
        (NOW - timedelta(seconds=59), "now"),
        (NOW - timedelta(minutes=78), "10:42"),
        (NOW - timedelta(days=1), "Mon"),
        (NOW - timedelta(days=6), "Wed"),
        (NOW - timedelta(days=7), "17 Nov"),
        (datetime(2025, 11, 18, tzinfo=UTC), "18 Nov 2025"),
    ],
)
def test_when(changed: datetime, wanted: str) -> None:
    assert when(changed, NOW) == wanted


def test_when_speaks_of_the_reader_s_own_day() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert when(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), tokyo) == "01:00"
