"""`twite check`: a text on standard input against its notes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

Twite = Callable[..., "subprocess.CompletedProcess[bytes]"]
NOTES = "Council votes on 3 February at 7pm."


def test_json_has_every_claim_with_its_places(twite: Twite) -> None:
    done = twite("check", "--notes", NOTES, "--json", text=b"On Feb 3 at 8pm the council votes.\n")
    answer = json.loads(done.stdout)
    [supported] = answer["claims"]["supported"]
    [unsupported] = answer["claims"]["unsupported"]
    assert (supported["text"], supported["source"]["text"]) == ("Feb 3", "3 February")
    assert (unsupported["text"], unsupported["kind"]) == ("8pm", "time")
    assert answer["left_out"] == ["7pm"]
    assert 0 < answer["coverage"] < 1


def test_in_words_each_claim_has_a_line(twite: Twite) -> None:
    done = twite("check", "--notes", NOTES, text=b"On Feb 3 at 8pm the council votes.\n")
    lines = done.stdout.decode().splitlines()
    assert any("UNSUPPORTED" in line and "8pm" in line for line in lines)
    assert lines[-1] == "2 of 3 facts, 1 unsupported claims."


def test_a_faithful_text_has_no_unsupported_claim(twite: Twite) -> None:
    done = twite("check", "--notes", NOTES, "--json", text=NOTES.encode())
    assert json.loads(done.stdout)["claims"]["unsupported"] == []


def test_the_provenance_of_a_draft_is_printed(twite: Twite) -> None:
    id = twite("drafts", "new", text=b"By hand.\n").stdout.decode().strip()
    record = json.loads(twite("drafts", "provenance", id, "--json").stdout)
    assert record["posts"] == [{"text": "By hand.", "generated_as": None, "changed_by_hand": None}]
    assert twite("drafts", "provenance", id).stdout.decode() == "written by hand: By hand.\n"
