"""`twite doctor`: what works on this computer, and a bug report to read before sharing it."""

from __future__ import annotations

import argparse
import getpass
import os
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app import logs
from app.cli.output import print_json
from app.doctor import Finding, examine, printable, versions
from app.errors import UserError
from app.places import places

LOG_LINES = 200
"""How much of the log a report holds."""

_TOP = """\
Twite bug report

Nothing was sent anywhere: this text is on your computer alone. Read it before you share it.
It holds no text of a draft, no notes, no account and no sign-in. Your home folder is written as ~
and your user name as USER."""

_LOG_ENTRY = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ |  File "')
"""How a line begins that `logs` wrote: an entry, or a frame of a traceback."""
_NOT_FOR_SHARING = (
    (re.compile(r"(?<!\w)@\w+"), "@HANDLE"),
    # A long word of letters and digits may be a token, though nothing is meant to log one.
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}"), "SECRET"),
)


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    purpose = (
        "Looks whether all that Twite needs is here and whole; exits with 1 where something is "
        "not. Changes nothing and sends nothing."
    )
    parser = commands.add_parser("doctor", help="look whether all is well", description=purpose)
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="also write a bug report to this new file, or to standard output for -",
    )
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_run)


def report(findings: Sequence[Finding], log_folder: Path, home: Path, user: str) -> str:
    """The bug report: versions, findings and the end of the log, for a person to read first."""
    body = (
        "Versions",
        *(f"  {name} {number}" for name, number in versions()),
        "",
        "Findings",
        *(f"  {'ok' if one.ok else 'NOT OK'}, {one.name}: {one.sentence}" for one in findings),
        "",
        *_log(log_folder),
    )
    return f"{_TOP}\n\n" + redacted("\n".join(body), home, user) + "\n"


def redacted(text: str, home: Path, user: str) -> str:
    """The text with the home folder as `~`, and the user's name, as a whole word, as `USER`."""
    for folder in (home, home.resolve()):
        steps = [re.escape(step) for step in re.split(r"[\\/]+", printable(str(folder)))]
        if any(steps):
            place = r"[\\/]+".join(steps)
            text = re.sub(rf"(?<!\w){place}(?![\w-])", "~", text, flags=re.IGNORECASE)
    for name in filter(None, (user, home.name)):
        word = re.escape(printable(name))
        text = re.sub(rf"(?<![^\W_]){word}(?![^\W_])", "USER", text, flags=re.IGNORECASE)
    return text


def _run(arguments: argparse.Namespace) -> int:
    to_output = arguments.report == "-"
    if to_output and arguments.json:
        raise UserError("Standard output takes a report or JSON.", "Give --report a file name.")
    here = places()
    findings = examine(here)
    text = report(findings, here.log_folder, Path.home(), _user()) if arguments.report else ""
    if text and not to_output:
        _write(Path(arguments.report), text)
    if to_output:
        print(text, end="")
    elif arguments.json:
        print_json(_fields(findings))
    else:
        _print(findings, arguments.report)
    return 0 if all(finding.ok for finding in findings) else 1


def _user() -> str:
    """The name a person is logged in by, or "" where the system has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _write(file: Path, text: str) -> None:
    """Write a new file that its owner alone may read; raises `UserError` where that fails.

    A file that is there already is left alone: it may be anything.
    """
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as writing:
            writing.write(text)
    except FileExistsError:
        raise UserError(f"{file} is there already.", "Choose another name.") from None
    except OSError as error:
        raise UserError(
            f"The report could not be written to {file}: {error.strerror}.", "Choose another place."
        ) from error


def _print(findings: Sequence[Finding], report_file: str | None) -> None:
    for finding in findings:
        print(f"{'ok' if finding.ok else 'NOT OK':6}  {finding.name:18}  {finding.sentence}")
    print()
    faults = sum(not finding.ok for finding in findings)
    print(f"{faults} of {len(findings)} are not as they should be." if faults else "All is well.")
    if report_file:
        print(f"The report is in {report_file}. Nothing was sent: read it before you share it.")


def _fields(findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "ok": all(finding.ok for finding in findings),
        "findings": [asdict(finding) for finding in findings],
        "versions": dict(versions()),
    }


def _log(folder: Path) -> list[str]:
    """The end of the log. What has not the form of Twite's own entries is left out."""
    entries = (line for line in _log_lines(folder) if _LOG_ENTRY.match(line))
    try:
        last = deque(entries, maxlen=LOG_LINES)
    except OSError as error:
        return [f"The log could not be read: {error.strerror}."]
    heading = f"The last {len(last)} lines of the log" if last else "The log is empty."
    return [heading, *(f"  {_without_names(line)}" for line in last)]


def _log_lines(folder: Path) -> Iterator[str]:
    """The oldest first; the rotated files end in a number that grows with age."""
    tails = [f".{age}" for age in range(logs.OLD_FILES, 0, -1)]
    for file in (folder / f"{logs.FILE}{tail}" for tail in (*tails, "")):
        if file.is_file():
            yield from file.read_text("utf-8", errors="backslashreplace").splitlines()


def _without_names(line: str) -> str:
    for pattern, replacement in _NOT_FOR_SHARING:
        line = pattern.sub(replacement, line)
    return line
