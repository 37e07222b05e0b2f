"""Who asks: people at the loopback X, and their sign-ins.

OAuth 2.0 as a public client has it (RFC 6749, 7636 and 7009), and OAuth 1.0a (RFC 5849).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from authlib.oauth1.rfc5849.signature import (
    construct_base_string,
    hmac_sha1_signature,
)

from tests.helpers.x_wire import EXPIRED, Answer, Query, Refused, Request, answer, error, need

SCOPES = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
_CODE_LIFE = timedelta(seconds=30)
_ACCESS_LIFE = timedelta(seconds=7200)
_CLOCKS_APART = 300
_PKCE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True)
class User:
    """A person at X; subscription is "None", "Basic", "Premium" or "PremiumPlus"."""

    id: str
    name: str
    subscription: str = "None"


@dataclass(frozen=True)
class Tokens:
    """What one sign-in or refresh gave; refresh is "" without offline.access."""

    access: str
    refresh: str
    user: User
    scopes: tuple[str, ...]
    until: datetime


class FourStrings(NamedTuple):
    """What the developer console shows for a person's own account."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_secret: str


def _client_id() -> str:
    """In the shape of X's own, base64 of letters, which never begins with a hyphen: a command would
    take it for an option.
    """
    return base64.urlsafe_b64encode(f"{secrets.token_hex(10)}:1:ci".encode()).decode().rstrip("=")


