"""Secrets and private words, followed through all that Twite does with X, to wherever they end up.

One person signs in, posts into every kind of fault, is renewed, is left in doubt, has a command
killed and one crash, reports a bug and signs out, with every library's log at its most talkative.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from app import logs
from app.drafts.extras import Extras, Medium, PostExtras
from app.drafts.provenance import Generation
from app.posting.sign_in import PORTS
from tests.helpers.browser import browser_in
from tests.helpers.command_line import LONGEST_S, PNG, Desk, killed
from tests.helpers.keyring import lasting_vault
from tests.helpers.x_faults import (
    CUT,
    NOT_JSON,
    RESET_DONE,
    RESET_READ,
    RESET_UNREAD,
    Fault,
    late,
    redirects,
    says,
    waits,
)
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X
from tests.helpers.x_wire import DUPLICATE, SUSPENDED, Answer, Request

DRAFT = "marzipan regatta by lamplight"
NOTES = "the harbour master wants nobody to know"
ALT = "a gondola made of almonds"
GENERATED = "almonds afloat once more"
HANDLE = "marzipan_sailor"
PRIVATE = (DRAFT, NOTES, ALT, GENERATED)
DEBUG_LOG = "debug.log"
REPORT = "report.txt"

TALKATIVE = f"""
import json, logging, os, sys
from pathlib import Path
logging.basicConfig(filename=Path(os.environ["HOME"]) / "{DEBUG_LOG}", level=logging.DEBUG)
from app import logs, paths
from app.cli import main
logs.start(paths.state_folder())
print(json.dumps([main(command) for command in json.loads(sys.argv[1])]))
"""
"""Runs commands one after another, with the root logger at DEBUG; prints their statuses."""

CRASH = f"""
import os, sys
from app.cli import main
from app.posting.x_client import XClient
from app.vault import open_vault

async def create_post(self, content, media_ids=()):
    secret = open_vault().read(os.environ["ACCOUNT"], "access")
    assert secret
    raise RuntimeError(secret, content, {PRIVATE!r}, os.environ["CLIENT"])

XClient.create_post = create_post
"""
"""A bug in the middle of posting; a command follows."""

LEFT = """
sys.exit(main(["post", sys.argv[1], "--yes", "--unconfirmed"]))
"""
"""The bug as the command line takes it."""

FAULTS: tuple[tuple[Fault | None, ...], ...] = (
    (None,),
    (says(401), None),
    (RESET_DONE,),
    (CUT,),
    (NOT_JSON,),
    (says(503, acts=True),),
    (RESET_READ,),
    (RESET_UNREAD,),
    (says(500),),
    (says(400, "Odd.", "code"),),
    (says(402),),
    (says(*SUSPENDED),),
    (says(*DUPLICATE),),
    (waits(90),),
    (waits(None),),
    (redirects("http://127.0.0.1:9/"),),
)


class Listening(X):
    """X, which remembers whatever it was told."""

    def __init__(self) -> None:
        super().__init__(PORTS)
        self.heard: list[Request] = []

    def serve(self, request: Request) -> Answer | None:
        self.heard.append(request)
        return super().serve(request)

    @property
    def secrets(self) -> set[str]:
        """All that lets somebody act for a person, as far as it has come to X or from there."""
        found = {secret for one in self.tokens for secret in (one.access, one.refresh)}
        for request in self.heard:
            names = ("code", "code_verifier", "refresh_token", "token")
            found |= {request.form[name] for name in names if name in request.form}
            way, _, given = request.headers.get("Authorization", "").partition(" ")
            found |= {given} if way == "Bearer" else set(_signatures(given))
        return found


@dataclass(frozen=True)
class Story:
    """What is left once it has all happened.

    Attributes:
        said: what the commands printed.
        listed: what `twite outbox list` printed, which is there to show texts.
        crashed: what a command printed in which there was a bug.
        statuses: how the first posts ended, one for each of `FAULTS`.
    """

    x: Listening
    home: Path
    said: str
    listed: str
    crashed: str
    statuses: tuple[int, ...]
    strings: tuple[str, ...]

    @property
    def secrets(self) -> set[str]:
        return self.x.secrets | set(self.strings)

    def holding(self, *words: str) -> dict[str, list[str]]:
        """The words that are to be found in files, in whatever form, with the files' names."""
        files = {
            str(file.relative_to(self.home)): file.read_bytes().lower()
            for file in self.home.rglob("*")
            if file.is_file()
        }
        found = {
            word: sorted(name for name, held in files.items() if any(f in held for f in forms))
            for word in words
            for forms in [_forms(word)]
        }
        return {word: names for word, names in found.items() if names}


