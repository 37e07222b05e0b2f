"""`twite count`: one text, or a text a line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

Twite = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_json_has_the_weighted_length_of_x(twite: Twite) -> None:
    done = twite("count", "--json", text="hello 🙂 example.com".encode())
    assert json.loads(done.stdout) == {"weighted_length": 32, "valid": True, "permillage": 114}


def test_without_json_it_says_what_is_left(twite: Twite) -> None:
    assert twite("count", text=b"abc").stdout.decode().strip() == "3 of 280, 277 left"


def test_a_text_beyond_the_limit_is_said_to_be_too_long(twite: Twite) -> None:
    assert twite("count", text=b"a" * 281).stdout.decode().strip() == "281 of 280, 1 too long"


def test_the_trailing_newline_is_not_counted(twite: Twite) -> None:
    assert json.loads(twite("count", "--json", text=b"abc\n").stdout)["weighted_length"] == 3


def test_jsonl_answers_each_line_in_its_order(twite: Twite) -> None:
    done = twite("count", "--jsonl", text=b'{"text": "abc"}\n{"text": ""}\n{"text": "a b"}\n')
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["weighted_length"] for answer in answers] == [3, 0, 3]


def test_jsonl_lines_that_can_be_read_exit_with_0(twite: Twite) -> None:
    assert twite("count", "--jsonl", text=b'{"text": "abc"}\n').returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"",
        b"[]",
        b"3",
        b"{}",
        b'{"text": 3}',
        b'{"text": null}',
        b"[" * 100_000,
    ],
    ids=["no JSON", "empty", "list", "number", "no text", "number text", "null text", "deep"],
)
def test_a_bad_line_is_answered_with_an_error_in_its_place(twite: Twite, line: bytes) -> None:
    done = twite("count", "--jsonl", text=b'{"text": "a"}\n' + line + b'\n{"text": "b"}\n')
    answers = [json.loads(answer) for answer in done.stdout.splitlines()]
    assert ["error" in answer for answer in answers] == [False, True, False]


def test_a_bad_line_makes_the_exit_status_1(twite: Twite) -> None:
    assert twite("count", "--jsonl", text=b'nonsense\n{"text": "b"}\n').returncode == 1


@pytest.mark.parametrize("form", [(), ("--json",), ("--jsonl",)], ids=["plain", "json", "jsonl"])
def test_bytes_that_are_not_utf_8_get_a_sentence(twite: Twite, form: tuple[str, ...]) -> None:
    done = twite("count", *form, text=b"\xff\xfe\x00")
    wanted = "That text is not UTF-8. Save it as UTF-8 and try again.\n"
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", wanted)
