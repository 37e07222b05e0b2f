"""The one request by which the browser comes back from X, and the page it is answered with."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from http import HTTPStatus
from urllib.parse import parse_qs

from app.errors import UserError

PORTS = (27631, 27632, 27633)
"""Where the browser may come back to, tried in turn; below those that systems hand out themselves.

The person enters all three at X, which compares addresses to the letter.
"""
_HOST = "127.0.0.1"
_REQUEST_S = 10.0
_LONGEST = 65_536
"""Bytes of a request; a browser brings what cookies other programs on this machine have set."""


class Callback:
    """Listens for the request by which the browser comes back, and for no other.

    The browser is answered at the end of the block, with what came of it.

    Attributes:
        address: where X is to send the browser.
        answer: what X says there.
    """

    def __init__(self, state: str, ports: Sequence[int]) -> None:
        """Takes the request that brings `state`, on the first of these ports that is free."""
        loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[dict[str, str]] = loop.create_future()
        self._outcome: asyncio.Future[str] = loop.create_future()
        self._state = state
        self._ports = ports
        self._serving: set[asyncio.Task[None]] = set()
        self._caller: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Callback:
        self._server, self._port = await _listening(self._ports, self._connected)
        self.address = callback_address(self._port)
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._outcome.set_result(_outcome(error))
        await self._stop_listening()
        if self._caller:
            await asyncio.wait({self._caller}, timeout=_REQUEST_S)
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    async def _stop_listening(self) -> None:
        """What was accepted has to reach the server before that closes, or asyncio loses it."""
        loop = asyncio.get_running_loop()
        try:
            with suppress(NotImplementedError):  # on Windows, where nothing is under way by now
                for listener in self._server.sockets:
                    loop.remove_reader(listener.fileno())
            await asyncio.sleep(0)
        finally:
            self._server.close()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._outcome.done():
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        # Not within the task: one that is cancelled before its first step never gets there.
        task.add_done_callback(lambda _: writer.transport.abort())
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_S):
                head = await reader.readuntil(b"\r\n\r\n")
            status = self._judged(head)
            if status is HTTPStatus.OK:
                await self._stop_listening()
            sentence = await asyncio.shield(self._outcome) if status is HTTPStatus.OK else ""
            async with asyncio.timeout(_REQUEST_S):
                writer.write(_page(status, sentence))
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass

    def _judged(self, head: bytes) -> HTTPStatus:
        """OK for the one request that is waited for, which ends the listening."""
        line, *headers = head.decode("latin-1").split("\r\n")
        method, target, *_ = [*line.split(" "), "", ""]
        path, _, query = target.partition("?")
        pairs = (header.partition(":") for header in headers)
        hosts = [value.strip() for name, _, value in pairs if name.casefold() == "host"]
        if method != "GET" or path != "/callback":
            return HTTPStatus.NOT_FOUND
        if hosts != [f"{_HOST}:{self._port}"]:
            return HTTPStatus.BAD_REQUEST
        answer = {name: found[0] for name, found in parse_qs(query).items() if len(found) == 1}
        given = answer.get("state", "").encode()
        if not secrets.compare_digest(given, self._state.encode()):
            return HTTPStatus.BAD_REQUEST
        if self.answer.done():
            return HTTPStatus.GONE
        self.answer.set_result(answer)
        self._caller = asyncio.current_task()
        return HTTPStatus.OK


async def _listening(
    ports: Sequence[int],
    connected: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None],
) -> tuple[asyncio.Server, int]:
    for port in ports:
        with suppress(OSError):
            return await asyncio.start_server(connected, _HOST, port, limit=_LONGEST), port
    raise UserError(
        f"Other programs use all of the ports {', '.join(map(str, ports))}.",
        "A sign-in needs one of them: close such a program, then sign in again.",
    )


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "You are signed in."
    return error.what_happened if isinstance(error, UserError) else "The sign-in was stopped."


def _page(status: HTTPStatus, sentence: str) -> bytes:
    said = f"{sentence} You can close this page and go back to Twite." if sentence else ""
    body = _PAGE.format(escape(said or "Twite is not waiting for this."))
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{_HEADERS}\r\n\r\n{body}".encode()


_HEADERS = (
    "Content-Type: text/html; charset=utf-8\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
    "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close"
)
_PAGE = """<!doctype html>
<html lang="en">
<title>Twite</title>
<style>:root {{ color-scheme: light dark; font: 1.1rem/1.5 system-ui; margin: 20vh 10vw }}</style>
<p>{}</p>
</html>
"""


def callback_address(port: int) -> str:
    """What X sends the browser to, and the person enters there."""
    return f"http://{_HOST}:{port}/callback"