def _signatures(header: str) -> Iterator[str]:
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "oauth_signature":
            yield value.strip('"')


def _forms(word: str) -> set[bytes]:
    written = {word, quote(word), quote(word, safe=""), json.dumps(word)[1:-1]}
    plain = {form.lower().encode() for form in written}
    return plain | {word.lower().encode("utf-16-le")}


class Teller:
    """Lets the story happen."""

    def __init__(self, desk: Desk, x: Listening) -> None:
        self.desk = desk
        self.x = x
        self.said: list[str] = []

    def runs(self, script: str, *arguments: str, text: str = "", **more: str) -> str:
        done = self.tries(script, *arguments, text=text, **more)
        assert done.returncode == 0, done.stderr
        self.said += [done.stdout, done.stderr]
        return done.stdout

    def tries(
        self, script: str, *arguments: str, text: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", script, *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            env=self.desk.environment | more,
            timeout=10 * LONGEST_S,
            check=False,
        )

    def commands(self, *commands: Sequence[str], text: str = "", **more: str) -> tuple[int, ...]:
        said = self.runs(TALKATIVE, json.dumps(commands), text=text, **more)
        return tuple(json.loads(said.splitlines()[-1]))

    def signs_in(self, folder: Path) -> None:
        command = ("accounts", "add", "--client-id", self.x.sign_ins.client_id)
        with browser_in(folder) as browser, ThreadPoolExecutor() as pool:
            done = pool.submit(self.commands, command, BROWSER=str(browser.program))
            self.x.approve(browser.opened_by(done))
            assert done.result() == (0,)

    def writes(self, number: int, picture: Path) -> str:
        carried = Extras((PostExtras((Medium(str(picture), ALT),)),)) if not number else None
        id = self.desk.writes(f"Number {number}, {DRAFT}.", notes=NOTES, extras=carried)
        with self.desk.store() as store:
            store.record_generation(id, Generation("model", NOTES, GENERATED))
            store.remember_version(id, (DRAFT,), "rewrite")
        return id

    def posts(self, ids: Sequence[str], *more: str) -> tuple[int, ...]:
        return self.commands(*(("post", id, "--yes", "--unconfirmed", *more) for id in ids))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("canary")
    home, picture = folder / "home", folder / "picture.png"
    picture.write_bytes(PNG)
    x = Listening()
    with pytest.MonkeyPatch.context() as patch, lasting_vault(folder, patch) as vault, x:
        teller = Teller(Desk(x, vault, home), x)
        user, other = x.add_user(HANDLE), x.add_user("other")
        strings = tuple(x.four_strings(other))
        ids = [teller.writes(number, picture) for number in range(len(FAULTS) + 5)]
        # As long as somebody has it open, SQLite keeps its log, in which nothing is wiped out.
        with closing(sqlite3.connect(home / "data/twite/drafts.sqlite3")) as watching:
            watching.execute("SELECT count(*) FROM draft").fetchone()
            teller.signs_in(folder)
            x.next(Kind.POST, *(fault for faults in FAULTS for fault in faults))
            statuses = teller.posts(ids[: len(FAULTS)])
            killed(teller.desk, ids[-4], late, "--unconfirmed")
            asked = {"ACCOUNT": user.id, "CLIENT": x.sign_ins.client_id}
            crashed = teller.tries(CRASH + LEFT, ids[-5], **asked)
            assert crashed.returncode == 1
            listed = teller.desk.twite("outbox", "list")
            (row, *_) = json.loads(teller.desk.twite("outbox", "list", "--json").stdout)
            teller.commands(("outbox", "resolve", str(row["id"])))
            teller.commands(("accounts", "add", "--oauth1"), text="\n".join(strings))
            x.next(Kind.POST, None, says(401))
            teller.posts(ids[-2:], "--account", "other")
            x.next(Kind.TOKEN, RESET_DONE)
            x.expire(vault.read(user.id, "access") or "")
            teller.posts(ids[-3:-2], "--account", HANDLE)
            teller.commands(
                ("accounts", "list", "--json"),
                ("doctor", "--report", str(home / REPORT)),
                ("accounts", "remove", HANDLE),
                ("accounts", "remove", "other"),
            )
            told = Story(
                x,
                home,
                "".join(teller.said),
                listed.stdout + listed.stderr,
                crashed.stdout + crashed.stderr,
                statuses,
                strings,
            )
            yield told