class SignIns:
    """Everything that lets a request in.

    Attributes:
        ports: of the registered redirects, http://127.0.0.1:PORT/callback.
        tokens: all that were ever issued by OAuth 2.0, in order.
    """

    def __init__(self, now: Callable[[], datetime], ports: tuple[int, ...]) -> None:
        self.client_id = _client_id()
        self.ports = ports
        self.tokens: list[Tokens] = []
        self._now = now
        self._codes: dict[str, tuple[User, Query, datetime]] = {}
        self._access: dict[str, Tokens] = {}
        self._refresh: dict[str, Tokens] = {}
        self._strings: dict[str, tuple[FourStrings, User]] = {}
        self._nonces: set[str] = set()

    def authorize(self, user: User | None, consents: bool, query: Query) -> Answer:
        """Back to the program, once a person has chosen."""
        scopes, redirect = query.get("scope", "").split(), query.get("redirect_uri", "")
        need(query.get("response_type") == "code", 400, "response_type is not code.")
        need(query.get("client_id") == self.client_id, 400, "There is no such client.")
        registered = [f"http://127.0.0.1:{port}/callback" for port in self.ports]
        need(redirect in registered, 400, "The redirect is not registered.")
        need(scopes and set(scopes) <= set(SCOPES), 400, "A scope is unknown.")
        need(query.get("state"), 400, "state is missing.")
        need(query.get("code_challenge_method") == "S256", 400, "The challenge is not S256.")
        need(_PKCE.fullmatch(query.get("code_challenge", "")), 400, "code_challenge is malformed.")
        if user is None:
            return Answer(200, b"Sign in to X", {"Content-Type": "text/plain"})
        back = {"state": query["state"], "error": "access_denied"}
        if consents:
            back = {"state": query["state"], "code": secrets.token_urlsafe(32)}
            self._codes[back["code"]] = user, query, self._now() + _CODE_LIFE
        return Answer(302, b"", {"Location": f"{redirect}?{urlencode(back)}"})

    def token(self, request: Request) -> Answer:
        form = self._form(request)
        match form.get("grant_type"):
            case "authorization_code":
                user, query = self._redeemed(form)
                tokens = self.issue(user, tuple(query["scope"].split()))
            case "refresh_token":
                old = self._refresh.pop(form.get("refresh_token", ""), None)
                if old is None:
                    raise _no("Value passed for the token was invalid.")
                tokens = self.issue(old.user, old.scopes)
            case _:
                raise _no("grant_type is neither of the two.")
        found = {"access_token": tokens.access, "refresh_token": tokens.refresh}
        found |= {"token_type": "bearer", "scope": " ".join(tokens.scopes)}
        said = {name: text for name, text in found.items() if text}
        return answer(200, said | {"expires_in": int(_ACCESS_LIFE.total_seconds())})

    def revoke(self, request: Request) -> Answer:
        """A revoked refresh token takes its access token with it."""
        token = self._form(request).get("token", "")
        if tokens := self._refresh.pop(token, None):
            token = tokens.access
        self._access.pop(token, None)
        return answer(200, {"revoked": True})

    def issue(self, user: User, scopes: tuple[str, ...] = SCOPES) -> Tokens:
        access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        until = self._now() + _ACCESS_LIFE
        tokens = Tokens(access, refresh if SCOPES[-1] in scopes else "", user, scopes, until)
        self.tokens.append(tokens)
        self._access[access] = tokens
        if tokens.refresh:
            self._refresh[refresh] = tokens
        return tokens

    def expire(self, access: str) -> None:
        del self._access[access]

    def four_strings(self, user: User) -> FourStrings:
        strings = FourStrings(*(secrets.token_urlsafe(24) for _ in range(4)))
        self._strings[strings.access_token] = strings, user
        return strings

    def user(self, request: Request, scopes: str) -> User:
        """Who sent it, refused unless the token or signature is good for these scopes."""
        kind, _, rest = request.headers.get("Authorization", "").partition(" ")
        if kind == "OAuth":
            return self._signer(request, rest)
        tokens = self._access.get(rest)
        if kind != "Bearer" or tokens is None or self._now() >= tokens.until:
            raise Refused(error(*EXPIRED))
        need(set(scopes.split()) <= set(tokens.scopes), 403, "The token lacks a scope.")
        return tokens.user

    def _form(self, request: Request) -> Query:
        form, is_basic = request.form, "Authorization" in request.headers
        if is_basic or form.get("client_id") != self.client_id:
            raise _no("A public client names itself in the body.", "unauthorized_client", 401)
        return form

    def _redeemed(self, form: Query) -> tuple[User, Query]:
        """Whose code it is, and what it was asked for with; a code is good once."""
        verifier = form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        user, query, until = self._codes.pop(form.get("code", ""), (None, {}, self._now()))
        given = (form.get("redirect_uri"), digest.decode().rstrip("="))
        fits = given == (query.get("redirect_uri"), query.get("code_challenge"))
        if user is None or not fits or not _PKCE.fullmatch(verifier) or self._now() >= until:
            raise _no("Value passed for the authorization code was invalid.")
        return user, query

    def _signer(self, request: Request, header: str) -> User:
        fields = parse_keqv_list(parse_http_list(header))
        given = {name: unquote(value) for name, value in fields.items()}
        strings, user = self._strings.get(given.get("oauth_token", ""), (None, None))
        if strings is None or user is None:
            raise Refused(error(401, "Could not authenticate you.", "errors"))
        said = [
            given.get(f"oauth_{name}") for name in ("consumer_key", "signature_method", "signature")
        ]
        right = [strings.consumer_key, "HMAC-SHA1", signature(request, given, strings)]
        need(said == right, 401, "Could not authenticate you.", "errors")
        stamp, nonce = given.get("oauth_timestamp", ""), given.get("oauth_nonce", "")
        apart = abs(self._now().timestamp() - int(stamp)) if stamp.isdecimal() else _CLOCKS_APART
        is_new = apart < _CLOCKS_APART and nonce and nonce not in self._nonces
        need(is_new, 401, "Timestamp out of bounds.", "errors")
        self._nonces.add(nonce)
        return user


def signature(request: Request, given: Query, strings: FourStrings) -> str:
    """By HMAC-SHA1 over what RFC 5849, section 3.4.1.3, counts in; given is the header's."""
    params = [*parse_qsl(urlsplit(request.url).query, keep_blank_values=True), *given.items()]
    params += request.form.items()
    base = construct_base_string(request.method, request.url, params)
    return str(hmac_sha1_signature(base, strings.consumer_secret, strings.access_secret))


def _no(said: str, kind: str = "invalid_request", status: int = 400) -> Refused:
    return Refused(answer(status, {"error": kind, "error_description": said}))
