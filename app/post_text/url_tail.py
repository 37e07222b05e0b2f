"""What may follow the domain of a URL: port, path and query, as twitter-text 3 reads them.

Trailing punctuation stays outside. Parentheses belong to a path where they are balanced, one
level of nesting at most, and at its end only if no punctuation is before them. A t.co link is a
slug, perhaps with a query, and nothing more.
"""

import re

from app.post_text.characters import CYRILLIC, LATIN_ACCENTED

_LONGEST_TCO_SLUG = 40

_PORT = re.compile("(?::[0-9]+)?")
_PATH_END = rf"-+=_#/0-9A-Za-z{CYRILLIC}{LATIN_ACCENTED}"
_PATH_MIDDLE = r"\u2013!*';:,.$%\[\]~@|&"
_IN_PATH = f"[{_PATH_END}{_PATH_MIDDLE}]"
_PARENTHESES = rf"\((?!\)){_IN_PATH}*+(?:\({_IN_PATH}++\){_IN_PATH}*+)?+\)"
_PATH = re.compile(
    f"/(?:[{_PATH_END}]|{_PARENTHESES}"
    f"|[{_PATH_MIDDLE}](?:[{_PATH_MIDDLE}]|{_PARENTHESES})*+[{_PATH_END}])*+"
)
_QUERY_END = "-&=_#/0-9A-Za-z"
_QUERY_MIDDLE = r"!?*'@();:+$%\[\].,~|"
_QUERY = re.compile(rf"\?(?:[{_QUERY_MIDDLE}]*+[{_QUERY_END}])++")
_TCO = re.compile(r"https?://t\.co/([0-9a-z]+)", re.ASCII | re.IGNORECASE)


def tail_end(text: str, domain_end: int) -> int:
    """Where the URL ends whose domain ends at domain_end."""
    return _query_end(text, _path_end(text, _port_end(text, domain_end)))


def has_path(text: str, domain_end: int) -> bool:
    """Whether a path follows the domain; a query alone is none."""
    return text.startswith("/", _port_end(text, domain_end))


def tco_end(text: str, start: int, end: int) -> int | None:
    """The end of the URL text[start:end]: of a t.co link, its slug's; None if that is too long."""
    link = _TCO.match(text, start, end)
    if not link:
        return end
    if len(link[1]) > _LONGEST_TCO_SLUG:
        return None
    return min(_query_end(text, link.end()), end)


def _port_end(text: str, start: int) -> int:
    port = _PORT.match(text, start)
    return port.end() if port else start


def _path_end(text: str, start: int) -> int:
    path = _PATH.match(text, start)
    return path.end() if path else start


def _query_end(text: str, start: int) -> int:
    query = _QUERY.match(text, start)
    return query.end() if query else start
