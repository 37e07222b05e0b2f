"""Somebody who posts to the loopback X."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

from app.drafts.draft import Draft
from app.drafts.extras import Extras
from app.drafts.lane import StoreLane
from app.posting.assembly import build_poster
from app.posting.content import contents
from app.posting.outbox import Entry, Outbox
from app.posting.outcome import Outcome
from app.posting.poster import Poster
from app.vault import Vault
from tests.helpers.x_account import sign_in
from tests.helpers.x_oauth import User
from tests.helpers.x_server import X


class Person:
    """Somebody with a draft, an account at the loopback X, and a poster."""

    def __init__(self, folder: Path, x: X, user: User, opened: ExitStack) -> None:
        self.x = x
        self.folder = folder
        self.vault = Vault(None)
        self.lane = StoreLane(folder / "drafts.sqlite3")
        opened.callback(self.lane.close, 5)
        self.account = sign_in(x, user, self.vault, folder / "locks")

    @property
    def poster(self) -> Poster:
        return build_poster(self.lane, self.vault, self.x.endpoints, self.folder / "locks")

    def writes(self, *posts: str, extras: Extras | None = None) -> str:
        return self.lane.call(lambda store: store.create(posts, "", extras).id).result()

    def draft(self, id: str) -> Draft:
        return self.lane.call(lambda store: store.get(id)).result()

    def posts(self, id: str) -> Outcome:
        draft = self.draft(id)
        return asyncio.run(self.poster.post(id, self.account, contents(draft.posts, draft.extras)))

    def entries(self, id: str) -> tuple[Entry, ...]:
        return self.lane.call(lambda store: Outbox(store.database).of_draft(id)).result()

    @property
    def live(self) -> list[str]:
        return [post.text for post in self.x.posts]
