"""Somebody at a terminal: `twite` in processes of its own, with a keyring and the loopback X."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.drafts.draft import Draft
from app.drafts.extras import Extras
from app.drafts.store import DraftStore
from app.posting.accounts import Account, Accounts
from app.posting.outbox import Outbox, State
from app.vault import Vault
from tests.helpers.x_account import sign_in
from tests.helpers.x_faults import (
    Fault,
    Gate,
)
from tests.helpers.x_kinds import Kind
from tests.helpers.x_server import X

Done = subprocess.CompletedProcess[str]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
LONGEST_S = 60

# A shell that starts its jobs in the background has them ignore Ctrl+C, and a process inherits
# that; Python then sets up nothing for it.
TWITE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from ui.launch import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Desk:
    """Somebody at a terminal, with drafts, a keyring, and the loopback X to post to."""

    x: X
    vault: Vault
    folder: Path

    def signs_in(self, name: str = "anna") -> Account:
        """An account in the list, with its tokens in the keyring."""
        account = sign_in(self.x, self.x.add_user(name), self.vault, self._data / "locks")
        with self.store() as store:
            Accounts(store.database).keep(account)
        return account

    @contextmanager
    def store(self) -> Iterator[DraftStore]:
        with closing(DraftStore(self._data / "drafts.sqlite3")) as store:
            yield store

    def writes(self, *posts: str, notes: str = "", extras: Extras | None = None) -> str:
        with self.store() as store:
            return store.create(posts, notes, extras).id

    def draft(self, id: str) -> Draft:
        with self.store() as store:
            return store.get(id)

    def states(self, id: str) -> list[State]:
        with self.store() as store:
            return [entry.state for entry in Outbox(store.database).of_draft(id)]

    def twite(self, *arguments: str, text: str = "", **more: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "ui.launch", *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            env=self.environment | more,
            timeout=LONGEST_S,
            check=False,
        )

    def post(self, id: str, *more: str, **environment: str) -> Done:
        return self.twite("post", id, "--yes", *more, **environment)

    @contextmanager
    def posting(self, id: str, *more: str) -> Iterator[subprocess.Popen[str]]:
        """`twite post`, under way."""
        with subprocess.Popen(
            [sys.executable, "-c", TWITE, "post", id, "--yes", *more],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.environment,
            # Whoever starts the tests may have shut their ears to it, which is handed down.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        ) as process:
            yield process

    def at_a_terminal(self, *arguments: str, typed: str) -> Done:
        """The same where standard input is a terminal, at which this is typed."""
        mine, theirs = pty.openpty()
        try:
            os.write(mine, typed.encode())
            return subprocess.run(
                [sys.executable, "-m", "ui.launch", *arguments],
                stdin=theirs,
                capture_output=True,
                encoding="utf-8",
                env=self.environment,
                timeout=LONGEST_S,
                check=False,
            )
        finally:
            os.close(mine)
            os.close(theirs)

    @property
    def live(self) -> list[str]:
        return [post.text for post in self.x.posts]

    @property
    def environment(self) -> dict[str, str]:
        """All that Twite writes lies in the folder."""
        names = ("DATA", "CONFIG", "STATE", "CACHE")
        places = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in names}
        return {
            **os.environ,
            **places,
            "HOME": str(self.folder),
            "TWITE_X_API_URL": self.x.endpoints.api,
            "TWITE_X_AUTHORIZE_URL": self.x.endpoints.authorize,
        }

    @property
    def _data(self) -> Path:
        return self.folder / "data" / "twite"


def killed(desk: Desk, id: str, fault: Callable[[Gate], Fault], *more: str) -> None:
    """`twite post`, ended in the middle of its request, which then takes its course at X."""
    gate = Gate()
    desk.x.next(Kind.POST, fault(gate))
    with desk.posting(id, *more) as process:
        assert gate.reached.wait(LONGEST_S)
        process.kill()
    gate.set()
