"""The composition root: builds every part of the window and passes each what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from app import logs, settings
from app.drafts.lane import StoreLane
from app.errors import UserError
from app.places import Places
from app.posting.endpoints import endpoints
from app.posting.loop_thread import LoopThread
from app.settings import ThemeChoice
from ui import shortcuts, type_scale
from ui.accounts.desk import AccountDesk
from ui.assistant.panel import AssistantPanel
from ui.assistant.preferences import Preferences
from ui.bug_dialog import BugDialog
from ui.composer.composer import Composer
from ui.draft_desk import DraftDesk
from ui.draft_index import DraftIndex
from ui.export_dialog import ExportDialog
from ui.icons import icon
from ui.jobs import Jobs
from ui.keys_dialog import KeysDialog
from ui.main_window import MainWindow
from ui.message import tell
from ui.models_dialog.choice import ModelChoice
from ui.models_dialog.desk import ModelsDesk
from ui.models_dialog.writer_of_choice import WriterOfChoice
from ui.palette import Palette
from ui.posting.desk import PostDesk
from ui.shortcuts import Name
from ui.sidebar.sidebar import Sidebar
from ui.status_line import StatusLine
from ui.theme import Theme
from ui.type_scale import Size

CLOSING_S = 2.0
"""The longest that closing waits for the disk."""
ENDING_S = 0.5
"""The longest that closing waits for a download, and for an import, to break off tidily."""


class Twite(QObject):
    """One window with all that belongs to it; `close` ends it.

    Attributes:
        window: the window.
        sidebar, composer, assistant: its columns.
        desk: the draft on screen.
        accounts: whom it is posted as.
        posting: its way to X.
        models: the models, and what goes on with them.
        choice: which of them writes.
        theme: the colours.
        writer: the model's end.
        actions: every action by its name.
        palette: the commands.
    """

    _talking = Signal(bool)

    def __init__(self, application: QApplication, places: Places) -> None:
        super().__init__()
        self._application = application
        self._places = places
        self._settings, self._settings_notice = settings.load(places.settings_file)
        application.setFont(type_scale.font(Size.BODY))
        self.theme = Theme(application, self._settings.theme)
        application.setWindowIcon(icon("twite", self.theme.colours.accent, 64))
        self.writer = WriterOfChoice(places.models_folder, self._settings.model)
        self.sidebar = Sidebar(self.theme)
        self._jobs = Jobs()
        self.composer = Composer(self.theme, self._jobs, places.media_folder)
        self.assistant = AssistantPanel(self.theme, self.writer)
        self._status_line = StatusLine(self.theme, self.writer)
        self.window = MainWindow(self.sidebar, self.composer, self.assistant, self._status_line)
        self._bugs = BugDialog(self.window, logs.start(places.log_folder))
        self._jobs.broke.connect(self._bugs.take)
        self._lane = StoreLane(places.drafts_file)
        self._index = DraftIndex(self._lane, self._jobs, self.sidebar)
        self.desk = DraftDesk(self._lane, self._jobs, self.composer, self.assistant, self._index)
        self._talking.connect(self._status_line.show_talking)
        self._network = LoopThread(self._talking.emit)
        self.accounts = AccountDesk(
            self._lane,
            self._jobs,
            self._network,
            self.composer.chip,
            self.window,
            endpoints,
            places.locks_folder,
        )
        self.posting = PostDesk(
            self._lane,
            self._jobs,
            self._network,
            self.composer,
            self.desk,
            self.accounts,
            endpoints,
            places.locks_folder,
        )
        self.choice = ModelChoice(self.writer, self.desk)
        self.models = ModelsDesk(
            places.models_folder,
            places.settings_file.parent,
            self.choice,
            self._jobs,
            self.window,
        )
        self.actions = shortcuts.actions(self.window, self._intents())
        self.palette = Palette(self.window, self.theme, self._commands())
        self._connect()
        self._take_settings()

    def open(self) -> None:
        """Show the window, ready to be typed in; the model is loaded once it stands there."""
        self.window.show()
        self.composer.focus_editor()
        self.desk.start(self._settings.last_draft)
        self.accounts.start()
        self.posting.start()
        QTimer.singleShot(0, self.writer.start)
        self._tell_notice(self._settings_notice)
        self._jobs.watch(
            self._lane.call(lambda store: store.notice), self._tell_notice, lambda _: None
        )

    def close(self) -> None:
        """Save and close; where the text cannot be saved the window stays."""
        if self.desk.close(CLOSING_S):
            self.end()

    def end(self) -> None:
        """Close without saving."""
        if self.window.may_close:
            return
        self._keep_settings()
        self.models.close(ENDING_S)
        self.posting.close()
        self.accounts.close()
        self._network.close(CLOSING_S)
        self.desk.let_go()
        self._jobs.close()
        self.composer.close()
        self.writer.close()
        self._lane.close(CLOSING_S)
        self._bugs.close()
        self.window.may_close = True
        self.window.close()
        self._application.quit()

    def _intents(self) -> dict[Name, Callable[[], None]]:
        uses: dict[Name, Callable[[], None]] = {
            Name(f"use_{number}"): partial(self.assistant.use, number)
            for number in range(1, shortcuts.VARIANTS + 1)
        }
        themes: dict[Name, Callable[[], None]] = {
            Name(f"theme_{choice.value}"): partial(self._choose_theme, choice)
            for choice in ThemeChoice
        }
        return (
            uses
            | themes
            | {
                Name.NEW_DRAFT: self._new_draft,
                Name.SEARCH: self._search,
                Name.NOTES: self.assistant.focus_notes,
                Name.EDITOR: self.composer.focus_editor,
                Name.WRITE: self.assistant.write,
                Name.STOP: self._stop,
                Name.ADD_POST: self.composer.add_post,
                Name.SPLIT_POST: self.composer.split_post,
                Name.EMOJI: self.composer.pick_emoji,
                Name.COPY_THREAD: self.composer.copy_thread,
                Name.POST: self.posting.post,
                Name.ADD_ACCOUNT: self.accounts.add,
                Name.MODELS: self.models.open,
                Name.POST_IN_BROWSER: self.composer.post_in_browser,
                Name.SHOW_SIDEBAR: self._toggle_sidebar,
                Name.TRASH: self.desk.trash,
                Name.RESTORE: self.desk.restore,
                Name.EXPORT_RECORD: self._export_record,
                Name.PALETTE: lambda: self.palette.open(),
                Name.KEYS: lambda: KeysDialog(self.window).open(),
                Name.QUIT: self.close,
            }
        )

    def _commands(self) -> list[QAction]:
        hidden = {Name.PALETTE}
        return [action for name, action in self.actions.items() if name not in hidden]

    def _connect(self) -> None:
        sidebar, composer, desk = self.sidebar, self.composer, self.desk
        sidebar.new_requested.connect(self._new_draft)
        sidebar.chosen.connect(desk.open)
        sidebar.drafts.clicked.connect(self.window.dismiss_sidebar)
        sidebar.trash_requested.connect(desk.trash)
        sidebar.restore_requested.connect(desk.restore)
        sidebar.delete_confirmed.connect(desk.delete_forever)
        sidebar.copy_requested.connect(desk.copy_text)
        composer.edited.connect(desk.note_edit)
        composer.entered.connect(self.window.dismiss_sidebar)
        composer.left.connect(desk.save)
        composer.sidebar_requested.connect(self._show_sidebar)
        composer.restore_requested.connect(desk.restore)
        composer.retry_requested.connect(desk.save)
        composer.close_requested.connect(self.end)
        composer.posted.connect(desk.mark_posted)
        composer.post_requested.connect(self.posting.post)
        composer.doors.delay_chosen.connect(self._choose_delay)
        self.posting.looked.connect(
            lambda: composer.show_account(self.accounts.current, self.posting.recent)
        )
        self.posting.delivered.connect(self._index.refresh)
        composer.confirmed.connect(desk.confirm)
        composer.withdrawn.connect(desk.withdraw)
        self.assistant.notes_changed.connect(composer.hold_against)
        self.assistant.notes_changed.connect(desk.note_edit)
        self.assistant.use_requested.connect(desk.use)
        desk.shown.connect(self.choice.show_draft)
        self.models.working.connect(self._status_line.show_work)
        self.models.connected.connect(self._status_line.show_connected)
        self.writer.loading.connect(self._status_line.show_loading)
        self._status_line.models_requested.connect(self.models.open)
        self._status_line.palette_requested.connect(self.palette.open)
        self.window.close_requested.connect(self.close)
        self.window.sidebar_collapsed.connect(composer.offer_sidebar)

    def _take_settings(self) -> None:
        kept = self._settings
        self.assistant.preferences = Preferences(kept.tone, kept.length, kept.count)
        self.window.restore_place(kept.window_geometry)
        self.accounts.last_account = kept.last_account
        self.accounts.last_client_id = kept.last_client_id
        self._choose_delay(kept.delay)

    def _keep_settings(self) -> None:
        preferences = self.assistant.preferences
        kept = replace(
            self._settings,
            tone=preferences.tone,
            length=preferences.length,
            count=preferences.count,
            window_geometry=self.window.place(),
            last_draft=self.desk.draft_id,
            last_account=self.accounts.last_account,
            last_client_id=self.accounts.last_client_id,
            delay=self.posting.delay,
            model=self.choice.always,
        )
        try:
            settings.save(self._places.settings_file, kept)
        except UserError as error:
            logs.record_bug(error)

    def _tell_notice(self, notice: str) -> None:
        if notice:
            tell(self.window, notice)

    def _new_draft(self) -> None:
        self.sidebar.show_all_drafts()
        self.window.dismiss_sidebar()
        self.desk.new()

    def _search(self) -> None:
        self.window.bring_sidebar()
        self.sidebar.focus_search()

    def _show_sidebar(self) -> None:
        self.window.bring_sidebar()
        self.sidebar.drafts.setFocus()

    def _toggle_sidebar(self) -> None:
        if self.sidebar.isVisible():
            self.sidebar.hide()
            self.composer.focus_editor()
        else:
            self._show_sidebar()

    def _export_record(self) -> None:
        self.desk.with_provenance(lambda record: ExportDialog(self.window, record).open())

    def _stop(self) -> None:
        self.window.dismiss_sidebar()
        self.assistant.stop()

    def _choose_delay(self, seconds: int) -> None:
        self.posting.delay = seconds
        self.composer.doors.show_delay(seconds)

    def _choose_theme(self, choice: ThemeChoice) -> None:
        self._settings = replace(self._settings, theme=choice)
        self.theme.choose(choice)


def build(application: QApplication, places: Places) -> Twite:
    """Everything, built and connected; call `open` on it."""
    return Twite(application, places)
