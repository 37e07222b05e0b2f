"""What X takes as a poll: https://docs.x.com/x-api/posts/create-post"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.drafts.extras import Poll
from app.post_text import weigh
from app.post_text.normal_form import compose

FEWEST, MOST = 2, 4
LONGEST_OPTION = 25
"""Of an option, in X's weight."""
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 10_080


def refusals(poll: Poll) -> list[str]:
    """Sentences on what X would refuse; empty where nothing is."""
    found = []
    if not FEWEST <= len(poll.options) <= MOST:
        found.append(f"A poll has {FEWEST} to {MOST} answers.")
    for number, option in enumerate(poll.options, 1):
        found += _refused(option, number)
    if _repeats(poll.options):
        found.append("Two answers of the poll are the same.")
    if not SHORTEST_MINUTES <= poll.minutes <= LONGEST_MINUTES:
        found.append("A poll is open for 5 minutes to 7 days.")
    return found


def _refused(option: str, number: int) -> Iterator[str]:
    weighed = weigh(option, LONGEST_OPTION)
    over = weighed.weighted_length - LONGEST_OPTION
    if not option.strip():
        yield f"Answer {number} of the poll is empty."
    elif over > 0:
        yield f"Answer {number} of the poll is {over} over the limit of {LONGEST_OPTION}."
    elif not weighed.valid:
        yield f"Answer {number} of the poll has a character that X refuses."


def _repeats(options: Sequence[str]) -> bool:
    named = [name for option in options if (name := compose(option.strip()))]
    return len(set(named)) < len(named)
