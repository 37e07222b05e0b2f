"""X on the loopback interface: a real HTTP server with X's rules, and faults on order.

with X() as x:
    access, refresh = x.sign_in_directly(x.add_user("person"))
    x.next(Kind.POST, None, RESET_DONE)  # the second post is made, yet never confirmed
"""

from __future__ import annotations

import socket
import struct
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, RLock, Thread
from typing import Any
from urllib.parse import urlsplit

from app.posting.endpoints import Endpoints
from tests.helpers.x_faults import NONE, Fault
from tests.helpers.x_kinds import SCOPES, Kind, Limits, kind_of
from tests.helpers.x_media import Uploads
from tests.helpers.x_oauth import SignIns, User
from tests.helpers.x_rules import Posts, me
from tests.helpers.x_wire import Answer, Query, Refused, Request, error, need

_BROWSER_WAITS_S = 10
_NOBODY = User("", "")


@dataclass(frozen=True)
class Seen:
    """A request that X has read, and when by X's clock."""

    method: str
    path: str
    time: datetime


class X:
    """The server, with what a test may look at and order.

    Attributes:
        clock_off: how far X's clock is ahead of this machine's.
        person: who is signed in to X in the browser; the first user, unless set.
        posts, tokens, media, requests: all there were, in order; deleted posts are gone.
        sign_ins, uploads, limits: for what a test may want to set of theirs.
        bugs: what broke in the server itself; leaving the context raises the first.
    """

    def __init__(self, ports: tuple[int, ...] = (53801, 53802, 53803)) -> None:
        """With the ports whose redirects are registered."""
        self.clock_off = timedelta()
        self.person: User | None = None
        self.users: dict[str, User] = {}
        self.requests: list[Seen] = []
        self.bugs: list[BaseException] = []
        self._mills: list[int] = []
        self.limits = Limits(self.now)
        self.sign_ins = SignIns(self.now, ports)
        self.uploads = Uploads(self.now, self._mills.append)
        self._posts = Posts(self.now, self._mills.append, self.uploads)
        self.posts, self.media = self._posts.made, self.uploads.media
        self.tokens = self.sign_ins.tokens
        self.expire, self.four_strings = self.sign_ins.expire, self.sign_ins.four_strings
        self._faults: dict[Kind, deque[Fault]] = defaultdict(deque)
        self._held: list[Event] = []
        self._lock = RLock()
        self._browser = ThreadPoolExecutor()
        self._does = self._routes()

    def __enter__(self) -> X:
        self._start(0)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._browser.shutdown()
        if self.bugs:
            raise self.bugs[0]

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Nothing listens at X's address meanwhile."""
        self._stop()
        try:
            yield
        finally:
            self._start(self._port)

    @property
    def endpoints(self) -> Endpoints:
        address = f"http://127.0.0.1:{self._port}"
        return Endpoints(address, f"{address}/i/oauth2/authorize")

    @property
    def bill(self) -> float:
        """In dollars."""
        return sum(self._mills) / 1000

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_off

    def add_user(self, name: str, subscription: str = "None") -> User:
        user = User(str(1_000_001 + len(self.users)), name, subscription)
        self.users[user.id] = user
        self.person = self.person or user
        return user

    def sign_in_directly(self, user: User) -> tuple[str, str]:
        """An access and a refresh token, with every scope."""
        tokens = self.sign_ins.issue(user)
        return tokens.access, tokens.refresh

    def take_duplicates(self) -> None:
        """Refuse no text for having been posted already."""
        self._posts.recent = timedelta()

    def next(self, kind: str, *faults: Fault | None) -> None:
        """How the next requests of this kind fare; None is without a fault."""
        with self._lock:
            self._held += [fault.until for fault in faults if fault and fault.until]
            self._faults[Kind(kind)].extend(fault or NONE for fault in faults)

    def approve(self, url: str) -> Future[Answer]:
        """What the browser does once the person consents; in the end, the page it shows."""
        return self._browser.submit(self._browse, url, "approve")

    def deny(self, url: str) -> Future[Answer]:
        return self._browser.submit(self._browse, url, "deny")

    def serve(self, request: Request) -> Answer | None:
        """The answer; None where the connection is to be reset."""
        path = urlsplit(request.url).path
        kind, name = kind_of(request.method, path)
        with self._lock:
            self.requests.append(Seen(request.method, path, self.now()))
            fault = self._faults[kind].popleft() if self._faults[kind] else NONE
        if fault.until and fault.acts_late:
            fault.until.wait()
        with self._lock:
            said, left = self._act(kind, name, request, fault)
        if fault.until:
            fault.until.wait()
        headers = {**({} if fault.bare else left), **said.headers}
        return None if fault.resets else replace(said, headers=headers, cut=fault.cut)

    def drops_unread(self, line: bytes) -> bool:
        """Whether the request that begins with this line is not even to be read."""
        method, target = (*line.decode("latin-1").split(), "", "")[:2]
        with self._lock:
            queue = self._faults[kind_of(method, urlsplit(target).path)[0]]
            return bool(queue and queue[0].unread and queue.popleft())

    def _act(self, kind: Kind, name: str, request: Request, fault: Fault) -> tuple[Answer, Query]:
        """What X says, and its rate limit headers."""
        user, said = _NOBODY, error(500)
        try:
            user = self.sign_ins.user(request, SCOPES[kind]) if kind in SCOPES else _NOBODY
            need(self.limits.take(kind, user.id), 429)
            said = self._does[kind](user, name, request) if fault.acts else said
        except Refused as refused:
            said = refused.answer
        return fault.answer or said, self.limits.headers(kind, user.id, fault.reset_in)

    def _routes(self) -> dict[Kind, Callable[[User, str, Request], Answer]]:
        posts, uploads, sign_ins = self._posts, self.uploads, self.sign_ins
        return {
            Kind.POST: lambda user, _, request: posts.create(user, request),
            Kind.DELETE: lambda user, name, _: posts.delete(user, name),
            Kind.ME: lambda user, _, request: me(user, request.query),
            Kind.TIMELINE: lambda user, name, request: posts.timeline(user, name, request.query),
            Kind.AUTHORIZE: lambda _, __, request: self._authorize(request),
            Kind.TOKEN: lambda _, __, request: sign_ins.token(request),
            Kind.REVOKE: lambda _, __, request: sign_ins.revoke(request),
            Kind.UPLOAD: lambda user, _, request: uploads.one_shot(user.id, request),
            Kind.INITIALIZE: lambda user, _, request: uploads.initialize(user.id, request),
            Kind.APPEND: lambda user, name, request: uploads.append(user.id, name, request),
            Kind.FINALIZE: lambda user, name, _: uploads.finalize(user.id, name),
            Kind.STATUS: lambda user, _, request: uploads.status(user.id, request.query),
            Kind.ALT_TEXT: lambda user, _, request: uploads.describe(user.id, request),
            Kind.UNKNOWN: lambda *_: error(404),
        }

    def _authorize(self, request: Request) -> Answer:
        choice, _, user_id = request.headers.get("Cookie", "").partition("=")
        user = self.users.get(user_id)
        return self.sign_ins.authorize(user, choice == "approve", request.query)

    def _browse(self, url: str, choice: str) -> Answer:
        person = self.person.id if self.person else ""
        page = _page(url, {"Cookie": f"{choice}={person}"})
        return _page(page.headers["Location"], {}) if page.status == 302 else page

    def _start(self, port: int) -> None:
        self._server = _Server(port, self)
        self._port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), name="x")
        self._thread.start()

    def _stop(self) -> None:
        for event in self._held:
            event.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()


