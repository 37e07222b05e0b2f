"""Talking to the Hugging Face Hub: what is asked, whom it may send us to, how long we are patient.

`huggingface_hub` says where the Hub is, where a person keeps their token, and what the answers
hold. The bytes are fetched here: its own download cannot be cancelled, follows a redirect to any
address, and checks sizes but no hashes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import httpx2

from models.install.hub_refusals import LATER, HubError, OnWait, Patience, refusal, unreadable

# Both are read when huggingface_hub is imported, which happens in a function below.
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_XET"] = "1"

OnBytes = Callable[[int], None]
"""Called with the bytes that there are of a file."""

_TIMEOUT = httpx2.Timeout(20, connect=10)
_MOST_REDIRECTS = 5
_LONGEST_ANSWER = 8_000_000
"""Bytes of a repository's description; the largest known has some hundred thousand."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class HubFile:
    """A file at one commit. `digest` is a sha256, or git's sha1 of a blob where there is no LFS."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True)
class Repository:
    """A repository at one commit."""

    name: str
    commit: str
    files: tuple[HubFile, ...]


@dataclass
class Hub:
    """The Hub at one address. A context manager.

    Attributes:
        token: what the person signed in with, or an empty string. It is sent to the Hub alone, and
            to no address that the Hub redirects to.
    """

    endpoint: httpx2.URL
    token: str = field(default="", repr=False)
    on_wait: OnWait = lambda _seconds: None

    def __post_init__(self) -> None:
        if not _is_safe(self.endpoint, self.endpoint):
            raise HubError(
                f"The address of the Hub, {self.endpoint}, is not secure.",
                "Set HF_ENDPOINT to an address that begins with https, or unset it.",
            )
        self._client = httpx2.AsyncClient(
            timeout=_TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": "twite", "Accept-Encoding": "identity"},
            # A proxy has nothing to do with this computer's own addresses.
            trust_env=self.endpoint.host not in _LOOPBACK,
        )

    async def __aenter__(self) -> Hub:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    @property
    def _address(self) -> str:
        return str(self.endpoint).rstrip("/")

    async def repository(self, name: str, revision: str) -> Repository:
        """What a repository holds at the commit that a revision stands for now."""
        url = httpx2.URL(f"{self._address}/api/models/{name}/revision/{revision}?blobs=true")
        patience = Patience(self.on_wait, most_failures=3)
        while True:
            try:
                async with self._opened(url, {}, name, patience) as response:
                    body = b""
                    async for piece in response.aiter_bytes():
                        body += piece
                        if len(body) > _LONGEST_ANSWER:
                            raise unreadable(name)
                return _described(name, body)
            except httpx2.RequestError:
                await patience.failed("The Hugging Face Hub cannot be reached.")

    async def fetch(self, repository: Repository, file: HubFile, part: Path, on: OnBytes) -> None:
        """Write a file's bytes behind those that `part` has already, until it has them all."""
        path = quote(f"{repository.name}/resolve/{repository.commit}/{file.path}")
        url = httpx2.URL(f"{self._address}/{path}")
        patience = Patience(self.on_wait)
        part.touch()
        while (have := part.stat().st_size) < file.size:
            try:
                wanted = {"Range": f"bytes={have}-"} if have else {}
                async with self._opened(url, wanted, repository.name, patience) as response:
                    await _write(response, part, have, file.size, on)
            except httpx2.TransportError:
                pass
            if have < part.stat().st_size:
                patience.failures = 0
            if part.stat().st_size < file.size:
                await patience.failed("The connection to the Hub was lost again and again.")

    @asynccontextmanager
    async def _opened(
        self, url: httpx2.URL, headers: dict[str, str], name: str, patience: Patience
    ) -> AsyncIterator[httpx2.Response]:
        """The answer to a request, once it is one that can be used."""
        while True:
            response = await self._followed(url, headers)
            try:
                if response.is_success or response.status_code == 416:
                    yield response
                    return
            finally:
                await response.aclose()
            if response.status_code == 429:
                await patience.busy(response)
            elif response.status_code >= 500:
                await patience.failed("The Hugging Face Hub is out of order.")
            else:
                raise refusal(response, name)

    async def _followed(self, url: httpx2.URL, headers: dict[str, str]) -> httpx2.Response:
        """The first answer that is no redirect; the token is not carried elsewhere."""
        for _ in range(_MOST_REDIRECTS):
            authorization = {}
            if self.token and _origin(url) == _origin(self.endpoint):
                authorization["Authorization"] = f"Bearer {self.token}"
            request = self._client.build_request("GET", url, headers=headers | authorization)
            response = await self._client.send(request, stream=True)
            if not response.has_redirect_location:
                return response
            await response.aclose()
            url = self._next_address(url, response.headers["Location"])
        raise HubError("The Hub sent this computer on from address to address.", LATER)

    def _next_address(self, url: httpx2.URL, location: str) -> httpx2.URL:
        try:
            following = url.join(location)
        except httpx2.InvalidURL:
            raise HubError("The Hub sent this computer on to no address at all.", LATER) from None
        if _is_safe(following, self.endpoint):
            return following
        raise HubError(
            f"The Hub sent this computer on to an address that is not safe ({following.host}).",
            "Nothing was installed. Try again on another network.",
        )


def open_hub(on_wait: OnWait) -> Hub:
    """The Hub as this computer is set up for it: `HF_ENDPOINT`, `HF_TOKEN`, `hf auth login`."""
    # A third of a second to import, and needed only for models from the Hub.
    from huggingface_hub import constants, get_token

    if constants.HF_HUB_OFFLINE:
        raise HubError("HF_HUB_OFFLINE is set on this computer.", "Unset it, and try again.")
    token = "" if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token() or ""
    try:
        endpoint = httpx2.URL(constants.ENDPOINT)
    except httpx2.InvalidURL:
        raise HubError("HF_ENDPOINT is not an address.", "Unset it, and try again.") from None
    return Hub(endpoint, token, on_wait=on_wait)


async def _write(
    response: httpx2.Response, part: Path, have: int, size: int, on_bytes: OnBytes
) -> None:
    """Append the answer, or begin anew where it does not begin at the byte that was asked for."""
    follows = response.status_code == 206 and _first_byte(response) == have
    with part.open("ab" if follows else "wb") as stream:
        if not follows and response.status_code != 200:
            return
        written = have if follows else 0
        async for piece in response.aiter_raw():
            written += stream.write(piece[: size - written])
            # Nothing that arrived is lost with a process that is killed.
            stream.flush()
            on_bytes(written)
            if written == size:
                return


def _first_byte(response: httpx2.Response) -> int | None:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _described(name: str, body: bytes) -> Repository:
    from huggingface_hub.hf_api import ModelInfo

    try:
        told = ModelInfo(**json.loads(body))  # type: ignore[no-untyped-call]  # it has no type
        files = tuple(
            HubFile(
                str(file.rfilename),
                int(file.lfs.size if file.lfs else file.size or 0),
                str(file.lfs.sha256 if file.lfs else file.blob_id),
            )
            for file in told.siblings or ()
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise unreadable(name) from error
    digests = all(re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", file.digest) for file in files)
    if not digests or not re.fullmatch(r"[0-9a-f]{40}", str(told.sha)):
        raise unreadable(name)
    return Repository(name, str(told.sha), files)


def _is_safe(url: httpx2.URL, endpoint: httpx2.URL) -> bool:
    """Https; plain http only from this computer to itself."""
    if url.scheme == "https":
        return True
    return url.scheme == "http" and url.host in _LOOPBACK and endpoint.host in _LOOPBACK


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
