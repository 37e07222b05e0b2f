"""Signing in to X with the person's own browser: OAuth 2.0 with PKCE, for an app without a secret.

X sends the browser back to a port of this machine, which listens for that one request (RFC 8252).
https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import httpx2
from authlib.integrations.httpx_client import (  # type: ignore[import-untyped,unused-ignore]
    AsyncOAuth2Client,
    OAuth2Auth,
    OAuthError,
)

from app.errors import UserError
from app.posting.answers import Refusal, Refused, Unclear, failure, offline, signed_out
from app.posting.endpoints import Endpoints
from app.posting.x_client import exchange

SCOPES = "tweet.read tweet.write users.read media.write offline.access"
PORTS = (27631, 27632, 27633)
"""Where the browser may come back to, tried in turn; below those that systems hand out themselves.

The person enters all three at X, which compares addresses to the letter.
"""
PATIENCE_S = 300.0
_HOST = "127.0.0.1"
_SECRET = 48
"""Bytes of a state or verifier: 64 characters, where RFC 7636 asks for 43 to 128."""
_CODE_S = 30.0
"""How long X takes a code for."""
_REQUEST_S = 10.0
_LONGEST = 65_536
"""Bytes of a request; a browser brings what cookies other programs on this machine have set."""
_STEP_S = 20.0
_LIFE = timedelta(hours=2)
"""Of an access token, as X documents it; taken where an answer does not say."""


@dataclass(frozen=True)
class Granted:
    """What X grants to an account.

    Attributes:
        refresh: good for one renewal, which brings the next.
        expires: when `access` ends, on this machine's clock.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires: datetime

    def auth(self) -> httpx2.Auth:
        """Signs requests."""
        bearer: httpx2.Auth = OAuth2Auth({"access_token": self.access, "token_type": "bearer"})
        return bearer


async def sign_in(
    client_id: str,
    endpoints: Endpoints,
    open_browser: Callable[[str], bool],
    patience_s: float = PATIENCE_S,
) -> Granted:
    """Have the person let Twite in at X; `open_browser` gets the address, off the loop.

    Raises `Refused` (SIGN_IN) where they or X do not, or nobody does in time.
    """
    state, verifier = secrets.token_urlsafe(_SECRET), secrets.token_urlsafe(_SECRET)
    async with (
        _Callback(state) as callback,
        PublicClient(client_id, redirect_uri=callback.address, scope=SCOPES) as client,
    ):
        address, _ = client.create_authorization_url(
            endpoints.authorize, state=state, code_verifier=verifier
        )
        code = await _consent(callback, address, open_browser, patience_s)
        asking = client.fetch_token(
            endpoints.token, grant_type="authorization_code", code=code, code_verifier=verifier
        )
        return await _redeemed(asking)


class PublicClient(AsyncOAuth2Client):  # type: ignore[misc,unused-ignore]
    """X's OAuth 2.0 endpoints for an app that keeps no secret: it names itself in the body.

    What X does not grant comes as `Refused`, a broken answer as `Unclear`.
    """

    def __init__(self, client_id: str, **asked: str) -> None:
        super().__init__(
            client_id,
            token_endpoint_auth_method="none",
            revocation_endpoint_auth_method="none",
            code_challenge_method="S256",
            timeout=_STEP_S,
            follow_redirects=False,
            limits=httpx2.Limits(max_keepalive_connections=0),
            headers={"user-agent": "Twite"},
            **asked,
        )

    async def post(self, url: str, **parts: Any) -> httpx2.Response:
        """Every request of Authlib's comes through here."""
        answer = await exchange(self, "POST", url, **parts)
        answer.request = httpx2.Request("POST", url)
        if answer.status_code in (400, 401):
            raise signed_out()
        if not answer.is_success:
            raise failure(answer.status_code, answer.headers, answer.content)
        return answer


async def granted_by(asking: Awaitable[Mapping[str, Any]]) -> Granted:
    """What X answers to a grant; where the answer is broken, `Refused` as where X is out of reach.

    Nobody can tell then whether the grant is used up: the next one who tries it will know.
    """
    try:
        token = await asking
        ends = token.get("expires_at")
        expires = datetime.fromtimestamp(ends, UTC) if ends else datetime.now(UTC) + _LIFE
        return Granted(str(token["access_token"]), str(token["refresh_token"]), expires)
    except (Unclear, OAuthError, httpx2.HTTPError, LookupError, TypeError, ValueError, OSError):
        raise offline() from None


async def _consent(
    callback: _Callback, address: str, open_browser: Callable[[str], bool], patience_s: float
) -> str:
    """The code that the browser brings back."""
    opening = asyncio.get_running_loop().run_in_executor(None, open_browser, address)
    try:
        async with asyncio.timeout(patience_s):
            waiting: set[asyncio.Future[Any]] = {opening, callback.answer}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not callback.answer.done() and not opening.result():
                raise UserError(
                    "No browser could be opened.",
                    f"Choose a default browser, then sign in again. The address is: {address}",
                )
            answer = await callback.answer
    except TimeoutError:
        raise _no("Nobody finished the sign-in in time.", "Sign in again when you can.") from None
    if answer.get("error") == "access_denied":
        raise _no("You did not let Twite in.", "Sign in again if you would like to.")
    if "code" not in answer:
        raise _no()
    return answer["code"]


async def _redeemed(asking: Awaitable[Mapping[str, Any]]) -> Granted:
    try:
        async with asyncio.timeout(_CODE_S):
            return await granted_by(asking)
    except Refused as refused:
        if refused.kind is Refusal.SIGN_IN:
            raise _no() from None
        raise
    except TimeoutError:
        raise offline() from None


def _no(
    what_happened: str = "X did not accept the sign-in.",
    what_to_do: str = "Compare the client id, the callback addresses, the kind (Native App) and "
    "the permissions with those of your app at console.x.com, then sign in again.",
) -> Refused:
    return Refused(Refusal.SIGN_IN, what_happened, what_to_do)


class _Callback:
    """Listens for the request by which the browser comes back, and for no other.

    The browser is answered at the end of the block, with what came of it.

    Attributes:
        address: where X is to send the browser.
        answer: what X says there.
    """

    def __init__(self, state: str) -> None:
        loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[dict[str, str]] = loop.create_future()
        self._outcome: asyncio.Future[str] = loop.create_future()
        self._state = state
        self._serving: set[asyncio.Task[None]] = set()
        self._caller: asyncio.Task[None] | None = None

    async def __aenter__(self) -> _Callback:
        self._server, self._port = await _listening(self._connected)
        self.address = f"http://{_HOST}:{self._port}/callback"
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._server.close()
        self._outcome.set_result(_outcome(error))
        if self._caller:
            await asyncio.wait({self._caller}, timeout=_REQUEST_S)
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._outcome.done():
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_S):
                head = await reader.readuntil(b"\r\n\r\n")
            status = self._judged(head)
            sentence = await asyncio.shield(self._outcome) if status is HTTPStatus.OK else ""
            async with asyncio.timeout(_REQUEST_S):
                writer.write(_page(status, sentence))
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass
        finally:
            writer.transport.abort()

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
        self._server.close()
        self._caller = asyncio.current_task()
        return HTTPStatus.OK


async def _listening(
    connected: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None],
) -> tuple[asyncio.Server, int]:
    """On the first port that is free."""
    for port in PORTS:
        with suppress(OSError):
            return await asyncio.start_server(connected, _HOST, port, limit=_LONGEST), port
    raise UserError(
        f"Other programs use all of the ports {', '.join(map(str, PORTS))}.",
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
