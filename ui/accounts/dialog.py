"""Signing in to X, beside the draft."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import UserError
from app.posting.price import POST, POST_WITH_LINK, in_words
from ui import type_scale
from ui.accounts.waiting import Waiting
from ui.accounts.ways import BrowserWay, KeysWay, words
from ui.announce import announce
from ui.assistant.segments import Segments
from ui.style_property import named
from ui.type_scale import Size

WIDTH = 340
"""Not wider than the assistant and the margin beside it, so that the posts stay in sight."""
FRAME = 48
"""Room for a title bar and a margin."""
READING = Decimal("0.001")
COSTS = (
    f"X charges your app {in_words(POST)} for a post, {in_words(POST_WITH_LINK)} for one with a "
    f"link, and {in_words(READING)} for each post it reads to make sure that yours is up."
)
FLEETING = (
    "This computer has no keyring that Twite trusts, so you stay signed in until Twite closes."
)


class AccountDialog(QDialog):
    """Two ways to sign in, and the wait for X. Never modal: the text can be read and written on.

    What was typed stays until it has led to an account; the four keys go with the dialog.

    Signals:
        browser_chosen(str): sign in by the browser, with the app of this client id.
        keys_given(Strings): sign in with these four.
        cancel_requested: sign in no more.
        page_requested(str): open this page in the browser.
    """

    browser_chosen = Signal(str)
    keys_given = Signal(object)
    cancel_requested = Signal()
    page_requested = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("accountDialog")
        self.setWindowTitle("Sign in to X")
        self._window = window
        self._ways = Segments(("In the browser", "With four keys"))
        self._browser, self._keys = BrowserWay(), KeysWay()
        self._pages = named(QStackedWidget(), "accountWays")
        self._fleeting = words(FLEETING)
        self._problem = words()
        self._banner = named(QFrame(), "accountProblem")
        self._sign_in = QPushButton("Sign in")
        self._waiting = Waiting()
        self._faces = QStackedWidget()
        self._lay_out()
        self._connect()
        self._show_form()

    @property
    def is_waiting(self) -> bool:
        """Whether X, or the person at X, is waited for."""
        return self._faces.currentWidget() is self._waiting

    def open_beside(self, client_id: str) -> None:
        """Come up, with this client id where none was typed."""
        if not self._browser.client_id.text():
            self._browser.client_id.setText(client_id)
        if self.isHidden():
            self._show_form()
            self._stand_beside()
        self.show()
        self.activateWindow()
        if not self.is_waiting:
            self._page().take_keyboard()

    def show_lasting(self, is_lasting: bool) -> None:
        """Say so where a sign-in ends with the program."""
        self._fleeting.setVisible(not is_lasting)
        self._fit()

    def show_page_opened(self, address: str, opened: bool) -> None:
        """X's page is in the browser now, or else has to be taken there by hand."""
        self._waiting.show_address(address, opened)

    def show_problem(self, error: UserError) -> None:
        """Back to what was typed, and what is wrong with it."""
        self._show_form()
        self._problem.setText(f"{error.what_happened} {error.what_to_do}")
        self._banner.show()
        self._fit()
        announce(self, self._problem.text())

    def finish(self) -> None:
        """The account is there."""
        self._show_form()
        self.accept()

    def _page(self) -> BrowserWay | KeysWay:
        return (self._browser, self._keys)[self._ways.chosen_index()]

    def _hush(self) -> None:
        self._banner.hide()
        self._fit()

    def _submit(self) -> None:
        self._banner.hide()
        by_browser = self._page() is self._browser
        try:
            given = self._page().given()
        except UserError as error:
            self.show_problem(error)
            return
        self._waiting.begin(by_browser)
        self._faces.setCurrentWidget(self._waiting)
        self._waiting.cancel.setFocus()
        signal = self.browser_chosen if by_browser else self.keys_given
        signal.emit(given)

    def _cancel(self) -> None:
        self._show_form()
        self.cancel_requested.emit()

    def _show_form(self) -> None:
        self._hush()
        if self.is_waiting:
            self._faces.setCurrentIndex(0)
            self._sign_in.setFocus()

    def _show_way(self) -> None:
        self._hush()
        self._pages.setCurrentWidget(self._page())

    def _stand_beside(self) -> None:
        """Beside the window where the screen has room, else over its right column."""
        room, around = self._window.screen().availableGeometry(), self._window.frameGeometry()
        right, left = around.right() + 1, around.left() - WIDTH
        if right + WIDTH <= room.right():
            x = right
        elif left >= room.left():
            x = left
        else:
            x = min(around.right(), room.right()) + 1 - WIDTH
        self.move(x, max(around.top(), room.top()))
        self._fit()

    def _fit(self) -> None:
        """As tall as all there is to read, within the screen."""
        wanted = sum(
            max(layout.totalHeightForWidth(WIDTH), layout.totalSizeHint().height())
            for layout in (self._page_layout, self._foot_layout)
        )
        room = self._window.screen().availableGeometry()
        self.resize(WIDTH, min(wanted, room.height() - FRAME))
        beyond = self.frameGeometry().bottom() - room.bottom()
        if beyond > 0:
            self.move(self.x(), self.y() - beyond)

    def _connect(self) -> None:
        self._ways.chosen.connect(lambda _: self._show_way())
        self._browser.page_requested.connect(self.page_requested)
        self._sign_in.clicked.connect(self._submit)
        self._waiting.cancel.clicked.connect(self._cancel)
        self.finished.connect(self._keys.clear)

    def _lay_out(self) -> None:
        for page in (self._browser, self._keys):
            self._pages.addWidget(page)
        self._faces.addWidget(self._form())
        self._faces.addWidget(self._waiting)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._faces)
        # Not before: it has to belong to the dialog.
        self._sign_in.setDefault(True)

    def _form(self) -> QWidget:
        """All that scrolls, and beneath it what must stay in sight."""
        form, foot = QWidget(), QWidget()
        self._foot_layout = self._lay_out_foot(foot)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scrolling(), stretch=1)
        column.addWidget(foot)
        return form

    def _scrolling(self) -> QScrollArea:
        page = named(QWidget(), "accountPage")
        costs = named(words(COSTS), "accountNote")
        self._fleeting.setObjectName("accountNote")
        self._fleeting.hide()
        column = self._page_layout = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 0)
        column.setSpacing(12)
        for part in (self._ways, self._pages, costs, self._fleeting):
            column.addWidget(part)
        scroll = named(QScrollArea(), "accountScroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName("How to sign in")
        scroll.setWidget(page)
        return scroll

    def _lay_out_foot(self, foot: QWidget) -> QVBoxLayout:
        said = QHBoxLayout(self._banner)
        said.setContentsMargins(12, 8, 12, 8)
        said.addWidget(self._problem)
        self._sign_in.setProperty("look", "primary")
        self._sign_in.setFont(type_scale.font(Size.BODY, type_scale.DEMI_BOLD))
        self._sign_in.setToolTip("Sign in (Return)")
        column = QVBoxLayout(foot)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._banner)
        column.addWidget(self._sign_in)
        return column

    def reject(self) -> None:
        """Closing, too, ends a sign-in that is under way."""
        if self.is_waiting:
            self._cancel()
        super().reject()
