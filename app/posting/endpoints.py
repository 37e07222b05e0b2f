"""Where X is. Tests put a server of their own in its place."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.errors import UserError

_API = "https://api.x.com"
_AUTHORIZE = "https://x.com/i/oauth2/authorize"


@dataclass(frozen=True)
class Endpoints:
    """Addresses without a slash at the end."""

    api: str = _API
    authorize: str = _AUTHORIZE

    @property
    def token(self) -> str:
        return f"{self.api}/2/oauth2/token"

    @property
    def revoke(self) -> str:
        return f"{self.api}/2/oauth2/revoke"


def endpoints() -> Endpoints:
    """X's, or what `TWITE_X_API_URL` and `TWITE_X_AUTHORIZE_URL` name.

    Secrets are sent there, so only https and this machine itself are accepted.
    """
    return Endpoints(
        _checked("TWITE_X_API_URL", _API), _checked("TWITE_X_AUTHORIZE_URL", _AUTHORIZE)
    )


def _checked(variable: str, default: str) -> str:
    url = os.environ.get(variable, default).rstrip("/")
    if _is_safe(url):
        return url
    raise UserError(
        f"{variable} names an address that is neither https nor on this machine.",
        "Nothing was sent: correct it or unset it.",
    )


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
