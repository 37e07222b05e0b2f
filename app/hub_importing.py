"""A checkpoint on the Hugging Face Hub: fetched, then imported, from the window or the terminal."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

from app.compose import events
from app.errors import Cancelled, UserError
from app.importing import Importer
from app.making import OnEvent
from models.install.hub_name import repository_name
from models.install.progress import Progress
from models.library import Library

_BROKEN_OFF = UserError(
    "Fetching the model stopped unexpectedly; nothing was added.",
    "Try again: what has arrived is kept.",
)


class HubImporter:
    """One checkpoint at a time. `on_event` is called on threads of their own.

    It tells `Fetching` while bytes arrive and `Preparing` from then on, and ends in exactly one of
    `Prepared`, `Failed(None)` and `Stopped(0)`. What has arrived is kept for the next time unless
    it ends well or is of no use here.
    """

    def __init__(self, models_folder: Path, on_event: OnEvent) -> None:
        self._folder = models_folder
        self._on_event = on_event
        self._importer = Importer(models_folder, self._hear)
        self._ending: events.Event | None = None
        self._cancelled = Event()
        self._is_under_way = False
        self._thread: Thread | None = None

    def start(self, name: str, model_id: str = "", chat_format: str = "") -> None:
        """Begin, unless one is under way.

        `name` is the repository's, `owner/name`, or the address of its page.
        """
        if self._is_under_way:
            return
        self._is_under_way = True
        self._cancelled = Event()
        self._thread = Thread(
            target=self._run, args=(name, model_id, chat_format), name="fetching", daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """Stop; `Stopped(0)` follows."""
        self._cancelled.set()
        self._importer.cancel()

    def wait(self) -> None:
        """Wait until it has ended and its last event was delivered."""
        if self._thread:
            self._thread.join()

    def close(self) -> None:
        """Cancel, and wait for the end."""
        self.cancel()
        self.wait()

    def _run(self, name: str, model_id: str, chat_format: str) -> None:
        try:
            ending = self._made(name, model_id, chat_format)
        except Cancelled:
            ending = events.Stopped(0)
        except UserError as error:
            ending = events.Failed(None, error)
        except Exception:
            # A bug, which is reported; whoever waits is told that it ended all the same.
            self._end(events.Failed(None, _BROKEN_OFF))
            raise
        self._end(ending)

    def _end(self, ending: events.Event) -> None:
        """Whoever hears of the end may begin the next at once."""
        self._is_under_way = False
        self._on_event(ending)

    def _made(self, written: str, model_id: str, chat_format: str) -> events.Event:
        # The HTTP client takes a tenth of a second to import, which nobody else has to wait for.
        from models.install.hub_checkpoint import fetched, id_here

        name = repository_name(written)
        model_id = id_here(Library(self._folder), name, model_id)
        with fetched(self._folder, name, self._tell, self._cancelled.is_set) as checkpoint:
            return self._imported(checkpoint, model_id, chat_format)

    def _imported(self, checkpoint: Path, model_id: str, chat_format: str) -> events.Event:
        """Import what was fetched; raises what it ended with, unless that is a model."""
        self._importer.start(checkpoint, model_id, chat_format)
        if self._cancelled.is_set():
            # It may have been set before there was a process that could be stopped.
            self._importer.cancel()
        self._importer.wait()
        ending, self._ending = self._ending, None
        if isinstance(ending, events.Failed):
            raise ending.error
        if not isinstance(ending, events.Prepared):
            raise Cancelled
        return ending

    def _tell(self, progress: Progress) -> None:
        self._on_event(events.Fetching(progress))

    def _hear(self, event: events.Event) -> None:
        if isinstance(event, events.Preparing):
            self._on_event(event)
        else:
            self._ending = event
