"""The models of this computer: the dialog that shows them, and all that goes on with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.compose.events import Preparing
from app.errors import UserError
from app.importing import Importer
from app.model_shelf import Shelf, read_shelf
from app.model_speed import SpeedRecord
from models.catalog import find
from models.install.progress import Progress
from models.library import BUILT_IN, Library
from models.manifest import Manifest
from ui.announce import announce
from ui.jobs import Jobs
from ui.message import tell
from ui.models_dialog import wording
from ui.models_dialog.background import in_background
from ui.models_dialog.choice import ModelChoice
from ui.models_dialog.download import Download
from ui.models_dialog.import_bridge import ImportBridge, MakeImporter
from ui.models_dialog.measurement import Measurement

# Only those who open the dialog wait for it to be imported.
if TYPE_CHECKING:
    from ui.models_dialog.dialog import ModelsDialog
    from ui.models_dialog.model_card import ModelCard
    from ui.models_dialog.offer_card import OfferCard

SPEEDS = "speeds.json"
KEPT = "What has come is kept: it goes on from there."
AGAIN = "Remove it and install it again; your drafts are safe."


class ModelsDesk(QObject):
    """Keeps the dialog, the choice and what lies in the models folder in step.

    A download and an import go on when the dialog is closed, and are told of on the status line; a
    measurement ends with the dialog.

    Signals:
        working(str): what goes on, for the status line; "" where nothing does.
        connected(bool): whether the Hub is being talked to.
    """

    working = Signal(str)
    connected = Signal(bool)

    def __init__(
        self,
        models_folder: Path,
        settings_folder: Path,
        choice: ModelChoice,
        jobs: Jobs,
        window: QWidget,
        make_importer: MakeImporter = Importer,
    ) -> None:
        super().__init__()
        self._library = Library(models_folder)
        self._speeds = SpeedRecord(settings_folder / SPEEDS)
        self._choice = choice
        self._jobs = jobs
        self._window = window
        self._dialog: ModelsDialog | None = None
        self._asked = 0
        self._measurement = Measurement(models_folder, self._speeds, jobs)
        self._download = Download(models_folder, jobs)
        self._import = ImportBridge(models_folder, make_importer)
        self._connect()

    def open(self) -> None:
        """Show the dialog."""
        dialog = self._dialog or self._new_dialog()
        dialog.open_over()
        self.refresh()

    def refresh(self, then: Callable[[], None] = lambda: None) -> None:
        """Look through the models folder anew, and go on once the dialog shows it."""
        self._asked += 1
        asked = self._asked
        read = partial(read_shelf, self._library.folder, self._speeds)

        def show(shelf: Shelf) -> None:
            if asked == self._asked:
                self._show(shelf)
            then()

        self._jobs.watch(in_background(read), show)

    def close(self, timeout: float) -> None:
        """End all that goes on, waiting at most so many seconds for it."""
        self._measurement.cancel()
        self._download.close(timeout)
        self._import.close(timeout)
        if self._dialog:
            self._dialog.close()

    def install(self, model_id: str) -> None:
        """Download a model of the catalog."""
        if self._download.model:
            return
        self._download.start(find(model_id))
        self._tell_connected()
        self._with_offer(model_id, lambda card: card.show_progress(None))
        self._allow()

    def import_from(self, source: Path, chat_format: str = "") -> None:
        """Import a person's own model."""
        if not self._import.name:
            self._import.start(source, chat_format)
            if self._dialog:
                self._dialog.importing.begin(source)

    def import_from_hub(self, name: str, chat_format: str = "") -> None:
        """Fetch a checkpoint from the Hub, and import it."""
        if not self._import.name:
            self._import.start_from_hub(name, chat_format)
            self._tell_connected()
            if self._dialog:
                self._dialog.importing.begin(name)

    def verify(self, model_id: str) -> None:
        """Check every file of a model."""
        self._with_card(
            model_id, lambda card: card.show_work("Checking every file", can_cancel=False)
        )
        found = in_background(lambda: self._library.verify(model_id))

        def done(manifest: Manifest) -> None:
            count = len(manifest.files)
            said = f"All {count} files are as they were installed."
            self._with_card(model_id, lambda card: card.finish(said, "good"))

        self._jobs.watch(found, done, partial(self._fail_verifying, model_id))

    def measure(self, model_id: str) -> None:
        """Measure how fast a model writes here, until the dialog is closed."""
        if self._measurement.model_id:
            return
        self._measurement.start(model_id)
        self._with_card(
            model_id, lambda card: card.show_work("Measuring its speed", can_cancel=True)
        )
        self._allow()

    def remove(self, model_id: str) -> None:
        """Remove a model, once the writer has let go of it."""
        self._with_card(model_id, lambda card: card.show_work("Removing it", can_cancel=False))
        self._jobs.watch(self._choice.forget(model_id), lambda _: self._remove(model_id))

    def discard(self, model_id: str) -> None:
        """Remove what is here of a download that was broken off."""
        removed = in_background(lambda: self._library.remove(model_id))
        self._jobs.watch(removed, lambda _: self.refresh(), partial(self._fail_offer, model_id))

    def _new_dialog(self) -> ModelsDialog:
        from ui.models_dialog.dialog import ModelsDialog

        dialog = self._dialog = ModelsDialog(self._window)
        dialog.use_for_draft.connect(self._choice.use_for_draft)
        dialog.use_always.connect(self._choice.use_always)
        dialog.measure_requested.connect(self.measure)
        dialog.measuring_cancelled.connect(self._measurement.cancel)
        dialog.verify_requested.connect(self.verify)
        dialog.remove_confirmed.connect(self.remove)
        dialog.install_requested.connect(self.install)
        dialog.download_cancelled.connect(self._download.cancel)
        dialog.discard_requested.connect(self.discard)
        dialog.importing.chosen.connect(self.import_from)
        dialog.importing.named.connect(self.import_from_hub)
        dialog.importing.cancelled.connect(self._import.cancel)
        dialog.importing.discarded.connect(self._discard_kept)
        dialog.finished.connect(self._measurement.cancel)
        return dialog

    def _connect(self) -> None:
        self._choice.changed.connect(self._show_choice)
        self._choice.refused.connect(self._tell_refusal)
        self._measurement.measured.connect(lambda id: self._end_measuring(id, "Measured."))
        self._measurement.stopped.connect(lambda id: self._end_measuring(id, ""))
        self._measurement.failed.connect(self._fail_measuring)
        self._download.progressed.connect(self._show_download)
        self._download.arrived.connect(self._welcome_download)
        self._download.failed.connect(self._fail_download)
        self._download.stopped.connect(lambda model_id: self._end_download(model_id, KEPT))
        self._import.fetching.connect(self._show_fetching)
        self._import.progressed.connect(self._show_import)
        self._import.arrived.connect(self._welcome_import)
        self._import.failed.connect(self._fail_import)
        self._import.stopped.connect(self._stop_import)

    def _show(self, shelf: Shelf) -> None:
        if not self._dialog:
            return
        self._dialog.show_shelf(shelf)
        self._show_choice()
        self._allow()

    def _allow(self) -> None:
        """One measurement and one download at a time."""
        if self._dialog:
            self._dialog.allow_measuring(not self._measurement.model_id)
            self._dialog.allow_installing(self._download.model is None)

    def _show_choice(self) -> None:
        if self._dialog:
            self._dialog.show_choice(self._choice.always, self._choice.current)

    def _tell_refusal(self, model_id: str, error: UserError) -> None:
        writes = "built-in model" if self._choice.current == BUILT_IN else "model of other drafts"
        said = (
            f"{error.what_happened} The {writes} writes instead; your notes and drafts are as they "
            "were."
        )
        card = self._dialog.card(model_id) if self._dialog and self._dialog.isVisible() else None
        if card:
            card.say(said, "warning")
        else:
            tell(self._window, said)

    def _show_download(self, progress: Progress) -> None:
        model = self._download.model
        if not model:
            return
        self.working.emit(f"Installing {model.name}: {wording.share(progress):.0%}")
        self._with_offer(model.id, lambda card: card.show_progress(progress))

    def _welcome_download(self, model_id: str) -> None:
        self._fall_silent()
        self._welcome(model_id)

    def _fail_download(self, model_id: str, error: BaseException) -> None:
        self._end_download(model_id, *_told(error))
        _raise_bug(error)

    def _end_download(self, model_id: str, said: str, tone: str = "second") -> None:
        self._fall_silent()
        self.refresh(lambda: self._with_offer(model_id, lambda card: card.finish(said, tone)))
        if tone == "warning" and not self._is_on_show():
            tell(self._window, said)

    def _tell_connected(self) -> None:
        self.connected.emit(self._download.model is not None or self._import.is_fetching)

    def _fall_silent(self) -> None:
        """A download or an import has ended."""
        self._tell_connected()
        self.working.emit("")

    def _show_fetching(self, progress: Progress) -> None:
        self.working.emit(f"Fetching {self._import.name}: {wording.share(progress):.0%}")
        if self._dialog:
            self._dialog.importing.show_fetching(progress)

    def _show_import(self, progress: Preparing) -> None:
        self._tell_connected()
        if self._import.name:
            self.working.emit(f"Importing {self._import.name}: {progress.fraction:.0%}")
        if self._dialog:
            self._dialog.importing.show_progress(progress)

    def _welcome_import(self, model_id: str) -> None:
        self._end_import("")
        self._welcome(model_id)

    def _fail_import(self, error: UserError) -> None:
        self._fall_silent()
        self._tell_kept()
        if self._dialog:
            self._dialog.importing.fail(error)
        if not self._is_on_show():
            tell(self._window, wording.sentence(error))

    def _stop_import(self) -> None:
        self._tell_kept()
        self._end_import("Stopped; nothing was added.")

    def _tell_kept(self) -> None:
        """Say what is on the disk of a checkpoint that was not imported."""
        kept_id = self._import.kept_id
        if not kept_id:
            return

        def show(count: int) -> None:
            if self._dialog and not self._import.name:
                self._dialog.importing.show_kept(count)

        self._jobs.watch(in_background(lambda: self._library.arrived(kept_id)), show)
        self.refresh()

    def _discard_kept(self) -> None:
        kept_id = self._import.kept_id
        removed = in_background(lambda: self._library.remove(kept_id))
        self._jobs.watch(removed, lambda _: self.refresh(), self._fail_discarding)

    def _fail_discarding(self, error: BaseException) -> None:
        if self._dialog:
            self._dialog.importing.finish(*_told(error))
        _raise_bug(error)

    def _end_import(self, said: str) -> None:
        self._fall_silent()
        if self._dialog:
            self._dialog.importing.finish(said)

    def _welcome(self, model_id: str) -> None:
        """A model is there that was not."""

        def show() -> None:
            self._with_card(model_id, lambda card: card.say("It lies ready.", "good"))
            if self._dialog:
                self._dialog.show_card(model_id)

        self.refresh(show)
        if not self._is_on_show():
            announce(self._window, f"The model {model_id} is installed")

    def _remove(self, model_id: str) -> None:
        removed = in_background(lambda: self._library.remove(model_id))
        self._jobs.watch(removed, lambda _: self.refresh(), partial(self._fail_at, model_id))

    def _end_measuring(self, model_id: str, said: str) -> None:
        self._allow()
        self._with_card(model_id, lambda card: card.finish(said, "good"))
        self.refresh()

    def _fail_measuring(self, model_id: str, error: BaseException) -> None:
        self._allow()
        self._fail_at(model_id, error)

    def _fail_verifying(self, model_id: str, error: BaseException) -> None:
        """The library names the command line's way out; here there is another."""
        if isinstance(error, UserError) and model_id != BUILT_IN:
            error = UserError(error.what_happened, AGAIN)
        self._fail_at(model_id, error)

    def _fail_at(self, model_id: str, error: BaseException) -> None:
        self._with_card(model_id, lambda card: card.finish(*_told(error)))
        _raise_bug(error)

    def _fail_offer(self, model_id: str, error: BaseException) -> None:
        self._with_offer(model_id, lambda card: card.finish(*_told(error)))
        _raise_bug(error)

    def _is_on_show(self) -> bool:
        return self._dialog is not None and self._dialog.isVisible()

    def _with_card(self, model_id: str, act: Callable[[ModelCard], None]) -> None:
        """Do this with the card of a model that is listed as being here."""
        card = self._dialog.card(model_id) if self._dialog else None
        if card:
            act(card)

    def _with_offer(self, model_id: str, act: Callable[[OfferCard], None]) -> None:
        """Do this with the card of a model that is listed as to be had."""
        card = self._dialog.offer(model_id) if self._dialog else None
        if card:
            act(card)


def _told(error: BaseException) -> tuple[str, str]:
    """What a card says of an error, and its tone; nothing of a bug."""
    return (wording.sentence(error), "warning") if isinstance(error, UserError) else ("", "second")


def _raise_bug(error: BaseException) -> None:
    if not isinstance(error, UserError):
        raise error
