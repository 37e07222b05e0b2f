"""The post button: what is on screen goes to X, once, and the window tells how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.compose.brief import SAMPLE_NOTES
from app.drafts.draft import Folder
from app.places import Places
from app.posting.accounts import Accounts
from app.posting.outbox import Outbox, State
from tests.helpers.window import button, editors, label
from tests.helpers.x_account import account_of, sign_in
from tests.helpers.x_faults import RESET_DONE, RESET_READ, Gate, late, says, waits
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X
from ui.application import Twite
from ui.composer.post_question import PostQuestion
from ui.shortcuts import Name

LONGEST_MS = 15_000


@pytest.fixture
def x(monkeypatch: pytest.MonkeyPatch) -> Iterator[X]:
    with X() as x:
        monkeypatch.setenv("TWITE_X_API_URL", x.endpoints.api)
        monkeypatch.setenv("TWITE_X_AUTHORIZE_URL", x.endpoints.authorize)
        monkeypatch.setattr("keyring.backend.get_all_keyring", list)
        yield x


@pytest.fixture
def open_signed_in(
    x: X, open_window: Callable[[], Twite], places: Places, in_store, qtbot: QtBot
) -> Callable[[str], Twite]:
    """Opens a window with an account of this subscription, and nothing in its post."""

    def open_it(subscription: str) -> Twite:
        user = x.add_user("mill", subscription)
        in_store(lambda store: Accounts(store.database).keep(account_of(x, user)))
        twite = open_window()
        account = sign_in(x, user, twite.accounts.vault(), places.locks_folder)
        twite.assistant.set_notes("")
        qtbot.waitUntil(lambda: twite.accounts.current == account)
        return twite

    return open_it


@pytest.fixture
def signed_in(open_signed_in: Callable[[str], Twite]) -> Twite:
    return open_signed_in("None")


@pytest.fixture
def says_in_time(qtbot: QtBot) -> Callable[[Twite, str], None]:
    """Waits until the window says something that begins like this."""

    def wait(twite: Twite, beginning: str) -> None:
        qtbot.waitUntil(lambda: question(twite).sentence.startswith(beginning), timeout=LONGEST_MS)

    return wait


Wait = Callable[[Twite, str], None]


def question(twite: Twite) -> PostQuestion:
    return twite.composer.question


def post(twite: Twite, *texts: str) -> None:
    """Write a thread and click."""
    for place, text in enumerate(texts):
        if place:
            twite.composer.add_post()
        editors(twite)[place].replace_text(text)
    twite.actions[Name.POST].trigger()


def test_one_click_posts_exactly_what_is_on_screen(
    signed_in: Twite, x: X, says_in_time: Wait
) -> None:
    post(signed_in, "The vote is on 3 February 🙂 & public.")
    says_in_time(signed_in, "It is live.")
    assert [made.text for made in x.posts] == ["The vote is on 3 February 🙂 & public."]


def test_a_thread_goes_out_whole(signed_in: Twite, x: X, says_in_time: Wait) -> None:
    post(signed_in, "One.", "Two.", "Three.")
    says_in_time(signed_in, "All 3 are live.")
    assert [made.text for made in x.posts] == ["One.", "Two.", "Three."]


def test_a_posted_draft_lies_with_the_posted_ones_and_stays_in_sight(
    signed_in: Twite, says_in_time: Wait, qtbot: QtBot, in_store
) -> None:
    post(signed_in, "One.")
    says_in_time(signed_in, "It is live.")
    qtbot.waitUntil(lambda: label(signed_in.composer, "place").text() == "Posted")
    assert editors(signed_in)[0].text() == "One."
    assert in_store(lambda store: store.get(signed_in.desk.draft_id).folder) is Folder.POSTED


def test_the_bar_tells_the_price_before_the_click(signed_in: Twite) -> None:
    editors(signed_in)[0].replace_text("Read example.org.")
    assert label(signed_in.composer, "barPrice").text() == "API $0.20 · browser free"


def test_without_an_account_nothing_is_sent_and_both_ways_are_offered(
    x: X, open_window: Callable[[], Twite]
) -> None:
    twite = open_window()
    post(twite, "One.")
    assert question(twite).sentence.startswith("No account is signed in.")
    assert button(question(twite), "Open in the browser").isVisible()
    assert x.requests == []


def test_a_claim_to_confirm_takes_a_second_choice(
    signed_in: Twite, x: X, qtbot: QtBot, says_in_time: Wait
) -> None:
    signed_in.assistant.set_notes(SAMPLE_NOTES)
    QTest.keyClicks(editors(signed_in)[0], "Some 1,200 riders use it.")
    qtbot.waitUntil(lambda: bool(editors(signed_in)[0].pending))
    signed_in.actions[Name.POST].trigger()
    assert x.posts == []
    button(question(signed_in), "Post all the same").click()
    says_in_time(signed_in, "It is live.")


def test_a_post_that_waits_can_be_taken_back(signed_in: Twite, x: X, says_in_time: Wait) -> None:
    signed_in.posting.delay = 30
    post(signed_in, "One.")
    says_in_time(signed_in, "Posting as @mill in")
    button(question(signed_in), "Cancel").click()
    assert question(signed_in).sentence == "Nothing was sent."
    assert x.requests == []


def test_a_post_that_waits_can_be_sent_at_once(signed_in: Twite, x: X, says_in_time: Wait) -> None:
    signed_in.posting.delay = 30
    post(signed_in, "One.")
    says_in_time(signed_in, "Posting as @mill in")
    button(question(signed_in), "Post now").click()
    says_in_time(signed_in, "It is live.")
    assert len(x.posts) == 1


def test_who_goes_on_writing_sends_nothing(signed_in: Twite, x: X, says_in_time: Wait) -> None:
    signed_in.posting.delay = 30
    post(signed_in, "One.")
    says_in_time(signed_in, "Posting as @mill in")
    QTest.keyClicks(editors(signed_in)[0], "!")
    assert question(signed_in).sentence.startswith("You went on writing")
    assert x.requests == []


def test_another_draft_on_screen_takes_back_what_waits(
    signed_in: Twite, x: X, says_in_time: Wait, qtbot: QtBot
) -> None:
    signed_in.posting.delay = 30
    post(signed_in, "One.")
    says_in_time(signed_in, "Posting as @mill in")
    signed_in.actions[Name.NEW_DRAFT].trigger()
    qtbot.waitUntil(lambda: editors(signed_in)[0].text() == "")
    assert question(signed_in).sentence == ""
    assert x.requests == []


def test_where_x_refuses_the_sentence_says_why_and_the_text_stays(
    signed_in: Twite, x: X, says_in_time: Wait
) -> None:
    x.next(Kind.POST, says(403, "Your account is suspended."))
    post(signed_in, "One.")
    says_in_time(signed_in, 'X does not permit this post, and says: "Your account is suspended"')
    assert editors(signed_in)[0].text() == "One."


def test_out_of_credits_the_browser_is_offered(signed_in: Twite, x: X, says_in_time: Wait) -> None:
    x.next(Kind.POST, says(402))
    post(signed_in, "One.")
    says_in_time(signed_in, "Your app at X has run out of credits.")
    assert button(question(signed_in), "Open in the browser").isVisible()


def test_a_limit_is_a_countdown_and_sends_nothing_at_its_end(
    signed_in: Twite, x: X, says_in_time: Wait
) -> None:
    x.next(Kind.POST, waits(3))
    post(signed_in, "One.")
    says_in_time(signed_in, "X asks to wait before the next post: 0:0")
    says_in_time(signed_in, "X takes posts again.")
    assert x.posts == []


def test_a_broken_thread_says_how_much_is_live_and_goes_on(
    signed_in: Twite, x: X, says_in_time: Wait
) -> None:
    x.next(Kind.POST, None, says(422))
    post(signed_in, "One.", "Two.", "Three.")
    says_in_time(signed_in, "1 of 3 are live.")
    button(question(signed_in), "Try again").click()
    says_in_time(signed_in, "All 3 are live.")
    assert [made.text for made in x.posts] == ["One.", "Two.", "Three."]


def test_what_x_did_not_confirm_is_asked_about(signed_in: Twite, x: X, says_in_time: Wait) -> None:
    x.next(Kind.POST, RESET_READ)
    post(signed_in, "One.")
    says_in_time(signed_in, "X did not confirm the post, so it may or may not be up.")
    button(question(signed_in), "Send again (may duplicate)").click()
    says_in_time(signed_in, "It is live.")
    assert len(x.posts) == 1


def test_another_text_than_the_one_that_was_asked_about_is_not_sent_again(
    signed_in: Twite, x: X, says_in_time: Wait
) -> None:
    x.next(Kind.POST, RESET_READ)
    post(signed_in, "One.")
    says_in_time(signed_in, "X did not confirm the post")
    button(question(signed_in), "Send again (may duplicate)").click()
    editors(signed_in)[0].replace_text("Half a thou")
    says_in_time(signed_in, "Taking a note")
    signed_in.posting.close()
    assert x.posts == []


def test_checking_again_finds_it(signed_in: Twite, x: X, says_in_time: Wait) -> None:
    x.next(Kind.POST, RESET_DONE)
    x.next(Kind.TIMELINE, says(503))
    post(signed_in, "One.")
    says_in_time(signed_in, "X did not confirm the post")
    button(question(signed_in), "Check again").click()
    says_in_time(signed_in, "It is live.")
    assert len(x.posts) == 1


def test_who_sees_it_on_x_can_say_so(signed_in: Twite, x: X, says_in_time: Wait, in_store) -> None:
    x.next(Kind.POST, RESET_READ)
    post(signed_in, "One.")
    says_in_time(signed_in, "X did not confirm the post")
    button(question(signed_in), "It is on X").click()
    says_in_time(signed_in, "It is live.")
    id = signed_in.desk.draft_id
    assert in_store(lambda store: store.get(id).folder) is Folder.POSTED


def test_a_cancelled_post_is_told_to_be_unknown(
    signed_in: Twite, x: X, says_in_time: Wait, qtbot: QtBot
) -> None:
    gate = Gate()
    x.next(Kind.POST, late(gate))
    post(signed_in, "One.")
    qtbot.waitUntil(gate.reached.is_set, timeout=LONGEST_MS)
    button(question(signed_in), "Cancel").click()
    says_in_time(signed_in, "X did not confirm the post")
    gate.set()


def test_the_status_line_says_when_something_goes_to_x(
    signed_in: Twite, x: X, says_in_time: Wait, qtbot: QtBot
) -> None:
    def told(words: str) -> bool:
        return any(one.text() == words for one in signed_in.window.findChildren(QLabel))

    assert told("Offline: nothing leaves this computer")
    gate = Gate()
    x.next(Kind.POST, late(gate))
    post(signed_in, "One.")
    qtbot.waitUntil(lambda: told("Talking to X, as you asked"), timeout=LONGEST_MS)
    gate.set()
    says_in_time(signed_in, "It is live.")
    qtbot.waitUntil(lambda: told("Offline: nothing leaves this computer"))


def test_closing_while_a_post_is_on_its_way_leaves_it_unknown(
    signed_in: Twite, x: X, qtbot: QtBot, in_store
) -> None:
    gate = Gate()
    x.next(Kind.POST, late(gate))
    post(signed_in, "One.")
    qtbot.waitUntil(gate.reached.is_set, timeout=LONGEST_MS)
    id = signed_in.desk.draft_id
    signed_in.close()
    gate.set()
    [entry] = in_store(lambda store: Outbox(store.database).of_draft(id))
    assert entry.state is State.UNKNOWN


def test_a_post_that_an_ended_run_left_is_asked_about_at_the_next_start(
    signed_in: Twite, x: X, open_window: Callable[[], Twite], qtbot: QtBot, says_in_time: Wait
) -> None:
    gate = Gate()
    x.next(Kind.POST, late(gate))
    post(signed_in, "One.")
    qtbot.waitUntil(gate.reached.is_set, timeout=LONGEST_MS)
    signed_in.close()
    gate.set()
    again = open_window()
    says_in_time(again, "X did not confirm the post")


def test_what_is_live_can_be_taken_down_after_a_question(
    signed_in: Twite, x: X, says_in_time: Wait, qtbot: QtBot
) -> None:
    post(signed_in, "One.")
    says_in_time(signed_in, "It is live.")
    button(question(signed_in), "Delete from X").click()
    says_in_time(signed_in, "Delete this post from X?")
    assert len(x.posts) == 1
    button(question(signed_in), "Delete from X").click()
    qtbot.waitUntil(lambda: x.posts == [], timeout=LONGEST_MS)
    qtbot.waitUntil(lambda: label(signed_in.composer, "place").isHidden())


def test_the_link_leads_to_the_post(
    signed_in: Twite, x: X, says_in_time: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: bool(opened.append(url.toString())) or True
    )
    post(signed_in, "One.")
    says_in_time(signed_in, "It is live.")
    button(question(signed_in), "See it on X").click()
    assert opened == [f"https://x.com/mill/status/{x.posts[0].id}"]


def test_the_same_text_is_not_offered_to_x_twice(
    signed_in: Twite, x: X, says_in_time: Wait, qtbot: QtBot
) -> None:
    post(signed_in, "One.")
    says_in_time(signed_in, "It is live.")
    signed_in.actions[Name.NEW_DRAFT].trigger()
    qtbot.waitUntil(lambda: editors(signed_in)[0].text() == "")
    qtbot.waitUntil(lambda: "One." in signed_in.posting.recent)
    post(signed_in, "One.")
    assert "same text already" in question(signed_in).sentence
    assert len(x.posts) == 1


def test_a_paying_account_changes_a_post_that_is_live(
    open_signed_in: Callable[[str], Twite], x: X, says_in_time: Wait, qtbot: QtBot
) -> None:
    twite = open_signed_in("Premium")
    post(twite, "One.")
    says_in_time(twite, "It is live.")
    editors(twite)[0].replace_text("Two.")
    button(question(twite), "Change it on X").click()
    qtbot.waitUntil(lambda: len(x.posts) == 2, timeout=LONGEST_MS)
    says_in_time(twite, "It is live.")
    assert x.posts[1].edits == x.posts[0].id


def test_other_accounts_are_not_offered_a_change(signed_in: Twite, says_in_time: Wait) -> None:
    post(signed_in, "One.")
    says_in_time(signed_in, "It is live.")
    offered = [one.text() for one in question(signed_in).findChildren(QPushButton)]
    assert "Change it on X" not in offered
