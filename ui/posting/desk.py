"""Sending the draft on screen off, once for each click."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.drafts.lane import StoreLane
from app.errors import UserError
from app.posting.accounts import Account
from app.posting.assembly import build_poster
from app.posting.content import Content
from app.posting.endpoints import Endpoints
from app.posting.loop_thread import LoopThread
from app.posting.media_folder import tidy
from app.posting.outbox import Entry, Outbox
from app.posting.outcome import Outcome, Progress
from app.posting.preflight import Door, Preflight
from ui.accounts.desk import AccountDesk
from ui.composer.composer import Composer
from ui.draft_desk import DraftDesk
from ui.jobs import Jobs
from ui.posting.outcome import OutcomeView

if TYPE_CHECKING:
    from app.posting.poster import Poster

_CLOSING_S = 2.0
"""How long closing waits for a post that is being sent."""


@dataclass
class _Flight:
    """A thread that a person has sent off.

    Attributes:
        left: seconds until it is sent, while that can be taken back without a trace.
        ending: how it ends, once it is being sent.
        task: what sends it, once that has begun.
    """

    draft: str
    account: Account
    contents: tuple[Content, ...]
    left: int
    ending: Future[Outcome] | None = None
    task: asyncio.Task[Any] | None = None


class PostDesk(QObject):
    """Looks at the draft, asks what is to be asked, sends it, and tells how it ended.

    Only one thread is on its way at a time.

    Attributes:
        delay: seconds that a post waits, to be cancelled, before it is sent.
        recent: what the account has posted lately.

    Signals:
        delivered: the state of some draft's posts is another one.
        looked: `recent` is another.
    """

    delivered = Signal()
    looked = Signal()
    _progress = Signal(object)

    def __init__(
        self,
        lane: StoreLane,
        jobs: Jobs,
        loop: LoopThread,
        composer: Composer,
        drafts: DraftDesk,
        accounts: AccountDesk,
        endpoints: Callable[[], Endpoints],
        locks: Path,
    ) -> None:
        super().__init__()
        self._lane = lane
        self._jobs = jobs
        self._loop = loop
        self._composer = composer
        self._drafts = drafts
        self._accounts = accounts
        self._endpoints = endpoints
        self._locks = locks
        self._flight: _Flight | None = None
        self.delay = 0
        self.recent: frozenset[str] = frozenset()
        self._view = OutcomeView(composer.question, composer.focus_editor)
        self._tick = QTimer(self, interval=1_000)
        self._tick.timeout.connect(self._count_down)
        self._progress.connect(self._tell_progress)
        composer.edited.connect(self._take_back_unsent)
        drafts.shown.connect(self._show_draft)
        accounts.changed.connect(self._look_at_recent)
        view = self._view
        view.retry_requested.connect(self.post)
        view.sign_in_requested.connect(accounts.add)
        view.browser_requested.connect(composer.post_in_browser)
        view.check_requested.connect(self._check)
        view.resolved.connect(self._resolve)
        view.delete_requested.connect(self._delete)
        view.edit_requested.connect(self._edit)

    def start(self) -> None:
        """Put in order what an earlier run of the program left half sent."""
        left = self._lane.call(lambda store: Outbox(store.database).has_leftovers())
        self._jobs.watch(left, self._recover, lambda _: None)
        swept = tidy(self._lane, self._locks.with_name("media"))
        self._jobs.watch(swept, lambda _: None, lambda _: None)

    def post(self) -> None:
        """Send the draft on screen off, as it is there, once nothing is in the way."""
        account = self._accounts.current
        seen = self._composer.look_at(Door.API, account, self.recent)
        ask, focus = self._composer.question.ask, self._composer.focus_editor
        if self._flight:
            ask("A post is on its way already.", ("Understood", self._tell_flight))
        elif not seen.contents:
            focus()
        elif account is None:
            ask(
                "No account is signed in. The browser takes one post, free and without one.",
                ("Sign in", self._accounts.add),
                ("Open in the browser", self._composer.post_in_browser),
                ("Not now", focus),
            )
        else:
            self._composer.once_clear(
                seen, "Post all the same", lambda: self._consent(seen, account)
            )

    def close(self) -> None:
        """Send no more. A post on its way gets a moment to end; after it, it is unknown."""
        self._tick.stop()
        flight, self._flight = self._flight, None
        if flight and flight.ending:
            try:
                flight.ending.result(_CLOSING_S)
            except BaseException:  # noqa: BLE001 (however it ends, the window closes)
                flight.ending.cancel()

    def _consent(self, seen: Preflight, account: Account) -> None:
        """The person has clicked: from here on exactly this text goes out, or none."""
        self._flight = flight = _Flight("", account, seen.contents, self.delay)
        self._drafts.when_saved(lambda draft: self._begin(flight, draft.id))

    def _begin(self, flight: _Flight, draft: str) -> None:
        if flight is self._flight:
            flight.draft = draft
            self._tick.start()
            self._send_when_due()

    def _count_down(self) -> None:
        if self._flight:
            self._flight.left -= 1
            self._send_when_due()

    def _send_when_due(self) -> None:
        flight = self._flight
        if flight and flight.left > 0:
            self._composer.question.say(
                f"Posting as @{flight.account.handle} in {flight.left} s.",
                ("Cancel", lambda: self._take_back("Nothing was sent.")),
                ("Post now", self._send),
            )
        elif flight:
            self._send()

    def _send(self) -> None:
        self._tick.stop()
        flight = self._flight
        if flight is None or flight.ending:
            return
        flight.ending = self._loop.call(self._run(flight, self._sent(flight)))
        self._tell_flight()
        self._jobs.watch(
            flight.ending,
            lambda outcome: self._land(flight, outcome),
            lambda error: self._fail(flight, error),
            lambda: self._fail(flight, None),
        )

    @staticmethod
    async def _run(flight: _Flight, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        flight.task = asyncio.current_task()
        return await work

    async def _sent(self, flight: _Flight) -> Outcome:
        poster = await self._poster()
        return await poster.post(flight.draft, flight.account, flight.contents, self._progress.emit)

    async def _poster(self) -> Poster:
        vault = await self._accounts.opened()
        return build_poster(self._lane, vault, self._endpoints(), self._locks)

    def _tell_flight(self) -> None:
        if self._flight:
            self._tell_progress(Progress(0, len(self._flight.contents)))

    def _tell_progress(self, progress: Progress) -> None:
        flight = self._flight
        if flight and flight.ending and flight.draft == self._drafts.draft_id:
            self._view.show_progress(flight.account, progress, self._cancel)

    def _cancel(self) -> None:
        """It has ended once what is known of it is written down."""
        if self._flight and self._flight.task:
            self._loop.interrupt(self._flight.task)

    def _take_back_unsent(self) -> None:
        """What is on screen is no longer what the person has sent off."""
        if self._flight and not self._flight.ending and self._flight.draft:
            self._take_back("You went on writing, so nothing was sent.")

    def _take_back(self, sentence: str) -> None:
        self._tick.stop()
        self._flight = None
        self._composer.question.say(sentence, ("Understood", self._composer.focus_editor))

    def _land(self, flight: _Flight, outcome: Outcome) -> None:
        self._flight = None
        self._view.until = outcome.until
        self._after(flight.draft, flight.account, outcome.entries)

    def _fail(self, flight: _Flight, error: BaseException | None) -> None:
        """Nothing was begun, or the person cancelled: what is written down says what is known."""
        self._flight = None
        if isinstance(error, UserError):
            self._composer.question.say(
                f"{error.what_happened} {error.what_to_do}",
                ("Understood", self._composer.focus_editor),
            )
        elif error is not None:
            self._jobs.broke.emit(error)
        else:
            self._composer.question.dismiss()
            self._show_entries(flight.draft)

    def _after(self, draft: str, account: Account, entries: tuple[Entry, ...]) -> None:
        self.delivered.emit()
        self._look_at_recent()
        if draft == self._drafts.draft_id:
            self._drafts.take_place()
            self._view.show(entries, account)

    def _show_draft(self, id: str) -> None:
        """Another draft is on screen: nothing unsent of the one before goes out."""
        if self._flight and not self._flight.ending and self._flight.draft != id:
            self._tick.stop()
            self._flight = None
        self._look_at_recent()
        if self._flight and self._flight.draft == id:
            self._tell_flight()
        elif id:
            self._show_entries(id)

    def _show_entries(self, draft: str) -> None:
        found = self._lane.call(lambda store: Outbox(store.database).of_draft(draft))

        def show(entries: tuple[Entry, ...]) -> None:
            if draft == self._drafts.draft_id and not self._flight:
                self._view.show_kept(entries, self._account_of(entries))

        self._jobs.watch(found, show, lambda _: None)

    def _account_of(self, entries: tuple[Entry, ...]) -> Account | None:
        ids = {entry.account for entry in entries}
        return next((one for one in self._accounts.accounts if one.id in ids), None)

    def _look_at_recent(self) -> None:
        account, draft = self._accounts.current, self._drafts.draft_id
        if account is None:
            self._take_recent(frozenset())
            return
        id = account.id
        found = self._lane.call(lambda store: Outbox(store.database).recent_texts(id, draft))
        self._jobs.watch(found, self._take_recent, lambda _: None)

    def _take_recent(self, recent: frozenset[str]) -> None:
        self.recent = recent
        self.looked.emit()

    def _recover(self, is_needed: bool) -> None:
        if not is_needed:
            return

        async def recover() -> None:
            await (await self._poster()).recover()

        done = self._loop.call(recover())
        self._jobs.watch(done, lambda _: self._show_entries(self._drafts.draft_id), lambda _: None)

    def _check(self, entry: Entry) -> None:
        async def checked(account: Account) -> Outcome:
            return await (await self._poster()).check(entry, account)

        self._settle(entry, checked, "Looking for it on X.")

    def _resolve(self, entry: Entry, is_up: bool) -> None:
        async def resolved(_: Account) -> Outcome:
            return await (await self._poster()).resolve(entry, is_up=is_up)

        self._settle(entry, resolved, "Taking a note of it.", sends_again=not is_up)

    def _edit(self, entry: Entry) -> None:
        """As a post is sent: exactly what is on screen, once nothing is in the way."""
        account = self._account_of((entry,))
        seen = self._composer.look_at(Door.API, account, ())
        ask, focus = self._composer.question.ask, self._composer.focus_editor
        if len(seen.contents) != 1 or seen.contents[0].text == entry.content.text:
            ask(
                "Change the text above first, then put it in the place of the post on X.",
                ("Understood", focus),
            )
        else:
            self._composer.once_clear(
                seen, "Change it all the same", lambda: self._change(entry, seen)
            )

    def _change(self, entry: Entry, seen: Preflight) -> None:
        text = seen.contents[0].text

        async def edited(account: Account) -> Outcome:
            return await (await self._poster()).edit(entry, account, text)

        self._settle(entry, edited, "Changing it on X.")

    def _delete(self, entries: tuple[Entry, ...]) -> None:
        async def deleted(account: Account) -> Outcome:
            poster = await self._poster()
            for entry in reversed(entries):
                outcome = await poster.delete(entry, account)
            return outcome

        self._settle(entries[0], deleted, "Taking it down.")

    def _settle(
        self,
        entry: Entry,
        work: Callable[[Account], Coroutine[Any, Any, Outcome]],
        meanwhile: str,
        *,
        sends_again: bool = False,
    ) -> None:
        """Do something about a post that was sent, with the account that sent it."""
        account = self._account_of((entry,))
        if account is None:
            self._composer.question.say(
                "The account that posted this is no longer signed in.",
                ("Sign in", self._accounts.add),
            )
            return
        on_screen = self._composer.posts()
        self._flight = flight = _Flight(entry.draft, account, (), 0)
        flight.ending = self._loop.call(self._run(flight, work(account)))
        self._composer.question.say(meanwhile, ("Cancel", self._cancel))

        def done(outcome: Outcome) -> None:
            self._land(flight, outcome)
            is_as_clicked = self._composer.posts() == on_screen
            if sends_again and is_as_clicked and self._drafts.draft_id == entry.draft:
                self.post()

        self._jobs.watch(
            flight.ending,
            done,
            lambda error: self._fail(flight, error),
            lambda: self._fail(flight, None),
        )
