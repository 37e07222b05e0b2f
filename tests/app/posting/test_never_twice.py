"""Over any run of faults, restarts and clicks: never more posts than a person consented to, and
no text is ever lost.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.drafts.extras import Extras
from app.errors import UserError
from app.posting.answers import Refused
from app.posting.content import contents
from app.posting.outbox import Entry, Outbox, State
from app.posting.x_client import XClient
from tests.helpers.person import Person
from tests.helpers.x_faults import (
    CUT,
    NOT_JSON,
    RESET_DONE,
    RESET_READ,
    RESET_UNREAD,
    Fault,
    says,
    waits,
)
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X

THREAD = ("One.", "Two & two.", "Three: example.org")
FAULTS = (
    None,
    CUT,
    NOT_JSON,
    RESET_DONE,
    RESET_READ,
    RESET_UNREAD,
    says(500),
    says(503, acts=True),
    says(401),
    says(402),
    says(403, "You are not permitted to perform this action."),
    says(403, "You are not allowed to create a Tweet with duplicate content."),
    says(429),
    waits(90),
)


class PowerCutError(BaseException):
    """The machine stops here: nothing of Twite's runs any more."""


@contextmanager
def power_cut(behind: bool) -> Iterator[None]:
    """The next post is sent, or nearly sent, and its answer never comes to be written down."""
    real: Callable[..., object] = XClient.create_post

    async def cut(self: XClient, *given: object) -> str:
        if behind:
            with suppress(UserError):
                await real(self, *given)
        raise PowerCutError

    XClient.create_post = cut
    try:
        yield
    finally:
        XClient.create_post = real


class Posting(RuleBasedStateMachine):
    """A person with a thread, and an X that fails on order."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = ExitStack()
        self.folder = Path(tempfile.mkdtemp())
        self.x = self.opened.enter_context(X())
        self.person = Person(self.folder, self.x, self.x.add_user("mill"), self.opened)
        self.x.take_duplicates()  # Twite's own care is on trial, not X's
        self.id = self.person.writes(*THREAD)
        self.consents = dict.fromkeys(THREAD, 0)
        self.misled = dict.fromkeys(THREAD, 0)

    @rule(faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=4))
    def x_will_fail(self, faults: list[Fault | None]) -> None:
        self.x.next(Kind.POST, *faults)

    @rule(fault=st.sampled_from([says(503), RESET_READ, CUT, says(401), waits(None)]))
    def the_timeline_will_fail(self, fault: Fault) -> None:
        self.x.next(Kind.TIMELINE, fault)

    @rule(fault=st.sampled_from([RESET_DONE, CUT, says(503, acts=True)]))
    def x_will_take_it_and_then_fall_silent(self, fault: Fault) -> None:
        self.x.next(Kind.POST, fault)
        self.x.next(Kind.TIMELINE, says(503))

    @rule(fault=st.sampled_from([RESET_DONE, RESET_READ, says(503)]))
    def a_renewal_will_fail(self, fault: Fault) -> None:
        self.x.next(Kind.TOKEN, fault)

    @rule()
    def click(self) -> None:
        self._click()

    @rule(behind=st.booleans())
    def click_and_the_power_is_cut(self, behind: bool) -> None:
        with power_cut(behind), suppress(PowerCutError):
            self._click()

    @rule()
    def click_offline(self) -> None:
        with self.x.offline():
            self._click()

    @rule()
    def restart(self) -> None:
        asyncio.run(self.person.poster.recover())

    @precondition(lambda self: self._unknown())
    @rule()
    def look_again(self) -> None:
        for entry in self._unknown():
            with suppress(Refused):
                asyncio.run(self.person.poster.check(entry, self.person.account))

    @precondition(lambda self: self._unknown())
    @rule(answers_rightly=st.booleans())
    def the_person_answers(self, answers_rightly: bool) -> None:
        """Whoever says that a post is not up, though it is, consents to a second one."""
        for entry in self._unknown():
            is_up = (entry.content.text in self.person.live) == answers_rightly
            self.misled[entry.content.text] += not answers_rightly and not is_up
            asyncio.run(self.person.poster.resolve(entry, is_up=is_up))

    @invariant()
    def never_more_posts_than_consents(self) -> None:
        for text in THREAD:
            assert self.person.live.count(text) <= self.consents[text]
            assert self.person.live.count(text) <= 1 + self.misled[text]

    @invariant()
    def no_text_is_lost(self) -> None:
        assert self.person.draft(self.id).posts == THREAD

    @invariant()
    def what_is_called_posted_is_up(self) -> None:
        for entry in self.person.entries(self.id):
            if entry.state is State.POSTED and entry.post_id:
                assert entry.post_id in {post.id for post in self.x.posts}

    def _click(self) -> None:
        """The person consents to every post of the thread that is not yet on X for them."""
        done = sum(entry.state is State.POSTED for entry in self.person.entries(self.id))
        for text in THREAD[done:]:
            self.consents[text] += 1
        poster, texts = self.person.poster, contents(THREAD, Extras())
        with suppress(UserError):
            asyncio.run(poster.post(self.id, self.person.account, texts))

    def _unknown(self) -> tuple[Entry, ...]:
        lane = self.person.lane
        return lane.call(lambda store: Outbox(store.database).unknowns()).result()

    def teardown(self) -> None:
        self.opened.close()
        shutil.rmtree(self.folder)


TestPosting = Posting.TestCase
TestPosting.settings = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
