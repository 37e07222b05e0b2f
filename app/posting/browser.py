"""The door that needs no account: X's own page for writing a post, opened in the browser.

https://developer.x.com/en/docs/x-for-websites/tweet-button/guides/web-intent
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

INTENT = "https://x.com/intent/tweet"


def intent_url(text: str) -> str:
    """The address that opens X's page with this text in it; nothing is posted by opening it."""
    return f"{INTENT}?{urlencode({'text': text}, quote_via=quote)}"
