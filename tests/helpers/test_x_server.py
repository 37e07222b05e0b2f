"""The loopback X counts requests as X does, and breaks where a test orders it to."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx2
import pytest

from tests.helpers.x_client import TWEETS, post, post_id
from tests.helpers.x_faults import (
    CUT,
    NOT_JSON,
    RESET_DONE,
    RESET_READ,
    RESET_UNREAD,
    Fault,
    Gate,
    late,
    redirects,
    says,
    waits,
)
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X
from tests.helpers.x_wire import CASHTAGS, CREDITS, DUPLICATE, EXPIRED, Form


def test_every_answer_counts_down_by_x_s_clock(x: X, client: httpx2.Client) -> None:
    x.clock_off = timedelta(minutes=-7)
    x.limits.most[Kind.POST] = 2
    answers = [post(client, text) for text in ("One.", "Two.", "Three.")]
    assert [a.status_code for a in answers] == [201, 201, 429]
    assert [a.headers["x-rate-limit-remaining"] for a in answers] == ["1", "0", "0"]
    date = parsedate_to_datetime(answers[0].headers["Date"])
    assert abs(date - x.now()) < timedelta(seconds=2)
    reset = int(answers[2].headers["x-rate-limit-reset"])
    assert 890 < reset - x.now().timestamp() <= 900
    x.clock_off += timedelta(minutes=15)
    assert post(client, "Three.").status_code == 201


@pytest.mark.parametrize(
    ("fault", "posts", "requests"),
    [(RESET_UNREAD, 0, 0), (RESET_READ, 0, 1), (RESET_DONE, 1, 1), (CUT, 1, 1)],
)
def test_a_connection_breaks_where_it_was_ordered_to(
    x: X, client: httpx2.Client, fault: Fault, posts: int, requests: int
) -> None:
    x.next(Kind.POST, fault)
    with pytest.raises(httpx2.TransportError):
        post(client)
    assert (len(x.posts), len(x.requests)) == (posts, requests)
    assert post(client, "Afterwards.").status_code == 201


def test_a_reset_is_one_and_no_orderly_end(x: X) -> None:
    x.next(Kind.POST, RESET_READ)
    with connection(x) as plain:
        plain.sendall(b"POST /2/tweets HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            plain.recv(1)


@pytest.mark.parametrize("acts_late", [False, True])
def test_a_late_answer_waits_for_its_event(x: X, client: httpx2.Client, acts_late: bool) -> None:
    gate = Gate()
    x.next(Kind.POST, late(gate, acts_late))
    with ThreadPoolExecutor() as meanwhile:
        answer = meanwhile.submit(post, client, "Late.")
        assert gate.reached.wait(5)
        assert not answer.done()
        assert len(x.posts) == (not acts_late)
        gate.set()
    assert answer.result().status_code == 201


def test_leaving_lets_a_late_answer_go() -> None:
    gate = Gate()
    with ThreadPoolExecutor() as meanwhile:
        with X() as x:
            x.next(Kind.POST, late(gate))
            access, _ = x.sign_in_directly(x.add_user("person"))
            bearer = {"Authorization": f"Bearer {access}"}
            url = x.endpoints.api + TWEETS
            meanwhile.submit(httpx2.post, url, json={"text": "Late."}, headers=bearer)
            assert gate.reached.wait(5)
        assert gate.is_set()


def test_the_kth_post_of_a_thread_fails(x: X, client: httpx2.Client) -> None:
    x.next(Kind.POST, None, None, says(500))
    texts = ("One.", "Two.", "Three.", "Four.")
    assert [post(client, text).status_code for text in texts] == [201, 201, 500, 201]
    assert [p.text for p in x.posts] == ["One.", "Two.", "Four."]


def test_a_503_can_hide_a_success(x: X, client: httpx2.Client) -> None:
    x.next(Kind.POST, says(503, acts=True))
    assert post(client).status_code == 503
    assert len(x.posts) == 1


@pytest.mark.parametrize("form", ["problem", "code", "errors"])
@pytest.mark.parametrize("refusal", [EXPIRED, CREDITS, DUPLICATE, CASHTAGS])
def test_a_refusal_comes_in_three_forms(
    x: X, client: httpx2.Client, refusal: tuple[int, str], form: Form
) -> None:
    x.next(Kind.POST, says(*refusal, form=form))
    answer = post(client)
    found = answer.json()
    said = {
        "problem": lambda: found["detail"],
        "code": lambda: found["message"],
        "errors": lambda: found["errors"][0]["message"],
    }[form]()
    assert (answer.status_code, said) == refusal
    assert not x.posts


def test_a_429_comes_with_and_without_a_reset(x: X, client: httpx2.Client) -> None:
    x.next(Kind.POST, waits(30), waits(None))
    told, silent = post(client), post(client)
    assert [told.status_code, silent.status_code] == [429, 429]
    assert 28 <= int(told.headers["x-rate-limit-reset"]) - x.now().timestamp() <= 30
    assert not [name for name in silent.headers if name.startswith("x-rate-limit")]


def test_an_answer_can_be_no_json_or_lead_elsewhere(x: X, client: httpx2.Client) -> None:
    x.next(Kind.POST, NOT_JSON, redirects("http://127.0.0.1/login"))
    broken, elsewhere = post(client), post(client, "Again.")
    assert broken.status_code == 201
    with pytest.raises(json.JSONDecodeError):
        broken.json()
    assert elsewhere.is_redirect
    assert len(x.posts) == 1


def test_offline_nothing_is_there_and_afterwards_all_is_as_before(
    x: X, client: httpx2.Client
) -> None:
    post_id(client)
    with x.offline(), pytest.raises(httpx2.ConnectError):
        post(client)
    assert post(client, "Back.").status_code == 201
    assert len(x.posts) == 2


def test_what_breaks_the_server_fails_the_test() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        send_nonsense()


def send_nonsense() -> None:
    with X() as x, connection(x) as plain:
        plain.sendall(b"POST /2/tweets HTTP/1.1\r\nContent-Length: x\r\n\r\n")
        assert plain.recv(1) == b""


def connection(x: X) -> socket.socket:
    api = httpx2.URL(x.endpoints.api)
    return socket.create_connection((api.host, api.port or 0))
