"""`twite post` through X's API: who is asked before, and where it is sent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.drafts.extras import Extras, Medium, Poll, PostExtras
from tests.helpers.command_line import PNG, Desk

NOTHING_SENT = "Nothing was sent"


def test_without_yes_and_without_a_terminal_nothing_is_sent(desk: Desk) -> None:
    desk.signs_in()
    done = desk.twite("post", desk.writes("One."), text="y\n")
    assert (done.returncode, done.stdout, desk.x.requests) == (1, "", [])
    assert done.stderr == f"{NOTHING_SENT}, because nobody was asked. Add --yes to post.\n"


def test_where_standard_input_came_closed_nobody_was_asked(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("One.")
    command = ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "-m", "ui.launch", "post", id]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=desk.environment, check=False
    )
    assert (done.returncode, desk.x.requests) == (1, [])
    assert done.stderr.startswith(NOTHING_SENT)


@pytest.mark.parametrize("typed", ["n\n", "\n", "\x04", "yess\n", "ja\n"])
def test_who_does_not_say_yes_sends_nothing(desk: Desk, typed: str) -> None:
    desk.signs_in()
    done = desk.at_a_terminal("post", desk.writes("One."), typed=typed)
    assert (done.returncode, desk.x.requests) == (1, [])
    assert NOTHING_SENT in done.stderr


def test_who_says_yes_has_seen_text_account_and_price(desk: Desk) -> None:
    desk.signs_in()
    done = desk.at_a_terminal("post", desk.writes("Café.\n\nAt 7."), typed="y\n")
    assert (done.returncode, desk.live) == (0, ["Café.\n\nAt 7."])
    assert done.stderr == "Café.\n\nAt 7.\n\nPost this as @anna for $0.015? [y/N] "
    assert done.stdout == f"https://x.com/anna/status/{desk.x.posts[0].id}\n"


def test_what_goes_out_with_the_text_is_shown_too(desk: Desk, tmp_path: Path) -> None:
    desk.signs_in()
    image = tmp_path / "a.png"
    image.write_bytes(PNG)
    carried = (
        PostExtras((Medium(str(image), "A bike."), Medium(str(image)))),
        PostExtras(poll=Poll(("Yes", "No"), 60)),
    )
    id = desk.writes("Look.", "Well?", extras=Extras(carried))
    said = desk.at_a_terminal("post", id, typed="n\n").stderr
    assert f"Look.\n[{image}: A bike.]\n[{image}: no alt text]\n" in said
    assert "Well?\n[poll of 60 minutes: Yes / No]\n" in said


def test_what_a_terminal_would_hide_is_written_out(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("Hidden.\r\x1b[2KShown.")
    assert "Hidden.\\x0d\\x1b[2KShown.\n" in desk.at_a_terminal("post", id, typed="n\n").stderr


def test_json_is_alone_on_standard_output_where_somebody_is_asked(desk: Desk) -> None:
    desk.signs_in()
    done = desk.at_a_terminal("post", desk.writes("One."), "--json", typed="yes\n")
    assert json.loads(done.stdout)["state"] == "posted"


def test_an_unconfirmed_claim_stops_a_post_that_nobody_sees(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    done = desk.post(id)
    assert (done.returncode, desk.x.requests) == (1, [])
    assert "number '40 bikes'" in done.stderr
    assert NOTHING_SENT in done.stderr
    assert desk.post(id, "--unconfirmed").returncode == 0
    assert desk.live == ["We have 40 bikes."]


def test_unconfirmed_alone_asks_all_the_same(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    assert desk.twite("post", id, "--unconfirmed").returncode == 1
    assert desk.x.requests == []


@pytest.mark.parametrize(("typed", "live"), [("y\nn\n", 0), ("n\ny\n", 0), ("y\ny\n", 1)])
def test_an_unconfirmed_claim_takes_a_second_yes(desk: Desk, typed: str, live: int) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    desk.at_a_terminal("post", id, typed=typed)
    assert len(desk.live) == live


def test_a_confirmed_claim_stops_nothing(desk: Desk) -> None:
    desk.signs_in()
    id = desk.writes("We have 40 bikes.", notes="We have bikes.")
    with desk.store() as store:
        store.confirm(id, "number: 40 bikes")
    assert desk.post(id).returncode == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:{port}",
        "http://192.0.2.1:{port}",
        "http://user:word@127.0.0.1:{port}",
        "http://127.0.0.1@localhost:{port}",
        "ftp://127.0.0.1:{port}",
        "127.0.0.1:{port}",
        "",
    ],
)
def test_an_address_that_is_neither_https_nor_here_gets_nothing(desk: Desk, address: str) -> None:
    desk.signs_in()
    port = urlsplit(desk.x.endpoints.api).port
    done = desk.post(desk.writes("One."), TWITE_X_API_URL=address.format(port=port))
    assert (done.returncode, desk.x.requests) == (1, [])
    assert done.stderr == (
        "TWITE_X_API_URL names an address that is neither https nor on this machine. "
        "Nothing was sent: correct it or unset it.\n"
    )


def test_an_address_with_https_is_taken_and_no_secret_is_sent_in_the_clear(desk: Desk) -> None:
    desk.signs_in()
    port = urlsplit(desk.x.endpoints.api).port
    done = desk.post(desk.writes("One."), TWITE_X_API_URL=f"https://127.0.0.1:{port}")
    assert (done.returncode, desk.x.requests) == (3, [])


def test_the_browser_is_a_door_where_an_account_is_signed_in_too(desk: Desk, browser: Path) -> None:
    desk.signs_in()
    done = desk.twite("post", desk.writes("One."), "--door", "browser", "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode, found["door"], desk.x.requests) == (0, "browser", [])
    assert browser.read_text("utf-8").splitlines() == [found["url"]]
