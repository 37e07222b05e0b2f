"""The web intent's address."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from app.posting.browser import intent_url


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=280))
def test_the_page_gets_exactly_the_text(text: str) -> None:
    parts = urlsplit(intent_url(text))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "x.com", "/intent/tweet")
    assert parse_qs(parts.query, keep_blank_values=True) == {"text": [text]}
