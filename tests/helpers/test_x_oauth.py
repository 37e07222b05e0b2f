"""The loopback X lets in whom X lets in."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from authlib.oauth1 import ClientAuth

from tests.helpers.x_client import TWEETS, client_of, post
from tests.helpers.x_faults import RESET_DONE
from tests.helpers.x_kinds import Kind
from tests.helpers.x_oauth import SCOPES, FourStrings, User, signature
from tests.helpers.x_server import X
from tests.helpers.x_wire import EXPIRED, Request

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())[:-1].decode()


def ask(x: X, path: str, **fields: str) -> httpx2.Response:
    """What the program sends to the token and revoke endpoints."""
    form = {"client_id": x.sign_ins.client_id, **fields}
    return httpx2.post(f"{x.endpoints.api}/2/oauth2/{path}", data=form, trust_env=False)


class Program:
    """The program's end of a sign-in: it answers one request at its loopback address."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        targets = self.targets

        class Callback(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                targets.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"You may close this page.")

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Callback)
        self.thread = Thread(target=self.server.handle_request)
        self.thread.start()

    def answered(self) -> dict[str, str]:
        self.thread.join()
        self.server.server_close()
        return dict(httpx2.URL(self.targets[0]).params)


def sign_in_url(x: X, port: int, **changes: str) -> str:
    query = {
        "response_type": "code",
        "client_id": x.sign_ins.client_id,
        "redirect_uri": f"http://127.0.0.1:{port}/callback",
        "scope": " ".join(SCOPES),
        "state": "st&te",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"{x.endpoints.authorize}?{urlencode(query | changes)}"


def approved_code(x: X) -> dict[str, str]:
    """The form that turns the code of an approved sign-in into tokens."""
    program = Program()
    x.sign_ins.ports = (program.server.server_port,)
    page = x.approve(sign_in_url(x, *x.sign_ins.ports)).result()
    assert page.body == b"You may close this page."
    found = program.answered()
    assert found["state"] == "st&te"
    redirect = f"http://127.0.0.1:{program.server.server_port}/callback"
    form = {"grant_type": "authorization_code", "redirect_uri": redirect}
    return {**form, "code": found["code"], "code_verifier": VERIFIER}


def test_a_person_signs_in_through_the_browser(x: X, person: User) -> None:
    form = approved_code(x)
    tokens = ask(x, "token", **form).raise_for_status().json()
    assert tokens["expires_in"] == 7200
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    me = httpx2.get(f"{x.endpoints.api}/2/users/me", headers=bearer, trust_env=False)
    assert me.json()["data"]["username"] == person.name
    assert ask(x, "token", **form).status_code == 400


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    "change", [{"code_verifier": "w" * 43}, {"redirect_uri": "http://127.0.0.1:1/callback"}]
)
def test_a_code_is_good_only_with_what_it_was_asked_for(x: X, change: dict[str, str]) -> None:
    assert ask(x, "token", **(approved_code(x) | change)).status_code == 400


@pytest.mark.usefixtures("person")
def test_a_code_lives_half_a_minute(x: X) -> None:
    form = approved_code(x)
    x.clock_off = timedelta(seconds=30)
    assert ask(x, "token", **form).status_code == 400


@pytest.mark.usefixtures("person")
def test_a_person_can_say_no(x: X) -> None:
    program = Program()
    x.sign_ins.ports = (program.server.server_port,)
    x.deny(sign_in_url(x, *x.sign_ins.ports)).result()
    assert program.answered() == {"state": "st&te", "error": "access_denied"}


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    "change",
    [
        {"response_type": "token"},
        {"client_id": "another"},
        {"redirect_uri": "http://localhost:53801/callback"},
        {"redirect_uri": "http://127.0.0.1:53801/callback/"},
        {"redirect_uri": "http://127.0.0.1:80/callback"},
        {"scope": "tweet.read dm.read"},
        {"state": ""},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
    ],
)
def test_a_malformed_sign_in_leads_nowhere(x: X, change: dict[str, str]) -> None:
    assert x.approve(sign_in_url(x, 53801, **change)).result().status == 400


def test_a_refresh_token_is_good_once(x: X, person: User) -> None:
    _, old = x.sign_in_directly(person)
    answer = ask(x, "token", grant_type="refresh_token", refresh_token=old)
    assert answer.json()["refresh_token"] == x.tokens[-1].refresh != old
    again = ask(x, "token", grant_type="refresh_token", refresh_token=old)
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_request"
    assert again.json()["error_description"] == "Value passed for the token was invalid."


