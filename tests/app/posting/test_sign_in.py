"""Signing in at the loopback X, with a browser that comes back, or somebody else who does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import UserError
from app.posting import sign_in as sign_in_module
from app.posting.answers import Refusal, Refused
from app.posting.callback import PORTS
from app.posting.sign_in import SCOPES, Granted, sign_in
from tests.helpers.x_faults import CUT, NOT_JSON, RESET_DONE, Fault, late, says
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X
from tests.helpers.x_wire import Answer

SECONDS = 20.0
CLOSING = "You can close this page and go back to Twite."


class Browser:
    """Opens X's page, where the person consents or denies.

    Attributes:
        address: what it was asked to open.
        page: what it shows in the end.
    """

    def __init__(self, choose: Callable[[str], Future[Answer]]) -> None:
        self.address = ""
        self._choose = choose

    def __call__(self, address: str) -> bool:
        self.address = address
        self.page = self._choose(address)
        return True

    @property
    def said(self) -> str:
        return self.page.result(SECONDS).body.decode()


class Stranger(Browser):
    """A browser that comes behind somebody else, who sends this request.

    Attributes:
        answer: what the stranger got, whole.
    """

    def __init__(self, x: X, request: str) -> None:
        super().__init__(x.approve)
        self._request = request
        self.answer = ""

    def __call__(self, address: str) -> bool:
        port = port_of(address)
        request = self._request.format(state=state_of(address), port=port)
        with (
            suppress(ConnectionError),
            socket.create_connection(("127.0.0.1", port), SECONDS) as connection,
        ):
            connection.sendall(request.encode())
            self.answer = everything(connection)
        return super().__call__(address)


class Gate(Event):
    """A gate for `late` that tells when X stands at it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout or SECONDS)


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> tuple[int, ...]:
    """Three that no other program on this machine is using, in the place of the fixed ones."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in PORTS]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        free = tuple(one.getsockname()[1] for one in sockets)
    monkeypatch.setattr(sign_in_module, "PORTS", free)
    return free


@pytest.fixture
def x(ports: tuple[int, ...]) -> Iterator[X]:
    with X(ports) as x:
        x.add_user("anna")
        yield x


def signed_in(x: X, browser: Callable[[str], bool], patience_s: float = SECONDS) -> Granted:
    return asyncio.run(sign_in(x.sign_ins.client_id, x.endpoints, browser, patience_s))


def refusal(x: X, browser: Callable[[str], bool], patience_s: float = SECONDS) -> Refused:
    with pytest.raises(Refused) as caught:
        signed_in(x, browser, patience_s)
    return caught.value


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def state_of(address: str) -> str:
    return query(address)["state"]


def port_of(address: str) -> int:
    return urlsplit(query(address)["redirect_uri"]).port or 0


def everything(connection: socket.socket) -> str:
    return b"".join(iter(lambda: connection.recv(4096), b"")).decode()


def nobody(_address: str) -> bool:
    """A browser in front of which nobody sits."""
    return True


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), SECONDS).close()
    except ConnectionRefusedError:
        return False
    return True


def taken(ports: tuple[int, ...], stack: ExitStack) -> None:
    """Hold these ports as another program would."""
    for port in ports:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()


def test_a_sign_in_brings_tokens_that_x_takes(x: X) -> None:
    granted = signed_in(x, Browser(x.approve))
    issued = x.tokens[-1]
    assert (granted.access, granted.refresh) == (issued.access, issued.refresh)
    assert abs(granted.expires - issued.until).total_seconds() < 5


def test_it_asks_for_what_posting_needs_and_no_more(x: X) -> None:
    signed_in(x, Browser(x.approve))
    assert x.tokens[-1].scopes == tuple(SCOPES.split())


def test_the_browser_says_that_it_is_done(x: X) -> None:
    signed_in(x, browser := Browser(x.approve))
    assert f"You are signed in. {CLOSING}" in browser.said


def test_state_and_challenge_are_new_each_time(x: X) -> None:
    browsers = [Browser(x.approve), Browser(x.approve)]
    for browser in browsers:
        signed_in(x, browser)
    first, second = (query(browser.address) for browser in browsers)
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]
    assert first["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    ("line", "host", "status"),
    [
        ("GET /favicon.ico", "127.0.0.1:{port}", 404),
        ("GET /?code=1&state={state}", "127.0.0.1:{port}", 404),
        ("POST /callback?code=1&state={state}", "127.0.0.1:{port}", 404),
        ("", "127.0.0.1:{port}", 404),
        ("GET /callback?code=1&state=guess", "127.0.0.1:{port}", 400),
        ("GET /callback?code=1", "127.0.0.1:{port}", 400),
        ("GET /callback?code=1&state={state}&state={state}", "127.0.0.1:{port}", 400),
        ("GET /callback?error=access_denied&state=guess", "127.0.0.1:{port}", 400),
        ("GET /callback?code=1&state={state}", "evil.example", 400),
        ("GET /callback?code=1&state={state}", "localhost:{port}", 400),
        ("GET /callback?code=1&state={state}", "127.0.0.1:{port}\r\nHost: evil.example", 400),
    ],
)
def test_what_is_not_the_callback_is_refused_and_the_waiting_goes_on(
    x: X, line: str, host: str, status: int
) -> None:
    stranger = Stranger(x, f"{line} HTTP/1.1\r\nHost: {host}\r\n\r\n")
    assert signed_in(x, stranger)
    assert stranger.answer.startswith(f"HTTP/1.1 {status} ")
    assert "Twite is not waiting for this." in stranger.answer


def test_a_request_without_end_is_dropped_and_the_waiting_goes_on(x: X) -> None:
    stranger = Stranger(x, "GET /callback HTTP/1.1\r\n" + "Cookie: a\r\n" * 20_000)
    assert signed_in(x, stranger, patience_s=SECONDS / 4)
    assert stranger.answer == ""


def test_a_connection_that_says_nothing_holds_nobody_up(x: X) -> None:
    with ExitStack() as stack:

        def waiting(address: str) -> bool:
            silent = socket.create_connection(("127.0.0.1", port_of(address)), SECONDS)
            stack.enter_context(silent)
            return browser(address)

        browser = Browser(x.approve)
        assert signed_in(x, waiting, patience_s=5)


def test_the_callback_is_the_last_that_is_listened_to(x: X) -> None:
    async def main() -> bool:
        signing_in = asyncio.create_task(sign_in(x.sign_ins.client_id, x.endpoints, browser))
        assert await asyncio.to_thread(gate.reached.wait, SECONDS)
        listens = is_listening(port_of(browser.address))
        gate.set()
        await signing_in
        return listens

    browser, gate = Browser(x.approve), Gate()
    x.next(Kind.TOKEN, late(gate))
    assert not asyncio.run(main())


def test_a_second_callback_on_a_connection_that_was_open_is_refused(x: X) -> None:
    async def main() -> str:
        signing_in = asyncio.create_task(sign_in(x.sign_ins.client_id, x.endpoints, open_both))
        assert await asyncio.to_thread(gate.reached.wait, SECONDS)
        state, port = state_of(browser.address), port_of(browser.address)
        again = f"GET /callback?code=other&state={state} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        opened[0].sendall(again.encode())
        answer = await asyncio.to_thread(everything, opened[0])
        gate.set()
        await signing_in
        return answer

    def open_both(address: str) -> bool:
        opened.append(socket.create_connection(("127.0.0.1", port_of(address)), SECONDS))
        return browser(address)

    opened: list[socket.socket] = []
    browser, gate = Browser(x.approve), Gate()
    x.next(Kind.TOKEN, late(gate))
    assert asyncio.run(main()).startswith("HTTP/1.1 410 ")
    opened[0].close()


def test_where_the_person_says_no_that_ends_it(x: X) -> None:
    refused = refusal(x, browser := Browser(x.deny))
    assert refused.kind is Refusal.SIGN_IN
    assert refused.what_happened == "You did not let Twite in."
    assert f"You did not let Twite in. {CLOSING}" in browser.said


def test_where_nobody_answers_in_time_that_ends_it(x: X) -> None:
    refused = refusal(x, nobody, patience_s=0.05)
    assert refused.kind is Refusal.SIGN_IN
    assert "in time" in refused.what_happened


def test_nothing_listens_behind_a_time_out(x: X, ports: tuple[int, ...]) -> None:
    refusal(x, nobody, patience_s=0.05)
    assert not any(map(is_listening, ports))


def test_cancelled_it_ends_at_once_and_nothing_listens_any_more(
    x: X, ports: tuple[int, ...]
) -> None:
    async def main() -> None:
        signing_in = asyncio.create_task(sign_in(x.sign_ins.client_id, x.endpoints, browser))
        assert await asyncio.to_thread(opened.wait, SECONDS)
        signing_in.cancel()
        with pytest.raises(asyncio.CancelledError):
            await signing_in

    def browser(_address: str) -> bool:
        opened.set()
        return True

    opened = Event()
    asyncio.run(main())
    assert not any(map(is_listening, ports))


@pytest.mark.parametrize("turns", range(8))
def test_who_calls_just_as_the_listening_ends_is_hung_up_on(x: X, turns: int) -> None:
    async def main() -> bytes:
        signing_in = asyncio.create_task(sign_in(x.sign_ins.client_id, x.endpoints, browser))
        while not opened:
            await asyncio.sleep(0)
        with socket.create_connection(("127.0.0.1", port_of(opened[0])), SECONDS) as caller:
            for _ in range(turns):
                await asyncio.sleep(0)
            signing_in.cancel()
            await asyncio.wait({signing_in})
            with suppress(ConnectionError):
                return await asyncio.to_thread(caller.recv, 1)
        return b""

    def browser(address: str) -> bool:
        opened.append(address)
        return True

    opened: list[str] = []
    assert asyncio.run(main()) == b""


def test_where_a_port_is_taken_the_next_one_serves(x: X, ports: tuple[int, ...]) -> None:
    with ExitStack() as stack:
        taken(ports[:2], stack)
        signed_in(x, browser := Browser(x.approve))
    assert port_of(browser.address) == ports[2]


def test_where_all_ports_are_taken_that_is_told_in_a_sentence(x: X, ports: tuple[int, ...]) -> None:
    with ExitStack() as stack:
        taken(ports, stack)
        with pytest.raises(UserError, match=f"Other programs use all of the ports {ports[0]}"):
            signed_in(x, nobody)


def test_where_no_browser_opens_the_address_is_told(x: X) -> None:
    addresses: list[str] = []

    def broken(address: str) -> bool:
        addresses.append(address)
        return False

    with pytest.raises(UserError) as caught:
        signed_in(x, broken)
    assert addresses[0] in caught.value.what_to_do


@pytest.mark.parametrize("fault", [says(400), says(401)])
def test_a_code_that_x_refuses_ends_it_and_the_browser_says_so(x: X, fault: Fault) -> None:
    x.next(Kind.TOKEN, fault)
    refused = refusal(x, browser := Browser(x.approve))
    assert refused.kind is Refusal.SIGN_IN
    assert "X did not accept the sign-in." in browser.said


@pytest.mark.parametrize("fault", [RESET_DONE, CUT, NOT_JSON, says(503)])
def test_a_code_whose_answer_breaks_is_not_tried_again(x: X, fault: Fault) -> None:
    x.next(Kind.TOKEN, fault)
    assert refusal(x, Browser(x.approve)).kind is Refusal.OFFLINE
    assert sum(seen.path == "/2/oauth2/token" for seen in x.requests) == 1


def test_the_three_ports_are_none_that_a_system_hands_out_by_itself() -> None:
    assert len(set(PORTS)) == 3
    assert all(1024 <= port < 32_768 for port in PORTS)
