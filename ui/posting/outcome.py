"""How a post ended, told beneath the text, with what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.posting.accounts import Account
from app.posting.answers import Refusal
from app.posting.outbox import Entry, State
from app.posting.outcome import Progress, address
from ui.composer.post_question import Answer, PostQuestion
from ui.posting import wording

_EDITABLE = timedelta(hours=1)


class OutcomeView(QObject):
    """Tells of progress, of the end, and of what an earlier run of the program left.

    Attributes:
        until: the moment from which X takes posts again; None where it has not asked to wait.

    Signals:
        retry_requested: post the draft on screen.
        sign_in_requested, browser_requested: the ways on where X does not take it.
        check_requested(Entry): look for a post on X.
        resolved(Entry, bool): the person has looked: it is there, or not and goes out again.
        delete_requested(tuple): take these posts down.
        edit_requested(Entry): put the text on screen in the place of this post's.
    """

    retry_requested = Signal()
    sign_in_requested = Signal()
    browser_requested = Signal()
    check_requested = Signal(object)
    resolved = Signal(object, bool)
    delete_requested = Signal(object)
    edit_requested = Signal(object)

    def __init__(self, question: PostQuestion, focus_text: Callable[[], None]) -> None:
        super().__init__()
        self._question = question
        self._focus_text = focus_text
        self.until: datetime | None = None
        self._waiting = QTimer(self, interval=1_000)
        self._waiting.timeout.connect(self._count_down)

    def show_progress(
        self, account: Account, progress: Progress, cancel: Callable[[], None]
    ) -> None:
        """A thread is going out."""
        self._waiting.stop()
        self._question.say(wording.under_way(account.handle, progress), ("Cancel", cancel))

    def show_kept(self, entries: tuple[Entry, ...], account: Account | None) -> None:
        """What is known of a draft that comes on screen; of a rejection nothing is said again."""
        self._waiting.stop()
        states = {entry.state for entry in entries}
        if State.UNKNOWN in states or State.POSTED in states:
            self.show(entries, account)

    def show(self, entries: tuple[Entry, ...], account: Account | None) -> None:
        """How it ended."""
        self._waiting.stop()
        posted = tuple(entry for entry in entries if entry.state is State.POSTED)
        broken = [e for e in entries if e.state in (State.UNKNOWN, State.REJECTED)]
        if broken and broken[0].state is State.UNKNOWN:
            self._show_unknown(entries, broken[0])
        elif broken:
            self._show_rejected(entries, broken[0])
        elif posted and len(posted) == len(entries):
            self._show_posted(posted, account)
        elif posted:
            self._say(f"{wording.live(entries)}The rest was not sent.", self._again("Go on"))
        else:
            self._question.dismiss()

    def _show_posted(self, posted: tuple[Entry, ...], account: Account | None) -> None:
        answers: list[Answer] = []
        if account and posted[0].post_id:
            url = QUrl(address(account.handle, posted[0].post_id))
            answers.append(("See it on X", lambda: self._open(url, posted, account)))
        if account and len(posted) == 1 and _may_be_edited(posted[0], account):
            answers.append(("Change it on X", lambda: self.edit_requested.emit(posted[0])))
        else:
            answers.append(("Understood", self._focus_text))
        if account and all(entry.post_id for entry in posted):
            answers.append(("Delete from X", lambda: self._ask_to_delete(posted, account)))
        self._say(wording.live(posted).strip(), *answers)

    def _open(self, url: QUrl, posted: tuple[Entry, ...], account: Account) -> None:
        if not QDesktopServices.openUrl(url):
            self._say(f"No browser could be opened. It is at {url.toString()}.")
        else:
            self._show_posted(posted, account)

    def _ask_to_delete(self, posted: tuple[Entry, ...], account: Account) -> None:
        which = "this post" if len(posted) == 1 else f"all {len(posted)} posts"
        self._question.ask(
            f"Delete {which} from X? The text stays here, as a draft.",
            ("Keep", lambda: self._show_posted(posted, account)),
            ("Delete from X", lambda: self.delete_requested.emit(posted)),
        )

    def _show_unknown(self, entries: tuple[Entry, ...], entry: Entry) -> None:
        self._say(
            wording.unconfirmed(entries),
            ("Check again", lambda: self.check_requested.emit(entry)),
            ("It is on X", lambda: self.resolved.emit(entry, True)),
            ("Send again (may duplicate)", lambda: self.resolved.emit(entry, False)),
        )

    def _show_rejected(self, entries: tuple[Entry, ...], entry: Entry) -> None:
        said = wording.live(entries) + entry.reason
        understood: Answer = ("Understood", self._focus_text)
        match entry.kind:
            case Refusal.SIGN_IN:
                self._say(said, ("Sign in", self.sign_in_requested.emit), understood)
            case Refusal.CREDITS:
                self._say(said, ("Open in the browser", self.browser_requested.emit), understood)
            case Refusal.WAIT if self.until:
                self._live = wording.live(entries)
                self._waiting.start()
                self._count_down()
            case Refusal.DUPLICATE | Refusal.FORBIDDEN | Refusal.TOO_LONG:
                self._say(said, understood)
            case _:
                self._say(said, self._again("Try again"), understood)

    def _count_down(self) -> None:
        """A countdown that a person reads; nothing is sent at its end without their click."""
        left = (self.until or datetime.now(UTC)) - datetime.now(UTC)
        if left.total_seconds() > 0:
            self._say(
                f"{self._live}X asks to wait before the next post: "
                f"{wording.countdown(left)}. Your text is safe in this draft.",
                ("Understood", self._stop_waiting),
            )
        else:
            self._waiting.stop()
            self._say("X takes posts again.", self._again("Post"), ("Not now", self._focus_text))

    def _stop_waiting(self) -> None:
        self._waiting.stop()
        self._focus_text()

    def _again(self, words: str) -> Answer:
        return (words, self.retry_requested.emit)

    def _say(self, sentence: str, *answers: Answer) -> None:
        self._question.say(sentence, *(answers or (("Understood", self._focus_text),)))


def _may_be_edited(entry: Entry, account: Account) -> bool:
    """X lets paying accounts change a post of their own within an hour."""
    return account.writes_long and datetime.now(UTC) - entry.created < _EDITABLE
