"""Posting, built like a payment: written down first, sent once, looked up where it is unclear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import filelock

from app.drafts.extras import Medium
from app.drafts.lane import StoreLane
from app.errors import UserError
from app.posting.accounts import Account
from app.posting.answers import Refusal, Refused, Unclear
from app.posting.content import Content
from app.posting.outbox import Entry, Outbox, State
from app.posting.outcome import Outcome, Progress
from app.posting.reconcile import matching, since

# What talks to X takes a sixth of a second to import, which most starts have no use for.
if TYPE_CHECKING:
    from app.posting.x_client import XClient

_T = TypeVar("_T")
_LOCK_S = 1.0
"""How long to wait for another Twite that is posting."""


class SendFile(Protocol):
    """Puts a file on X and gives its media id; tells of bytes done, of all."""

    def __call__(
        self, client: XClient, medium: Medium, on_progress: Callable[[int, int], None]
    ) -> Awaitable[str]: ...


class Poster:
    """Sends what a person has clicked off, one post after the other.

    Across processes only one posts at a time (a lock file), so that a post found half sent belongs
    to a process that ended.
    """

    def __init__(
        self,
        lane: StoreLane,
        open_client: Callable[[Account], XClient],
        send_file: SendFile,
        lock_file: Path,
    ) -> None:
        self._lane = lane
        self._open_client = open_client
        self._send_file = send_file
        self._lock_file = lock_file

    async def recover(self) -> None:
        """Look after what an ended process left; where one is posting just now, that is left."""
        try:
            async with self._alone():
                pass
        except UserError:
            return

    async def post(
        self,
        draft: str,
        account: Account,
        contents: Sequence[Content],
        on_progress: Callable[[Progress], None] = lambda _progress: None,
    ) -> Outcome:
        """Post a thread, from the first post that is not on X yet, until one does not go through.

        Raises `UserError` where nothing was begun. Cancelled while a post is being sent, that post
        is unknown; what was still waiting is withdrawn.
        """
        async with self._alone(), self._open_client(account) as client:
            behind, entries = await self._store(lambda o: o.begin(draft, account.id, contents))
            until = None
            try:
                for entry in entries:
                    on_progress(Progress(entry.place, entry.places))
                    behind = await self._one(client, entry, behind, on_progress)
            except Refused as refused:
                until = refused.until
            except Unclear:
                pass
            finally:
                await self._store(lambda o: o.withdraw_waiting(draft))
            return await self._outcome(draft, until)

    async def edit(self, entry: Entry, account: Account, text: str) -> Outcome:
        """Put another text in the place of a post, which X permits some accounts for an hour.

        Raises `Refused` where X does not; the post is then as it was.
        """
        async with self._alone(), self._open_client(account) as client:
            new = await self._store(lambda o: o.begin_edit(entry.id, text))
            try:
                await self._one(client, new, "", lambda _progress: None)
            except Unclear:
                pass
            finally:
                await self._store(lambda o: o.withdraw_waiting(entry.draft))
        return await self._outcome(entry.draft)

    async def check(self, entry: Entry, account: Account) -> Outcome:
        """Look for an unknown post on the person's timeline; raises `Refused` where X is not to be
        asked.
        """
        async with self._alone(), self._open_client(account) as client:
            await self._insist_on_unknown(entry)
            await self._look(client, entry)
        return await self._outcome(entry.draft)

    async def delete(self, entry: Entry, account: Account) -> Outcome:
        """Take a post down; `Refused` where X cannot be asked, and it may be tried again."""
        if not entry.post_id:
            raise UserError(
                "Twite does not know the address of this post.", "Delete it on X itself."
            )
        async with self._alone(), self._open_client(account) as client:
            await client.delete_post(entry.post_id)
            await self._store(lambda o: o.deleted(entry.id))
        return await self._outcome(entry.draft)

    async def resolve(self, entry: Entry, *, is_up: bool, post_id: str = "") -> Outcome:
        """The person has looked for an unknown post themselves."""
        async with self._alone():
            await self._insist_on_unknown(entry)
            if is_up:
                await self._store(lambda o: o.posted(entry.id, post_id))
            else:
                await self._store(lambda o: o.withdraw(entry.id))
        return await self._outcome(entry.draft)

    async def _outcome(self, draft: str, until: datetime | None = None) -> Outcome:
        return Outcome(await self._store(lambda o: o.of_draft(draft)), until)

    async def _insist_on_unknown(self, entry: Entry) -> None:
        if (await self._store(lambda o: o.entry(entry.id))).state is not State.UNKNOWN:
            raise UserError("That post is accounted for already.", "Nothing was changed.")

    async def _one(
        self,
        client: XClient,
        entry: Entry,
        behind: str,
        on_progress: Callable[[Progress], None],
    ) -> str:
        """Send one post; its id. Raises `Refused` or `Unclear` once that is written down."""
        try:
            if entry.place and not behind and not entry.content.edits:
                raise Refused(
                    Refusal.INVALID, "Twite does not know the address of the post before this one."
                )
            media = await self._upload(client, entry, on_progress)
            post_id = await self._create(client, await self._sending(entry, behind), media)
        except Refused as error:
            refused = error
            reason = f"{refused.what_happened} {refused.what_to_do}"
            await self._store(lambda o: o.rejected(entry.id, refused.kind, reason))
            raise
        await self._store(lambda o: o.posted(entry.id, post_id))
        return post_id

    async def _sending(self, entry: Entry, behind: str) -> Entry:
        """Write down that the post goes out; cancelled here, it has not."""
        try:
            return await self._store(lambda o: o.send(entry.id, behind))
        except asyncio.CancelledError:
            await self._store(lambda o: o.withdraw(entry.id))
            raise

    async def _upload(
        self, client: XClient, entry: Entry, on_progress: Callable[[Progress], None]
    ) -> tuple[str, ...]:
        """Nothing is on X before the post that shows it, so this may fail and be done again."""

        def tell(sent: int, size: int) -> None:
            on_progress(Progress(entry.place, entry.places, sent, size))

        try:
            return tuple(
                [await self._send_file(client, one, tell) for one in entry.content.extras.media]
            )
        except Refused:
            raise
        except UserError as error:
            raise Refused(Refusal.INVALID, error.what_happened, error.what_to_do) from error

    async def _create(self, client: XClient, entry: Entry, media: tuple[str, ...]) -> str:
        """Where the answer is unclear, or X speaks of a duplicate, the timeline is asked."""
        try:
            return await client.create_post(entry.content, media)
        except asyncio.CancelledError:
            await self._store(lambda o: o.unknown(entry.id))
            raise
        except Unclear:
            await self._store(lambda o: o.unknown(entry.id))
            if post_id := await self._looked(client, entry):
                return post_id
            raise
        except Refused as refused:
            if refused.kind is Refusal.DUPLICATE and (post_id := await self._looked(client, entry)):
                return post_id
            raise

    async def _looked(self, client: XClient, entry: Entry) -> str:
        """As `_look`, where it is no answer that X is not to be asked."""
        try:
            return await self._look(client, entry)
        except Refused:
            return ""

    async def _look(self, client: XClient, entry: Entry) -> str:
        """The id of the post where the timeline shows it, which is then written down; else ""."""
        first = await self._store(lambda o: o.first_attempt(entry))
        known = await self._store(lambda o: o.known_ids())
        timeline = await client.own_posts(entry.account, since(first))
        found = matching(entry.content, timeline, known)
        if found is None:
            return ""
        await self._store(lambda o: o.posted(entry.id, found.id))
        return found.id

    async def _store(self, work: Callable[[Outbox], _T]) -> _T:
        """Done even where the waiting for it is cancelled: what is written down must be true."""
        done = self._lane.call(lambda store: work(Outbox(store.database)))
        return await asyncio.shield(asyncio.wrap_future(done))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Hold the lock that every posting process holds, and put its predecessors in order."""
        lock = filelock.AsyncFileLock(self._lock_file, timeout=_LOCK_S)
        try:
            self._lock_file.parent.mkdir(parents=True, exist_ok=True)
            await lock.acquire()
        except filelock.Timeout:
            raise UserError(
                "Another post is on its way at the moment.", "Your text is safe: try again shortly."
            ) from None
        except OSError as error:
            raise UserError(
                f"Twite cannot write to {self._lock_file.parent}.",
                "Your text is safe: see whether the disk is full or read-only.",
            ) from error
        try:
            await self._store(lambda o: o.recover())
            yield
        finally:
            await lock.release()