def _page(url: str, headers: Query) -> Answer:
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=_BROWSER_WAITS_S)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        got = connection.getresponse()
        return Answer(got.status, got.read(), dict(got.headers))


class _Server(ThreadingHTTPServer):
    """Its threads end, and are waited for, once it closes."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, port: int, x: X) -> None:
        self.x = x
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Connection)

    def hang_up(self) -> None:
        for connection in self._open.copy():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 (as http.server has it)
        problem = sys.exception()
        if problem and not isinstance(problem, ConnectionError):
            self.x.bugs.append(problem)


class _Connection(BaseHTTPRequestHandler):
    """One connection, which may carry several requests, but not the next before an answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_one_request(self) -> None:
        if self.server.x.drops_unread(self.connection.recv(4096, socket.MSG_PEEK)):
            self._reset()
        else:
            super().handle_one_request()

    def _reply(self) -> None:
        url = f"http://{self.headers['Host']}{self.path}"
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = self.server.x.serve(Request(self.command, url, self.headers, body))
        if said is None:
            self._reset()
        else:
            self._send(said)

    do_GET = do_POST = do_DELETE = _reply  # noqa: N815 (as http.server asks for)

    def _send(self, said: Answer) -> None:
        self.send_response(said.status)
        for name, value in {**said.headers, "Content-Length": str(len(said.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.body[: len(said.body) // 2] if said.cut else said.body)
        self.close_connection = self.close_connection or said.cut

    def _reset(self) -> None:
        """End with RST: closed with no time to linger, and before socketserver sends a FIN."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        socket.close(self.connection.detach())
        self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 (as http.server has it)
        return format_datetime(self.server.x.now(), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test looks at `X.requests`."""
