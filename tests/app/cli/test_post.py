"""`twite post`: the browser that opens is the one that `BROWSER` names."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

Twite = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which a browser of the test's own notes what it was asked to open."""
    log, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {log}\n', "utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    return log


def kept(twite: Twite, text: str) -> str:
    return twite("drafts", "new", text=text.encode()).stdout.decode().strip()


def test_the_draft_is_opened_on_xs_page(opened: Path, twite: Twite) -> None:
    done = twite("post", kept(twite, "Naïve & short 🙂"), "--json")
    assert done.returncode == 0, done.stderr.decode()
    url = json.loads(done.stdout)["url"]
    assert opened.read_text("utf-8").splitlines() == [url]
    assert parse_qs(urlsplit(url).query) == {"text": ["Naïve & short 🙂"]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("a" * 300, "The post is 20 over the limit."), ("", "There is nothing in this draft")],
)
def test_what_cannot_go_is_said_in_a_sentence_and_opens_nothing(
    opened: Path, twite: Twite, text: str, sentence: str
) -> None:
    done = twite("post", kept(twite, text))
    assert done.returncode == 1
    assert done.stderr.decode().startswith(sentence)
    assert not opened.exists()
