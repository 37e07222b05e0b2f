"""What the window says of a post's way to X."""

from __future__ import annotations

from datetime import timedelta

from app.posting.outbox import Entry, State
from app.posting.outcome import Progress


def under_way(handle: str, progress: Progress) -> str:
    """While a thread goes out."""
    which = f" {progress.place + 1} of {progress.places}" if progress.places > 1 else ""
    if progress.size and progress.sent < progress.size:
        share = 100 * progress.sent // progress.size
        return f"Posting{which} as @{handle}: {share} % of its file is up."
    return f"Posting{which} as @{handle}."


def live(entries: tuple[Entry, ...]) -> str:
    """How much of a thread is on X; "" where none of it is."""
    posted = sum(entry.state is State.POSTED for entry in entries)
    if not posted:
        return ""
    if posted < len(entries):
        return f"{posted} of {len(entries)} are live. "
    return "It is live. " if posted == 1 else f"All {posted} are live. "


def unconfirmed(entries: tuple[Entry, ...]) -> str:
    """Where nobody can tell."""
    return (
        f"{live(entries)}X did not confirm {_which(entries)}, so it may or may not be up. "
        "Your text is safe here."
    )


def countdown(left: timedelta) -> str:
    """As "1:29"."""
    seconds = max(0, round(left.total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02}"


def _which(entries: tuple[Entry, ...]) -> str:
    if len(entries) == 1:
        return "the post"
    place = next(entry.place for entry in entries if entry.state is State.UNKNOWN)
    return f"post {place + 1}"
