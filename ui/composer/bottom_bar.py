"""The bar beneath the thread: what there is, and the way out."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton

from ui import shortcuts, type_scale
from ui.announce import announce
from ui.composer.claim_wording import to_confirm
from ui.shortcuts import Name
from ui.style_property import named
from ui.type_scale import Size

COPIED_MS = 2_000


class BottomBar(QFrame):
    """Says what the thread holds, what is in the way, and holds the doors out of Twite.

    Signals:
        copy_requested: put the post or the thread on the clipboard.
        browser_requested: open the post in the person's browser.
    """

    copy_requested = Signal()
    browser_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bottomBar")
        self._contents = named(QLabel(), "barContents")
        self._warning = named(QLabel(), "barWarning")
        self._copied = named(QLabel(), "barCopied")
        self._contents.setFont(type_scale.font(Size.CONTROL))
        self._warning.setFont(type_scale.font(Size.CONTROL, type_scale.BOLD))
        self._copied.setFont(type_scale.font(Size.CONTROL))
        self._price = named(QLabel("browser free"), "barPrice")
        self._price.setFont(type_scale.font(Size.CONTROL))
        self._post = QPushButton("Post ▾")
        self._post.setProperty("look", "primary")
        self._post.setFont(type_scale.font(Size.BODY, type_scale.DEMI_BOLD))
        self._post.setToolTip("Ways to post: open in the browser, or copy")
        self._post.setMenu(self._doors())
        self._forget = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._forget.timeout.connect(self._copied.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(0)
        row.addWidget(self._contents)
        row.addWidget(self._warning)
        row.addStretch()
        row.addWidget(self._copied)
        row.addSpacing(14)
        row.addWidget(self._price)
        row.addSpacing(14)
        row.addWidget(self._post)

    def _doors(self) -> QMenu:
        menu = QMenu(self)
        menu.setAccessibleName("Ways to post")
        for name, signal in (
            (Name.POST_IN_BROWSER, self.browser_requested),
            (Name.COPY_THREAD, self.copy_requested),
        ):
            words = f"{shortcuts.text(name)}\t{shortcuts.keys(name)}"
            menu.addAction(words).triggered.connect(signal)
        return menu

    def show_contents(self, posts: int, links: int, over: int, claims: int) -> None:
        """How many posts and links there are, how many posts are too long, what is to confirm."""
        parts = [_count(posts, "post")] + ([_count(links, "link")] if links else [])
        warnings = ([f"{_count(over, 'post')} too long"] if over else []) + (
            [to_confirm(claims)] if claims else []
        )
        self._contents.setText(" · ".join(parts) + (" · " if warnings else ""))
        self._warning.setText(" · ".join(warnings))

    def allow_post(self, allowed: bool) -> None:
        """There is something to post."""
        self._post.setEnabled(allowed)

    def confirm_copy(self) -> None:
        """Say for a moment that it is done."""
        self._copied.setText("Copied")
        self._forget.start()
        announce(self, "Copied")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
