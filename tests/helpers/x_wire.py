"""Requests to the loopback X and its answers, among them errors in X's three forms."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]
Query = dict[str, str]
Form = Literal["problem", "code", "errors"]

# Refusals that have a name: status, and X's own sentence where it is known.
EXPIRED = (401, "Unauthorized")
CREDITS = (402, "Your enrolled account does not have any credits to fulfill this request.")
DUPLICATE = (403, "You are not allowed to create a Tweet with duplicate content.")
CASHTAGS = (403, "You are not allowed to create a Tweet with more than one cashtag.")
SUSPENDED = (403, "Your account is suspended and is not permitted to access this feature.")
NOT_SUMMONED = (
    403,
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to.",
)


@dataclass(frozen=True)
class Answer:
    """One answer; a cut one announces its whole length and sends half of it."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    cut: bool = False


def answer(status: int, found: Json, content_type: str = "application/json") -> Answer:
    return Answer(status, json.dumps(found).encode(), {"Content-Type": content_type})


def error(status: int, said: str = "", form: Form = "problem") -> Answer:
    """An error; without a sentence of its own it says its status's name."""
    title = HTTPStatus(status).phrase
    simple = {"code": status, "message": said or title}
    if form != "problem":
        return answer(status, simple if form == "code" else {"errors": [simple]})
    problem = {"title": title, "detail": said or title, "type": "about:blank", "status": status}
    return answer(status, problem, "application/problem+json")


class Refused(Exception):
    """X does not do what it was asked, and says this instead."""

    def __init__(self, said: Answer) -> None:
        super().__init__(said.body)
        self.answer = said


def need(met: object, status: int, said: str = "", form: Form = "problem") -> None:
    """Refuse unless the condition is met."""
    if not met:
        raise Refused(error(status, said, form))


@dataclass(frozen=True)
class Request:
    """One request, read whole; the URL is as the sender wrote it."""

    method: str
    url: str
    headers: Message
    body: bytes

    @property
    def query(self) -> Query:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def form(self) -> Query:
        """The fields of a form; none in any other body."""
        is_form = self.headers.get_content_type() == "application/x-www-form-urlencoded"
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True)) if is_form else {}

    def json(self, shape: Json, optional: Collection[str] = ()) -> Json:
        """The body, refused unless it has this shape."""
        need(self.headers.get_content_type() == "application/json", 400, "The body is not JSON.")
        try:
            found: Json = json.loads(self.body)
        except ValueError as problem:
            raise Refused(error(400, "The body is not JSON.")) from problem
        _check(found, shape, "body", optional)
        return found

    def parts(self, *names: str) -> dict[str, bytes]:
        """The parts of a multipart body (RFC 7578), refused unless they have these names."""
        mark = b"\r\n--" + str(self.headers.get_param("boundary", "")).encode()
        pieces = [part.partition(b"\r\n\r\n") for part in (b"\r\n" + self.body).split(mark)[1:-1]]
        parts = {b"".join(re.findall(rb'; name="([^"]*)"', p[0])).decode(): p[2] for p in pieces}
        need(set(parts) == set(names), 400, f"A multipart body needs {', '.join(names)}.")
        return parts


def _check(given: Any, shape: Any, name: str, optional: Collection[str] = ()) -> None:
    """Refuse what is unknown, missing or of another type.

    A shape is a type, a list of one shape, or a dict of shapes by name.
    """
    kind = shape if isinstance(shape, type) else type(shape)
    need(type(given) is kind, 400, f"{name} is not {kind.__name__}.")
    if isinstance(shape, dict):
        wrong = set(given) - set(shape) | set(shape) - set(given) - set(optional)
        need(not wrong, 400, f"{name}: unknown or missing: {', '.join(sorted(wrong))}.")
        for field, value in given.items():
            _check(value, shape[field], field)
    elif isinstance(shape, list):
        for item in given:
            _check(item, shape[0], name)
