"""The right column: notes in, drafts out."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.assistant import wording
from ui.assistant.card import HALO
from ui.assistant.card_column import GAP, MARGIN, CardColumn
from ui.assistant.keyed_button import KeyedButton
from ui.assistant.notice import Notice
from ui.assistant.preferences import Preferences, drafts
from ui.assistant.preparing_card import PreparingCard
from ui.assistant.segments import Segments
from ui.assistant.session import Stage, WritingSession
from ui.assistant.write_form import WriteForm
from ui.theme import Theme
from ui.type_scale import Size, font
from ui.writer_bridge import WriterBridge

WIDTH = 384
PLAIN_TYPING = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
BORDER = 1


class AssistantPanel(QWidget):
    """Notes, how to write, and the drafts. Build it before `WriterBridge.start` is called.

    Attributes:
        preferences: tone, length and count; setting it does not emit `preferences_changed`.

    Signals:
        use_requested(Generation): put this text into the editor.
        notes_changed: the person edited the notes.
        preferences_changed: the person picked another tone, length or count.
    """

    use_requested = Signal(object)
    notes_changed = Signal(str)
    preferences_changed = Signal()

    def __init__(self, theme: Theme, writer: WriterBridge) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._typed = False
        self._session = WritingSession(writer)
        self._form = WriteForm()
        self._button = KeyedButton(theme)
        self._state = QLabel()
        self._state.setObjectName("assistantState")
        self._notice = Notice()
        self._preparing = PreparingCard(theme)
        self._cards = CardColumn(theme)
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def preferences(self) -> Preferences:
        """What the pills say."""
        return self._form.preferences

    @preferences.setter
    def preferences(self, preferences: Preferences) -> None:
        self._form.preferences = preferences
        self._session.warm_up(preferences.brief(self.notes()))
        self._refresh()

    def notes(self) -> str:
        """The notes as they are."""
        return self._form.notes()

    def set_notes(self, text: str) -> None:
        """Show the notes of another draft: the drafts on show go, and a run is stopped."""
        self._form.set_notes(text)
        self._session.forget()
        self._refresh()

    def focus_notes(self) -> None:
        """Go to the notes."""
        self._form.focus_notes()

    def write(self) -> None:
        """Write drafts from the notes, now or as soon as the model is loaded."""
        if self._form.problem() is None:
            self._typed = False
            self._session.write(self.preferences.brief(self.notes()))

    def stop(self) -> None:
        """Stop writing; every text stays."""
        self._session.stop()

    def use(self, number: int) -> None:
        """Put a finished draft into the editor; the first is 1."""
        cards = self._cards.cards
        variant = cards[number - 1].variant if 1 <= number <= len(cards) else None
        if variant is not None:
            self.use_requested.emit(self._session.generation(variant))

    def _connect(self) -> None:
        self._form.notes_changed.connect(self._on_notes)
        self._form.preferences_changed.connect(self._on_preferences)
        self._button.clicked.connect(self._on_button)
        self._notice.accepted.connect(self._on_notice)
        self._preparing.prepare_requested.connect(self._session.prepare)
        self._preparing.cancel_requested.connect(self._session.cancel_preparing)
        self._cards.use_requested.connect(self.use)
        self._cards.stop_requested.connect(self.stop)
        self._session.changed.connect(self._refresh)
        self._session.began.connect(self._cards.begin)
        self._session.preview.connect(self._cards.preview)
        self._session.settled.connect(self._on_settled)

    def _lay_out(self) -> None:
        self._state.setFont(font(Size.SMALL))
        head = QHBoxLayout()
        head.addWidget(Segments(("Write",)))
        head.addStretch()
        head.addWidget(self._state)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, MARGIN, MARGIN, GAP - HALO)
        top.setSpacing(GAP)
        top.addLayout(head)
        for widget in (self._form, self._button, self._preparing, self._notice):
            top.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(BORDER, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._cards, 1)

    def _refresh(self) -> None:
        session = self._session
        self._state.setText(wording.quiet_state(session))
        self._notice.show_sentence(*wording.notice(session))
        self._preparing.setVisible(session.stage in (Stage.MISSING, Stage.PREPARING))
        if session.stage is Stage.PREPARING:
            self._preparing.show_progress(session.progress)
        else:
            self._preparing.offer(session.error)
        self._show_problem()
        self._show_button()

    def _show_problem(self) -> None:
        problem = self._form.problem() if self.notes().strip() else None
        self._form.show_problem(f"{problem.what_happened} {problem.what_to_do}" if problem else "")

    def _show_button(self) -> None:
        words = wording.button(self._session.stage, self.notes(), self._form.problem())
        self._button.setEnabled(words.enabled)
        self._button.show_text(words.text.format(drafts(self.preferences.count)), words.keys)

    def _on_notes(self, notes: str) -> None:
        self._typed = True
        self._refresh()
        self.notes_changed.emit(notes)

    def _on_preferences(self) -> None:
        self._refresh()
        self._session.warm_up(self.preferences.brief(self.notes()))
        self.preferences_changed.emit()

    def _on_button(self) -> None:
        if self._session.stage in (Stage.WRITING, Stage.WAITING):
            self.stop()
        else:
            self.write()

    def _on_notice(self) -> None:
        actions = {
            Stage.BROKEN: self._session.prepare,
            Stage.DIED: self._session.start,
            Stage.READY: self.write,
        }
        if self._session.can_use_cpu:
            self._session.write_on_cpu()
        else:
            actions[self._session.stage]()

    def _on_settled(self, new: bool) -> None:
        self._cards.settle(self._session.variants)
        if new:
            self._announce(f"{drafts(len(self._session.variants))} ready")
            if self._waits_here():
                self._cards.focus_first()

    def _waits_here(self) -> bool:
        """Whether the person asked from this panel and has not typed on since."""
        focus = self.window().focusWidget()
        here = focus is not None and self.isAncestorOf(focus)
        return here and not self._typed and not self._cards.isAncestorOf(focus)

    def _announce(self, words: str) -> None:
        event = QAccessibleAnnouncementEvent(self, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 600)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What is typed on a card belongs to the notes: the focus may have moved meanwhile."""
        on_card = self._cards.isAncestorOf(self.focusWidget())
        if on_card and event.text().isprintable() and event.modifiers() in PLAIN_TYPING:
            self.focus_notes()
            QCoreApplication.sendEvent(self.focusWidget(), event)
        else:
            super().keyPressEvent(event)
