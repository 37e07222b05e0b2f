"""What to write from, and how: the notes and the pills under them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.errors import NotesError
from ui.assistant.notes_editor import NotesEditor
from ui.assistant.preference_row import PreferenceRow
from ui.assistant.preferences import Preferences
from ui.type_scale import DEMI_BOLD, Size, font


class WriteForm(QWidget):
    """The notes with their heading, a sentence where they cannot be used, and the pills.

    Signals:
        notes_changed: the person edited the notes.
        preferences_changed: the person picked another tone, length or count.
    """

    notes_changed = Signal(str)
    preferences_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._notes = NotesEditor()
        self._pills = PreferenceRow()
        self._problem = QLabel()
        self._problem.setObjectName("notesProblem")
        self._problem.setFont(font(Size.SMALL))
        self._problem.setWordWrap(True)
        self._problem.setIndent(0)
        self._problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._heading())
        column.addSpacing(6)
        column.addWidget(self._notes)
        column.addWidget(self._problem)
        column.addSpacing(12)
        column.addWidget(self._pills)
        self._notes.edited.connect(lambda: self.notes_changed.emit(self.notes()))
        self._pills.changed.connect(self.preferences_changed)

    def notes(self) -> str:
        """The notes as they are."""
        return self._notes.toPlainText()

    def set_notes(self, text: str) -> None:
        """Show other notes, without `notes_changed`."""
        self._notes.set_text(text)

    def focus_notes(self) -> None:
        """Go to the notes."""
        self._notes.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def preferences(self) -> Preferences:
        """What the pills say."""
        return self._pills.preferences

    @preferences.setter
    def preferences(self, preferences: Preferences) -> None:
        self._pills.preferences = preferences

    def problem(self) -> NotesError | None:
        """Why these notes cannot be written from."""
        try:
            self.preferences.brief(self.notes()).check()
        except NotesError as error:
            return error
        return None

    def show_problem(self, sentence: str) -> None:
        """Say this under the notes, or nothing."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def _heading(self) -> QHBoxLayout:
        title = QLabel("Notes")
        title.setBuddy(self._notes)
        promise = QLabel("only these facts are used")
        row = QHBoxLayout()
        for label in (title, promise):
            label.setFont(font(Size.SMALL, DEMI_BOLD))
            label.setProperty("tone", "second")
            label.setFixedHeight(Size.SMALL.line_height)
        row.addWidget(title)
        row.addStretch()
        row.addWidget(promise)
        return row
