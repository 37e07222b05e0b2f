"""The loopback X, a person there, and a client of theirs."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.helpers.x_client import client_of
from tests.helpers.x_oauth import User
from tests.helpers.x_server import X


@pytest.fixture
def x() -> Iterator[X]:
    with X() as x:
        yield x


@pytest.fixture
def person(x: X) -> User:
    return x.add_user("person")


@pytest.fixture
def client(x: X, person: User) -> Iterator[httpx2.Client]:
    with client_of(x, person) as client:
        yield client
