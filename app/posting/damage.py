"""Files to be posted that do not hold together."""

from __future__ import annotations

from app.errors import UserError

MOST_PARTS = 100_000
"""Far beyond what an honest file is made of."""


def damaged() -> UserError:
    """The file ends too early, or says of itself what cannot be."""
    return UserError("That file is cut off or damaged.", "Save it anew and add it again.")