DRAFTS = ["data/twite/drafts.sqlite3", "data/twite/drafts.sqlite3-wal"]


def test_everything_happened_that_was_to_happen(story: Story) -> None:
    assert story.statuses == (0, 0, 0, 0, 0, 0, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3)
    kinds = {(request.method, request.url.split("/2/")[-1]) for request in story.x.heard}
    assert {("POST", "oauth2/token"), ("POST", "oauth2/revoke"), ("POST", "media/upload")} <= kinds
    assert len(story.secrets) >= 12
    assert (story.home / DRAFTS[1]).stat().st_size > 0


def test_the_logs_of_the_libraries_were_on(story: Story) -> None:
    said = (story.home / DEBUG_LOG).read_text("utf-8")
    assert "httpx2" in said
    assert "httpcore2" in said
    assert "/2/oauth2/token" in said


def test_the_crash_is_in_the_log(story: Story) -> None:
    said = (story.home / "state/twite" / logs.FILE).read_text("utf-8")
    assert "Uncaught RuntimeError" in said
    assert "in create_post" in said or "in post" in said


def test_no_secret_is_in_any_file(story: Story) -> None:
    assert story.holding(*story.secrets) == {}


def test_no_secret_is_printed(story: Story) -> None:
    assert [secret for secret in story.secrets if secret in story.said + story.listed] == []


def test_a_command_with_a_bug_in_it_prints_neither_a_secret_nor_a_private_word(
    story: Story,
) -> None:
    assert [word for word in (*story.secrets, *PRIVATE) if word in story.crashed] == []


def test_the_client_id_is_in_the_drafts_file_alone(story: Story) -> None:
    client_id = story.x.sign_ins.client_id
    assert set(story.holding(client_id)[client_id]) <= set(DRAFTS)


@pytest.mark.parametrize("word", PRIVATE)
def test_private_words_are_in_the_drafts_file_alone(story: Story, word: str) -> None:
    assert DRAFTS[0] in story.holding(word)[word]
    assert set(story.holding(word)[word]) <= set(DRAFTS)


@pytest.mark.parametrize("word", PRIVATE)
def test_private_words_are_printed_only_where_they_are_asked_for(story: Story, word: str) -> None:
    assert word not in story.said.lower()


def test_the_list_of_unconfirmed_posts_shows_their_text(story: Story) -> None:
    assert DRAFT in story.listed


@pytest.mark.parametrize(
    ("word", "columns"),
    [
        (DRAFT, {"draft.posts", "draft.first_line", "outbox.content", "version.posts"}),
        (NOTES, {"draft.notes", "generation.notes"}),
        (ALT, {"draft.extras", "outbox.content"}),
        (GENERATED, {"generation.text"}),
    ],
)
def test_private_words_are_in_the_columns_that_need_them(
    story: Story, word: str, columns: set[str]
) -> None:
    searched = {"draft_words.text", "draft_words_content.c0"} if word in (DRAFT, NOTES) else set()
    with closing(sqlite3.connect(story.home / DRAFTS[0])) as sql:
        tables = [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE sql != ''")]
        found = {
            f"{table}.{column[1]}"
            for table in tables
            for column in sql.execute(f"PRAGMA table_info({table})").fetchall()
            if sql.execute(
                f'SELECT 1 FROM {table} WHERE instr(lower("{column[1]}"), ?) LIMIT 1', (word,)
            ).fetchone()
        }
    assert found == columns | searched


def test_the_report_names_nobody(story: Story) -> None:
    assert HANDLE not in (story.home / REPORT).read_text("utf-8")


def test_the_notes_never_leave_this_computer(story: Story) -> None:
    bodies = b"".join(request.body for request in story.x.heard)
    assert DRAFT.encode() in bodies
    assert ALT.encode() in bodies
    assert NOTES.encode() not in bodies
    assert GENERATED.encode() not in bodies
