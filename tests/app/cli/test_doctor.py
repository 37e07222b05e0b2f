"""`twite doctor`: what it prints, and the bug report with nothing in it that is not for sharing."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path, PureWindowsPath

import pytest

from app import logs
from app.cli.doctor import LOG_LINES, redacted
from app.drafts.extras import Extras, Medium, PostExtras
from app.drafts.provenance import Generation
from app.drafts.store import DraftStore
from app.paths import models_folder
from app.posting.accounts import Account, Accounts, Way

ROOT = Path(__file__).parents[3]

WITH_KEYRING = (
    *("dbus-run-session", "--", "sh", "-c"),
    'echo secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@"',
    "sh",
)
"""What stands before a command that is to have a keyring of its own, unlocked."""

ALONE = ("unshare", "-n" if os.geteuid() == 0 else "-rn", "--")
THEN_COUNT = ("sh", "-c", '"$@" >&2; cat /proc/net/snmp', "sh")

DRAFT = "Marzipan regatta moved to Thursday."
NOTES = "The harbour master wants nobody to know."
GENERATED = "A regatta of marzipan, and it is soon."
CLAIM = "number:forty-one barges"
HANDLE = "marzipan_sailor"
MEDIUM = "birthday-surprise.png"
SECRET = "c2VjcmV0LXRva2VuLW9mLXNvbWVib2R5"
CANARIES = (DRAFT, NOTES, GENERATED, CLAIM, HANDLE, MEDIUM, SECRET, "Sailor of Marzipan", "app-id")

KEEP_A_SECRET = """
import sys
from app.cli import main
from app.vault import open_vault

