"""`twite drafts`: new, list and show, on a real drafts file."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

Twite = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def kept(twite: Twite) -> str:
    """The id of a draft that `new` has kept."""
    done = twite("drafts", "new", text="Naïve draft 🙂\n".encode())
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().removesuffix("\n")


def test_new_prints_the_id_and_nothing_else(twite: Twite, kept: str) -> None:
    (listed,) = json.loads(twite("drafts", "list", "--json").stdout)
    assert listed["id"] == kept


def test_new_with_json_prints_what_it_kept(twite: Twite) -> None:
    assert json.loads(twite("drafts", "new", "--json", text=b"One.\n").stdout)["posts"] == ["One."]


def test_list_of_no_drafts_is_an_empty_json_list(twite: Twite) -> None:
    assert json.loads(twite("drafts", "list", "--json").stdout) == []


def test_list_has_the_documented_fields(twite: Twite, kept: str) -> None:
    (listed,) = json.loads(twite("drafts", "list", "--json").stdout)
    assert listed.items() >= {"id": kept, "first_line": "Naïve draft 🙂", "posts": 1}.items()
    assert set(listed) == {"id", "first_line", "posts", "weighted_length", "links", "changed"}


def test_show_prints_the_text_as_it_was_given(twite: Twite, kept: str) -> None:
    assert twite("drafts", "show", kept).stdout.decode() == "Naïve draft 🙂\n"


@pytest.mark.parametrize("name", ["nothing", "", "' OR 1=1 --"], ids=["word", "empty", "SQL"])
def test_an_unknown_id_is_one_sentence_and_status_1(twite: Twite, kept: str, name: str) -> None:
    assert kept
    done = twite("drafts", "show", name)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith("That draft is no longer in the drafts file.")
    assert len(done.stderr.splitlines()) == 1
