"""URLs in running text, as twitter-text 3 finds them: with or without a scheme.

A host is looked for in every run of characters that a host may hold. Each run is read once, so the
time is linear in the text. A stretch that was taken for a URL and then refused is not read again.
"""

import re
from typing import NamedTuple

from app.post_text.characters import (
    DIRECTIONAL_MARKS,
    INVALID,
    PUNCTUATION_OUTSIDE_HOSTS,
    SPACES,
)
from app.post_text.domains import Opening, ascii_domains, end_of_tld, is_resolvable, openings
from app.post_text.url_tail import has_path, tail_end, tco_end

_LONGEST_URL = 4096  # UTF-16 units; the scheme counts once more, or once if it is left out
_DEFAULT_SCHEME = "https://"

_NOT_IN_HOST = PUNCTUATION_OUTSIDE_HOSTS + SPACES + INVALID + DIRECTIONAL_MARKS
_DOT_INSIDE = re.compile(rf"\.(?=[^{_NOT_IN_HOST}._\-])")
_HOST_RUN = re.compile(f"[^{_NOT_IN_HOST}]+")
_NO_URL_AFTER = f"0-9A-Za-z@＠$#＃{INVALID}"
_MAY_PRECEDE = re.compile(f"[^{_NO_URL_AFTER}]")
_BARE_START = re.compile(rf"(?<=[^{_NO_URL_AFTER}])[^._\-]")
_SCHEME_BEFORE = re.compile(r"https?://\Z", re.ASCII | re.IGNORECASE)

Span = tuple[int, int]


class _Match(NamedTuple):
    """A stretch of text taken for a URL: where it ends, and what of it is one."""

    end: int
    spans: list[Span]


def find_urls(text: str) -> list[Span]:
    """Start and end, in code points, of every URL, left to right."""
    if not any(end_of_tld(text, dot.end(), len(text)) for dot in _DOT_INSIDE.finditer(text)):
        return []
    spans: list[Span] = []
    free = 0  # the first code point that no match has taken
    for run in _HOST_RUN.finditer(text):
        if "." not in run.group():
            continue
        for opening in openings(text, run.start(), run.end()):
            match = _match(text, run.start(), opening, free)
            if match:
                spans += match.spans
                free = match.end
    return spans


def _match(text: str, run_start: int, opening: Opening, free: int) -> _Match | None:
    if opening.first == run_start and text[run_start] not in "-_":
        scheme = _scheme_start(text, run_start, free)
        if scheme is not None:
            return _with_scheme(text, scheme, run_start, opening.domain_end)
    host = _bare_start(text, opening, free)
    return None if host is None else _without_scheme(text, host, opening.domain_end)


def _scheme_start(text: str, host: int, free: int) -> int | None:
    """Where the scheme before the host begins, if there is one and a URL may begin there."""
    scheme = _SCHEME_BEFORE.search(text, max(host - len(_DEFAULT_SCHEME), 0), host)
    if not scheme:
        return None
    before = scheme.start() - 1
    if before < 0 or (before >= free and _MAY_PRECEDE.match(text, before)):
        return scheme.start()
    return None


def _bare_start(text: str, opening: Opening, free: int) -> int | None:
    """The leftmost place in the opening where a URL without a scheme may begin.

    It needs a free character before it. Only the text's own beginning needs none, and there the
    second place goes first.
    """
    start = _BARE_START.search(text, max(opening.first, free + 1), opening.last)
    if opening.first == free == 0 and text[0] not in "-_" and not (start and start.start() == 1):
        return 0
    return start.start() if start else None


def _with_scheme(text: str, start: int, host: int, domain_end: int) -> _Match:
    end = tail_end(text, domain_end)
    if not _is_valid(text[start:end], text[start:host], text[host:domain_end]):
        return _Match(end, [])
    url_end = tco_end(text, start, end)
    return _Match(end, [] if url_end is None else [(start, url_end)])


def _without_scheme(text: str, host: int, domain_end: int) -> _Match:
    """Of the host, only the parts that are domains in Latin letters; the path goes to the last."""
    end = tail_end(text, domain_end)
    if host and text[host - 1] in "-_./":
        return _Match(end, [])
    if not _is_valid(text[host:end], _DEFAULT_SCHEME, text[host:domain_end]):
        return _Match(end, [])
    spans = list(ascii_domains(text, host, domain_end))
    if spans and has_path(text, domain_end):
        spans[-1] = (spans[-1][0], end)
    return _Match(end, spans)


def _is_valid(url: str, scheme: str, domain: str) -> bool:
    utf16_length = len(url.encode("utf-16-le", "surrogatepass")) // 2
    return len(scheme) + utf16_length <= _LONGEST_URL and is_resolvable(domain)