vault = open_vault()
assert vault.is_lasting
vault.write("17", "access", sys.argv[1])
assert vault.read("17", "access") == sys.argv[1]
sys.exit(main(["doctor", "--report", "-"]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder of somebody called wilhelmina."""
    folder = tmp_path / "home" / "wilhelmina"
    folder.mkdir(parents=True)
    return folder


def run(home: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A command of wilhelmina's, who has everything in the home folder, but no model."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "LOGNAME": "wilhelmina",
        "TWITE_MODELS_DIR": str(home / "models"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        **more,
    }
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def doctor(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(home, sys.executable, "-m", "ui.launch", "doctor", *arguments)


def write_log(home: Path, *lines: str) -> None:
    """Entries in the place of the log."""
    file = home / "state" / "twite" / logs.FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def entry(message: str) -> str:
    return f"2026-08-01 12:00:00,000 ERROR {message}"


def test_where_all_is_well_it_says_so_and_exits_with_0(home: Path) -> None:
    command = (*WITH_KEYRING, sys.executable, "-m", "ui.launch", "doctor")
    done = run(home, *command, DISPLAY=":0", TWITE_MODELS_DIR=str(models_folder()))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All is well.")


def test_where_something_is_missing_it_says_what_and_exits_with_1(home: Path) -> None:
    done = doctor(home)
    assert done.returncode == 1
    assert re.search("^NOT OK +built-in model .*twite models prepare", done.stdout, re.MULTILINE)


def test_json_has_exactly_the_documented_fields(home: Path) -> None:
    answer = json.loads(doctor(home, "--json").stdout)
    assert set(answer) == {"ok", "findings", "versions"}
    assert all(set(finding) == {"name", "ok", "sentence"} for finding in answer["findings"])


def test_json_is_ok_where_every_finding_is(home: Path) -> None:
    answer = json.loads(doctor(home, "--json").stdout)
    assert answer["ok"] is all(finding["ok"] for finding in answer["findings"])


def test_nothing_appears_in_the_home_folder_though_the_model_was_loaded(home: Path) -> None:
    command = (sys.executable, "-m", "ui.launch", "doctor")
    done = run(home, *command, TWITE_MODELS_DIR=str(models_folder()))
    assert "The model loads, and runs on" in done.stdout
    assert list(home.iterdir()) == []


def tries(home: Path, *command: str) -> int:
    """How often a command and its children tried to reach a network where there is none.

    Linux counts what it has no route for (ipOutNoRoutes of RFC 2011), whatever library asked; of
    IPv6 it counts less, so looking up a name has to do.
    """
    done = run(home, *ALONE, *THEN_COUNT, *command, TWITE_MODELS_DIR=str(models_folder()))
    assert done.returncode == 0, f"unshare has to work here: {done.stderr}"
    names, numbers = (line.split() for line in done.stdout.splitlines() if line.startswith("Ip: "))
    return int(numbers[names.index("OutNoRoutes")])


def test_a_try_to_reach_the_network_would_be_counted(home: Path) -> None:
    connect = "import socket; socket.socket().connect_ex(('192.0.2.1', 443))"
    assert tries(home, sys.executable, "-c", connect) == 1


def test_no_process_tries_to_reach_the_network(home: Path) -> None:
    assert tries(home, sys.executable, "-m", "ui.launch", "doctor") == 0


def test_a_report_says_at_its_top_that_nothing_was_sent_and_to_read_it(home: Path) -> None:
    top = doctor(home, "--report", "-").stdout.splitlines()[:3]
    assert top[2].startswith("Nothing was sent anywhere")
    assert "Read it before you share it" in top[2]


def test_a_report_has_versions_and_findings(home: Path) -> None:
    lines = doctor(home, "--report", "-").stdout.splitlines()
    assert any(line.startswith("  Twite ") for line in lines)
    assert any(line.startswith("  NOT OK, built-in model: ") for line in lines)


def test_a_report_in_a_file_is_for_its_owner_alone(home: Path) -> None:
    doctor(home, "--report", str(home / "report.txt"))
    assert stat.S_IMODE((home / "report.txt").stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_written_over(home: Path) -> None:
    (home / "diary.txt").write_text("Dear diary", "utf-8")
    done = doctor(home, "--report", str(home / "diary.txt"))
    assert (done.returncode, done.stderr) == (
        1,
        f"{home / 'diary.txt'} is there already. Choose another name.\n",
    )
    assert (home / "diary.txt").read_text("utf-8") == "Dear diary"


def test_a_folder_that_is_not_there_is_told_in_a_sentence(home: Path) -> None:
    done = doctor(home, "--report", str(home / "nowhere" / "report.txt"))
    assert done.returncode == 1
    assert done.stderr.endswith("No such file or directory. Choose another place.\n")


def test_json_may_come_with_a_report_in_a_file(home: Path) -> None:
    done = doctor(home, "--json", "--report", str(home / "report.txt"))
    assert "findings" in json.loads(done.stdout)
    assert (home / "report.txt").read_text("utf-8").startswith("Twite bug report\n")


def test_json_and_a_report_do_not_mix_on_standard_output(home: Path) -> None:
    done = doctor(home, "--json", "--report", "-")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_report_has_the_last_lines_of_the_log(home: Path) -> None:
    write_log(home, *(entry(f"number {number}.") for number in range(LOG_LINES + 50)))
    report = doctor(home, "--report", "-").stdout
    assert re.findall(r"number (\d+)\.", report) == [str(50 + line) for line in range(LOG_LINES)]


def test_lines_of_the_log_before_it_was_rotated_come_first(home: Path) -> None:
    write_log(home, entry("first of all"))
    file = home / "state" / "twite" / logs.FILE
    file.rename(f"{file}.1")
    write_log(home, entry("then more"))
    report = doctor(home, "--report", "-").stdout
    assert re.findall("first of all|then more", report) == ["first of all", "then more"]


def test_what_the_log_does_not_write_itself_is_left_out(home: Path) -> None:
    write_log(home, entry("Uncaught ValueError"), '  File "a.py", line 1, in f', DRAFT)
    report = doctor(home, "--report", "-").stdout
    assert "Uncaught ValueError" in report
    assert 'File "a.py", line 1, in f' in report
    assert DRAFT not in report


def test_a_log_that_cannot_be_read_is_told(home: Path) -> None:
    # The system gives an error to whoever reads its own memory from the start, root too.
    file = home / "state" / "twite" / logs.FILE
    file.parent.mkdir(parents=True)
    file.symlink_to("/proc/self/mem")
    assert "The log could not be read" in doctor(home, "--report", "-").stdout


@pytest.mark.parametrize("word", [f"@{HANDLE}", SECRET + "1", "17-" + SECRET])
def test_handles_and_what_looks_like_a_token_are_struck_from_the_log(home: Path, word: str) -> None:
    write_log(home, entry(f"odd: {word}, and more"))
    report = doctor(home, "--report", "-").stdout
    assert word not in report
    assert ", and more" in report


def test_neither_home_nor_name_of_the_person_is_in_a_report(home: Path) -> None:
    write_log(home, entry("Uncaught OSError"), f'  File "{home}/twite/a.py", line 1, in f')
    report = doctor(home, "--report", "-").stdout
    assert '"~/twite/a.py"' in report
    assert str(home) not in report
    assert "wilhelmina" not in report


HOME = Path("/home/ann")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("in /home/ann/twite", "in ~/twite"),
        ("/home/ann", "~"),
        ("file:///home/ann/a", "file:~/a"),
        ("/home/anna/twite", "/home/anna/twite"),
        ("/mnt/home/ann/twite", "/mnt/home/USER/twite"),
        ("Ann's own, ann_b and ANN", "USER's own, USER_b and USER"),
        ("announced by Hannah", "announced by Hannah"),
    ],
)
def test_home_and_name_are_replaced_and_nothing_else(text: str, wanted: str) -> None:
    assert redacted(text, HOME, "ann") == wanted


@pytest.mark.parametrize("place", [r"C:\Users\Ann\a", r"c:\\Users\\Ann\\a", "C:/Users/Ann/a"])
def test_a_home_on_windows_is_known_however_it_is_written(place: str) -> None:
    home = Path(str(PureWindowsPath(r"C:\Users\Ann")))
    assert redacted(place, home, "Smith")[:2] in ("~\\", "~/")


def test_a_person_whose_home_is_the_root_keeps_the_paths() -> None:
    assert redacted("/usr/lib", Path("/"), "") == "/usr/lib"


@pytest.fixture
def canaries(home: Path) -> None:
    """Everything that must not be shared, in the places where it is kept."""
    with closing(DraftStore(home / "data" / "twite" / "drafts.sqlite3")) as store:
        id = store.create((DRAFT,), NOTES).id
        extras = Extras((PostExtras((Medium(f"/pictures/{MEDIUM}", DRAFT),)),))
        store.save(id, (DRAFT, DRAFT), NOTES, extras)
        store.record_generation(id, Generation("model", NOTES, GENERATED))
        store.confirm(id, CLAIM)
        account = Account("17", HANDLE, "Sailor of Marzipan", Way.OAUTH2, "app-id")
        Accounts(store.database).keep(account)
    logs.start(home / "state" / "twite")
    try:
        raise ValueError(*CANARIES)
    except ValueError as error:
        logs.record_bug(error)
    finally:
        logs.stop()


@pytest.mark.usefixtures("canaries")
def test_no_canary_is_in_any_line_of_a_report(home: Path) -> None:
    done = run(home, *WITH_KEYRING, sys.executable, "-c", KEEP_A_SECRET, SECRET)
    assert "holds 1 draft." in done.stdout, done.stderr
    assert "Uncaught ValueError" in done.stdout
    assert "SecretService" in done.stdout
    assert [canary for canary in CANARIES if canary in done.stdout] == []
    assert [canary for canary in CANARIES if canary in done.stderr] == []
