"""The middle column: the draft being written."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.compose.grounding import Claim, Claims
from app.drafts.draft import Folder
from app.drafts.extras import Extras
from app.errors import UserError
from app.post_text import EntityKind, find
from app.posting.accounts import Account
from app.posting.browser import intent_url
from app.posting.preflight import Door, Preflight, browser_takes, look_at
from app.posting.price import in_words
from ui.composer.bar_wording import contents_in_words, warnings_in_words
from ui.composer.bottom_bar import BottomBar
from ui.composer.claim_checker import ClaimChecker
from ui.composer.claim_wording import to_confirm
from ui.composer.emoji_picker import EmojiPicker
from ui.composer.header import Header
from ui.composer.post_question import PostQuestion
from ui.composer.save_banner import SaveBanner
from ui.composer.text_column import text_column
from ui.composer.thread_view import ThreadView
from ui.jobs import Jobs
from ui.shortcuts import Name
from ui.theme import Theme


class Composer(QWidget):
    """Header, thread and bottom bar; keeps nothing, asks whoever built it to save.

    The posts are held against the notes while they are written.

    Attributes:
        chip: the account that posts.
        doors: the menu of ways to post.
        question: what is asked and told around a post.

    Signals:
        edited: the posts are others than before.
        entered, left: an editor took the keyboard, or gave it away.
        sidebar_requested: bring the list of drafts in.
        restore_requested: take this draft out of the trash.
        retry_requested: save again after a failure.
        close_requested: close the window although the text is not saved.
        confirmed(str), withdrawn(str): the person stands for the claim of this key, or does not
            after all.
        posted: the person says that the draft is out.
        post_requested: post as the account.
    """

    edited = Signal()
    entered = Signal()
    left = Signal()
    sidebar_requested = Signal()
    restore_requested = Signal()
    retry_requested = Signal()
    close_requested = Signal()
    confirmed = Signal(str)
    withdrawn = Signal(str)
    posted = Signal()
    post_requested = Signal()

    def __init__(self, theme: Theme, jobs: Jobs, media_folder: Path) -> None:
        super().__init__()
        self.setObjectName("composer")
        self._header = Header(theme)
        self.chip = self._header.chip
        self._banner = SaveBanner(theme)
        self._thread = ThreadView(theme, jobs, media_folder)
        self._bar = BottomBar()
        self.doors = self._bar.doors
        self.question = PostQuestion()
        self._account: Account | None = None
        self._recent: Collection[str] = ()
        self._picker: EmojiPicker | None = None
        self._checker = ClaimChecker(jobs)
        self._found: tuple[tuple[str, ...], tuple[Claims, ...]] = ((), ())
        self._notes = ""
        self._confirmed: frozenset[str] = frozenset()
        self._connect()
        self._lay_out()
        self._describe()

    def posts(self) -> tuple[str, ...]:
        """The posts' texts in order."""
        return self._thread.posts()

    def extras(self) -> Extras:
        """What the posts carry, and what holds for the thread."""
        doors = self.doors
        return Extras(
            self._thread.extras(), doors.audience, doors.made_with_ai, doors.paid_partnership
        )

    def show_draft(
        self,
        posts: tuple[str, ...],
        folder: Folder,
        notes: str = "",
        confirmed: frozenset[str] = frozenset(),
        extras: Extras | None = None,
    ) -> None:
        """Show another draft, from the top."""
        extras = extras or Extras()
        self._notes, self._confirmed = notes, confirmed
        self._thread.show_posts(posts, extras.posts)
        self.doors.show_choices(
            extras.audience,
            made_with_ai=extras.made_with_ai,
            paid_partnership=extras.paid_partnership,
        )
        self.question.dismiss()
        self._checker.note(notes, posts)
        self._header.show_place(folder)
        self._header.show_saved("")
        self._banner.hide()
        self._describe()

    def hold_against(self, notes: str) -> None:
        """These are the draft's notes now."""
        self._notes = notes
        self._checker.note(notes, self.posts())

    def show_place(self, folder: Folder) -> None:
        """The draft on screen lies in this folder now."""
        self._header.show_place(folder)

    def show_account(self, account: Account | None, recent: Collection[str]) -> None:
        """Whom the draft would be posted as, and what that account has posted lately."""
        self._account, self._recent = account, recent
        self._describe()

    def look_at(self, door: Door, account: Account | None, recent: Collection[str]) -> Preflight:
        """What would become of the draft behind a door."""
        return look_at(
            door,
            self.posts(),
            self.extras(),
            account,
            unconfirmed=self._thread.pending_count(),
            recent=recent,
        )

    def close(self) -> bool:
        """Check no more claims, and take no more files."""
        self._checker.close()
        self._thread.close_files()
        return super().close()

    def show_saving(self) -> None:
        """The text on screen is not in the store yet."""
        self._header.show_saved("Saving")

    def show_saved(self) -> None:
        """The text on screen is in the store."""
        self._banner.hide()
        self._header.show_saved("Saved")

    def show_save_error(self, error: UserError, *, closing: bool) -> None:
        """The text on screen could not be kept; `closing` also offers to close nevertheless."""
        self._header.show_saved("Not saved")
        self._banner.show_error(error, closing)

    def offer_sidebar(self, offered: bool) -> None:
        """Show the button for the list, where the list is not there by itself."""
        self._header.offer_sidebar(offered)

    def focus_editor(self) -> None:
        """Give the keyboard to the post that had it last."""
        self._thread.focus_current()

    def use_text(self, text: str) -> None:
        """Put this text into the current post, as one undo step."""
        self._thread.use_text(text)

    def add_post(self) -> None:
        """A new empty post behind the last one."""
        self._thread.add_post()

    def split_post(self) -> None:
        """Divide the current post."""
        self._thread.split_current()

    def copy_thread(self) -> None:
        """Put the posts on the clipboard, an empty line between them."""
        posts = [post for post in self.posts() if post.strip()]
        if posts:
            QGuiApplication.clipboard().setText("\n\n".join(posts))
            self._bar.confirm_copy()

    def post_in_browser(self) -> None:
        """Open X's own page with the post in it, once nothing is in the way."""
        seen = self.look_at(Door.BROWSER, None, ())
        if seen.contents or seen.refusals:
            self.once_clear(
                seen, "Open all the same", lambda: self._open_in_browser(seen.contents[0].text)
            )

    def once_clear(self, seen: Preflight, all_the_same: str, go: Callable[[], None]) -> None:
        """Go on where nothing is in the way; past unconfirmed claims only by a second choice."""
        if seen.refusals:
            self.question.ask(seen.refusals[0], ("Understood", self.focus_editor))
        elif seen.unconfirmed:
            self.question.ask(
                f"{to_confirm(seen.unconfirmed)}: your notes do not carry what is marked.",
                ("Look again", self.focus_editor),
                (all_the_same, go),
            )
        else:
            go()

    def _open_in_browser(self, post: str) -> None:
        if QDesktopServices.openUrl(QUrl(intent_url(post), QUrl.ParsingMode.StrictMode)):
            self.question.ask(
                "X's page is open in your browser, and nothing is posted before you post it there.",
                ("It is posted", self.posted.emit),
                ("Not yet", self.focus_editor),
            )
        else:
            self.copy_thread()
            self.question.ask(
                "No browser could be opened. Your post is on the clipboard instead.",
                ("Understood", self.focus_editor),
            )

    def pick_emoji(self) -> None:
        """Open the emoji at the current post."""
        self._open_picker(self._thread.current.emoji_button)

    def _open_picker(self, button: QWidget) -> None:
        if self._picker is None:
            self._picker = EmojiPicker()
            self._picker.picked.connect(self._insert)
        self._picker.open_beneath(button)

    def _insert(self, text: str) -> None:
        self._thread.current.editor.textCursor().insertText(text)
        self._thread.focus_current()

    def _go_through(self, door: Name) -> None:
        {
            Name.POST: self.post_requested.emit,
            Name.POST_IN_BROWSER: self.post_in_browser,
            Name.COPY_THREAD: self.copy_thread,
        }[door]()

    def _note_edit(self) -> None:
        self._checker.note(self._notes, self.posts())
        self._describe()
        self.edited.emit()

    def _describe(self) -> None:
        seen = self.look_at(Door.API, self._account, self._recent)
        posts = self.posts()
        links = sum(entity.kind is EntityKind.URL for post in posts for entity in find(post))
        media = sum(len(content.extras.media) for content in seen.contents)
        self._bar.show_contents(
            contents_in_words(len(posts), links, media),
            warnings_in_words(seen, self._thread.over_count()),
        )
        through_api = [f"API {in_words(seen.price)}"] if self._account else []
        in_browser = ["browser free"] if browser_takes(seen.contents) else []
        self._bar.show_price(" · ".join(through_api + in_browser))
        self._bar.allow_post(bool(seen.contents))

    def _take_claims(self, posts: tuple[str, ...], claims: tuple[Claims, ...]) -> None:
        self._found = posts, claims
        self._show_claims()

    def _show_claims(self) -> None:
        self._thread.show_claims(*self._found, self._notes, self._confirmed)
        self._describe()

    def _confirm(self, claim: Claim) -> None:
        self._confirmed |= {claim.key}
        self._show_claims()
        self.confirmed.emit(claim.key)

    def _withdraw(self, claim: Claim) -> None:
        self._confirmed -= {claim.key}
        self._show_claims()
        self.withdrawn.emit(claim.key)

    def _connect(self) -> None:
        self._header.sidebar_requested.connect(self.sidebar_requested)
        self._header.restore_requested.connect(self.restore_requested)
        self._banner.retry_requested.connect(self.retry_requested)
        self._banner.copy_requested.connect(self.copy_thread)
        self._banner.close_requested.connect(self.close_requested)
        self._thread.edited.connect(self._note_edit)
        self._thread.entered.connect(self.entered)
        self._thread.left.connect(self.left)
        self._thread.confirm_requested.connect(self._confirm)
        self._thread.withdraw_requested.connect(self._withdraw)
        self._checker.checked.connect(self._take_claims)
        self._thread.emoji_requested.connect(self._open_picker)
        self._bar.post_requested.connect(self.post_requested)
        self.doors.chosen.connect(self._go_through)
        self.doors.changed.connect(self._note_edit)

    def _lay_out(self) -> None:
        top, bottom = QWidget(), QWidget()
        head = QWidget()
        heading = QVBoxLayout(head)
        heading.setContentsMargins(0, 20, 0, 16)
        heading.setSpacing(12)
        heading.addWidget(self._header)
        heading.addWidget(self._banner)
        text_column(top, head)
        foot = QWidget()
        footing = QVBoxLayout(foot)
        footing.setContentsMargins(0, 0, 0, 0)
        footing.setSpacing(8)
        footing.addWidget(self.question)
        footing.addWidget(self._bar)
        text_column(bottom, foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 20)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self._thread, stretch=1)
        column.addWidget(bottom)
