"""Signing in to X with the person's own browser: OAuth 2.0 with PKCE, for an app without a secret.

X sends the browser back to a port of this machine, which listens for that one request (RFC 8252).
https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from authlib.integrations.httpx_client import (
    AsyncOAuth2Client,
    OAuth2Auth,
    OAuthError,
)

from app.errors import UserError
from app.posting.answers import Refusal, Refused, Unclear, failure, offline, signed_out
from app.posting.callback import PORTS, Callback
from app.posting.endpoints import Endpoints
from app.posting.x_client import exchange

SCOPES = "tweet.read tweet.write users.read media.write offline.access"
PATIENCE_S = 300.0
_SECRET = 48
"""Bytes of a state or verifier: 64 characters, where RFC 7636 asks for 43 to 128."""
_CODE_S = 30.0
"""How long X takes a code for."""
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
        Callback(state, PORTS) as callback,
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


class PublicClient(AsyncOAuth2Client):  # type: ignore[misc]  # Authlib has no types
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
    callback: Callback, address: str, open_browser: Callable[[str], bool], patience_s: float
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
