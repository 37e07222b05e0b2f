"""A Hugging Face Hub on loopback: real HTTP, the real paths, and faults when a test asks for them.

It serves one repository as the Hub does: its description at a revision, small files by themselves,
large ones (LFS) by way of a redirect to a store of their own, parts of files for `Range`.
"""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34
_SMALL = 1000
"""Bytes; larger files are stored with LFS."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Attributes:
        status, headers: the whole answer, where a status is given.
        cut: bytes of the body after which the connection is closed.
        wrong: the place in the file of a byte that is sent wrong.
        whole: a wanted range is not looked at.
        hold: the body stops after `cut` bytes, and the connection stays open.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    wrong: int | None = None
    whole: bool = False
    hold: bool = False


NO_FAULT = Fault()


@dataclass(frozen=True)
class Asked:
    """A request that arrived: its path, and its headers."""

    path: str
    headers: Message


class HubServer:
    """A context manager.

    Attributes:
        files: of the repository, by path. `lies` are sizes that are told in place of the real ones.
        asked: every request, in order.
        sent: the name and the wanted range of every file that was sent, or whose sending failed.
        held: set once a body is held up; the connection is let go when the server ends.
    """

    def __init__(self, repository: str, files: Mapping[str, bytes]) -> None:
        self.repository = repository
        self.files = dict(files)
        self.lies: dict[str, int] = {}
        self.asked: list[Asked] = []
        self.sent: list[tuple[str, str | None]] = []
        self.held = threading.Event()
        self.over = threading.Event()
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._server = _HttpServer(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def fault(self, name: str, *faults: Fault) -> None:
        """What goes wrong with the next requests for a file of this name, or for `revision`."""
        self._faults[name].extend(faults)

    def __enter__(self) -> HubServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def next_fault(self, name: str) -> Fault:
        with self._lock:
            waiting = self._faults[name]
            return waiting.popleft() if waiting else NO_FAULT

    def describe(self) -> dict[str, Any]:
        """What the Hub says of the repository with `blobs=true`."""
        siblings = []
        for path, body in self.files.items():
            size = self.lies.get(path, len(body))
            blob = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
            told = {"rfilename": path, "size": size, "blobId": blob}
            if len(body) > _SMALL:
                sha256 = hashlib.sha256(body).hexdigest()
                told["lfs"] = {"sha256": sha256, "size": size, "pointerSize": 134}
            siblings.append(told)
        return {
            "id": self.repository,
            "modelId": self.repository,
            "sha": COMMIT,
            "tags": [],
            "siblings": siblings,
        }


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, hub: HubServer) -> None:
        self.hub = hub
        self.connections: list[socket.socket] = []
        super().__init__(("127.0.0.1", 0), _Request)

    def hang_up(self) -> None:
        """End the connections that clients keep open for later, and so the threads that serve."""
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _HttpServer

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.connection)

    def do_GET(self) -> None:
        hub = self.server.hub
        path = unquote(urlsplit(self.path).path)
        hub.asked.append(Asked(self.path, self.headers))
        if path.startswith(f"/api/models/{hub.repository}/revision/"):
            self._send("revision", json.dumps(hub.describe()).encode())
        elif path.startswith(f"/{hub.repository}/resolve/{COMMIT}/"):
            self._resolve(path.split(f"/{COMMIT}/", 1)[1])
        elif path.startswith("/store/"):
            file = path.removeprefix("/store/")
            self._send(file.rpartition("/")[2], hub.files[file])
        else:
            self._status(404, {"X-Error-Code": "RepoNotFound"})

    def do_HEAD(self) -> None:
        self.do_GET()

    def _resolve(self, file: str) -> None:
        hub = self.server.hub
        if file not in hub.files:
            self._status(404, {"X-Error-Code": "EntryNotFound"})
        elif len(hub.files[file]) > _SMALL:
            self._status(302, {"Location": f"{hub.url}/store/{file}"})
        else:
            self._send(file.rpartition("/")[2], hub.files[file])

    def _status(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, name: str, body: bytes) -> None:
        hub = self.server.hub
        fault = hub.next_fault(name)
        hub.sent.append((name, self.headers.get("Range")))
        begin = 0 if fault.whole else _first_byte(self.headers.get("Range"))
        if fault.status or begin >= len(body):
            self._status(fault.status or 416, fault.headers)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(body) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        if self.command == "GET":
            self._send_body(_altered(body, fault.wrong)[begin:], fault)

    def _send_body(self, body: bytes, fault: Fault) -> None:
        with suppress(ConnectionError):
            self.wfile.write(body[: fault.cut])
        if fault.hold:
            self.wfile.flush()
            self.server.hub.held.set()
            self.server.hub.over.wait()
        if fault.cut is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


def _altered(body: bytes, place: int | None) -> bytes:
    if place is None:
        return body
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def _first_byte(wanted: str | None) -> int:
    return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
