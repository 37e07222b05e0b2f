"""The words of one row in the list of drafts."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.drafts.draft import DraftSummary

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOW = timedelta(minutes=1)


def title(summary: DraftSummary) -> str:
    """The first line, or what stands for it."""
    return summary.first_line or "New draft"


def contents(summary: DraftSummary) -> str:
    """`214`, `167 · 1 link`, `thread of 2`."""
    single = summary.post_count == 1
    parts = [str(summary.weighted_length) if single else f"thread of {summary.post_count}"]
    if summary.link_count:
        parts.append(f"{summary.link_count} link{'' if summary.link_count == 1 else 's'}")
    return " · ".join(parts)


def when(changed: datetime, now: datetime) -> str:
    """`now`, `10:42`, `Mon`, `18 Nov` or `18 Nov 2025`, in the local time of `now`.

    Both are aware; `now` says which time zone is local.
    """
    local = changed.astimezone(now.tzinfo)
    if now - changed < NOW:
        return "now"
    days = (now.date() - local.date()).days
    if days <= 0:
        return f"{local:%H:%M}"
    if days < 7:
        return DAYS[local.weekday()]
    date = f"{local.day} {MONTHS[local.month - 1]}"
    return date if local.year == now.year else f"{date} {local.year}"