def test_a_lost_refresh_answer_has_rotated_the_token(x: X, person: User) -> None:
    _, old = x.sign_in_directly(person)
    x.next(Kind.TOKEN, RESET_DONE)
    with pytest.raises(httpx2.TransportError):
        ask(x, "token", grant_type="refresh_token", refresh_token=old)
    assert len(x.tokens) == 2
    assert ask(x, "token", grant_type="refresh_token", refresh_token=old).status_code == 400


def test_a_public_client_has_no_secret(x: X, person: User) -> None:
    _, refresh = x.sign_in_directly(person)
    url, form = x.endpoints.token, {"grant_type": "refresh_token", "refresh_token": refresh}
    named = form | {"client_id": x.sign_ins.client_id}
    basic = httpx2.post(url, data=named, auth=("id", "secret"), trust_env=False)
    nameless = httpx2.post(url, data=form, trust_env=False)
    assert [basic.status_code, nameless.status_code] == [401, 401]


@pytest.mark.parametrize("end", ["expire", "age", "revoke"])
def test_a_token_ends(x: X, person: User, end: str) -> None:
    with client_of(x, person) as client:
        tokens = x.tokens[-1]
        match end:
            case "expire":
                x.expire(tokens.access)
            case "age":
                x.clock_off = timedelta(hours=2)
            case _:
                assert ask(x, "revoke", token=tokens.refresh).json() == {"revoked": True}
        assert post(client).status_code == EXPIRED[0]


def test_a_token_is_good_for_its_scopes(x: X, person: User) -> None:
    access = x.sign_ins.issue(person, ("tweet.read", "users.read")).access
    bearer = {"Authorization": f"Bearer {access}"}
    with httpx2.Client(base_url=x.endpoints.api, headers=bearer, trust_env=False) as client:
        assert client.get("/2/users/me").status_code == 200
        assert post(client).status_code == 403


def sign(x: X, strings: FourStrings, path: str, method: str = "GET") -> dict[str, str]:
    """The headers, by Authlib's client; a JSON body has no part in them."""
    key, secret, token, token_secret = strings
    auth = ClientAuth(key, client_secret=secret, token=token, token_secret=token_secret)
    _, headers, _ = auth.prepare(method, x.endpoints.api + path, {}, b"")
    return dict(headers)


def status(x: X, path: str, headers: dict[str, str]) -> int:
    return httpx2.get(x.endpoints.api + path, headers=headers, trust_env=False).status_code


def test_four_strings_sign_a_request_once(x: X, person: User) -> None:
    strings, path = x.four_strings(person), "/2/users/me?user.fields=subscription_type"
    headers = sign(x, strings, path)
    assert [status(x, path, headers) for _ in range(2)] == [200, 401]
    assert status(x, "/2/users/me", sign(x, strings, path)) == 401
    x.clock_off = timedelta(hours=1)
    assert status(x, path, sign(x, strings, path)) == 401


@pytest.mark.parametrize("string", FourStrings._fields)
def test_all_four_strings_matter(x: X, person: User, string: str) -> None:
    wrong = x.four_strings(person)._replace(**{string: "wrong"})
    assert status(x, "/2/users/me", sign(x, wrong, "/2/users/me")) == 401


def test_four_strings_sign_a_post(x: X, person: User) -> None:
    headers = sign(x, x.four_strings(person), TWEETS, "POST")
    url = x.endpoints.api + TWEETS
    httpx2.post(url, json={"text": "Signed."}, headers=headers, trust_env=False).raise_for_status()
    assert [(p.text, p.user) for p in x.posts] == [("Signed.", person)]


def test_a_signature_is_that_of_x_s_own_example() -> None:
    """https://docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature"""
    given = {
        "oauth_consumer_key": "xvz1evFS4wEEPTGEFPHBog",
        "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1318622958",
        "oauth_token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "oauth_version": "1.0",
    }
    headers = Message()
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = urlencode({"status": "Hello Ladies + Gentlemen, a signed OAuth request!"}).encode()
    url = "https://api.twitter.com/1.1/statuses/update.json?include_entities=true"
    strings = FourStrings(
        given["oauth_consumer_key"],
        "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        given["oauth_token"],
        "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
    )
    found = signature(Request("POST", url, headers, body), given, strings)
    assert found == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="
