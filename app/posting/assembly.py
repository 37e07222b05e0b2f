"""Posting put together, for the window and for the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.compose.grounding import Claim, check
from app.drafts.draft import Draft
from app.drafts.lane import StoreLane
from app.posting.accounts import Account
from app.posting.endpoints import Endpoints

if TYPE_CHECKING:
    from app.posting.poster import Poster
    from app.posting.x_client import XClient
    from app.vault import Vault


def build_poster(lane: StoreLane, vault: Vault, endpoints: Endpoints, locks: Path) -> Poster:
    """Posts as the accounts of this vault; `locks` is where processes agree on turns."""
    # What talks to X takes a third of a second to import, which most starts have no use for.
    from app.posting.poster import Poster
    from app.posting.tokens import Tokens
    from app.posting.upload import upload
    from app.posting.x_client import XClient

    def open_client(account: Account) -> XClient:
        return XClient(endpoints.api, Tokens(account, vault, endpoints, locks))

    return Poster(lane, open_client, upload, locks / "posting.lock")


def unconfirmed(draft: Draft) -> tuple[Claim, ...]:
    """The claims of a draft that neither its notes nor its writer stand for.

    Without notes there is nothing to hold a post against.
    """
    if not draft.notes.strip():
        return ()
    return tuple(
        claim
        for post in draft.posts
        for claim in check(draft.notes, post).unsupported
        if claim.key not in draft.confirmed
    )
