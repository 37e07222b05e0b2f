"""The card of a model on this computer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.model_shelf import ShelvedModel
from ui import type_scale
from ui.announce import announce
from ui.models_dialog import wording
from ui.models_dialog.parts import GAP, MARGIN, Sentence, WorkLine, button, title, words
from ui.style_property import set_style_property
from ui.type_scale import Size
from ui.warning_button import warning_button


class ModelCard(QFrame):
    """What a person wants to know of a model, what it was chosen for, and what can be done.

    Signals:
        use_for_draft, use_always, measure_requested, verify_requested: as the buttons say.
        cancelled: measure no more.
        remove_confirmed: remove it; the question was asked and answered here.
    """

    use_for_draft = Signal()
    use_always = Signal()
    measure_requested = Signal()
    verify_requested = Signal()
    cancelled = Signal()
    remove_confirmed = Signal()

    def __init__(self, model: ShelvedModel) -> None:
        super().__init__()
        self.setObjectName("modelCard")
        self.setAccessibleName(model.name)
        self._name = model.name
        self._before: QWidget | None = None
        self._role = words(tone="accent")
        self._role.setFont(type_scale.font(Size.SMALL, type_scale.DEMI_BOLD))
        self._role.setWordWrap(False)
        self._facts, self._precision, self._speed = words(), words(), words()
        self._for_draft = button(
            "Use for this draft", "link", "Have this model write the draft on screen", model.name
        )
        self._always = button(
            "Always use", "link", "Have this model write this draft and all others", model.name
        )
        self._measure = button(
            "Measure", "quiet", "Measure how fast it writes on this computer", model.name
        )
        self._verify = button(
            "Verify", "quiet", "Check that every file is as it was installed", model.name
        )
        self._remove = button("Remove", "quiet", "Remove it from this computer", model.name)
        self._can_go = not model.is_built_in
        self._remove.setVisible(self._can_go)
        self._question = RemoveQuestion(model.name)
        self._sentence = Sentence()
        self._work = WorkLine(model.name)
        self._lay_out()
        self._connect()
        self.show_model(model)

    def show_model(self, model: ShelvedModel) -> None:
        """Say what holds for it."""
        self._facts.setText(wording.facts(model))
        self._facts.setToolTip(model.source)
        self._precision.setText(wording.precision(model))
        self._precision.setToolTip(f"Measured: {model.tried}" if model.tried else "")
        self._speed.setText(wording.speed(model.speed))
        self._measure.setText("Measure again" if model.speed else "Measure")
        self._measure.setAccessibleName(f"{self._measure.text()}: {model.name}")
        self._question.about(wording.size(model.size))

    def show_choice(self, model_id: str, always: str, current: str) -> None:
        """Say what it was chosen for, and offer the rest."""
        self._role.setText(wording.role(model_id, always, current))
        self._for_draft.setVisible(model_id != current)
        self._always.setVisible(model_id != always)
        set_style_property(self, "chosen", model_id == current)

    def show_work(self, what: str, *, can_cancel: bool) -> None:
        """Something that takes a while goes on with this model."""
        focus = self.window().focusWidget()
        self._before = focus if self.isAncestorOf(focus) else None
        self._work.show_work(what, None, can_cancel=can_cancel)
        if self._before and can_cancel:
            self._work.take_keyboard()
        elif self._before:
            self.setFocus()
        self._sentence.say("")
        self._question.hide()
        self._allow(False)

    def finish(self, said: str = "", tone: str = "second") -> None:
        """It has ended, with this to say."""
        self._allow(True)
        if self.has_keyboard():
            self._before.setFocus() if self._before else self.take_keyboard()
        self._work.hide()
        self.say(said, tone)

    def say(self, said: str, tone: str = "second") -> None:
        """Say this beneath what is known of the model."""
        self._sentence.say(said, tone)
        if said:
            announce(self, said)

    def allow_measuring(self, allowed: bool) -> None:
        """Two at a time would slow each other down."""
        self._measure.setEnabled(allowed)

    def has_keyboard(self) -> bool:
        """Whether the keyboard is on this card, or on anything in it."""
        focus = self.window().focusWidget()
        return focus is self or self.isAncestorOf(focus)

    def take_keyboard(self) -> None:
        """Put the keyboard on the first thing that can be done."""
        offered = (self._for_draft, self._always, self._measure, self._verify)
        next(one for one in offered if one.isEnabled() and not one.isHidden()).setFocus()

    def _allow(self, allowed: bool) -> None:
        for one in (self._measure, self._verify):
            one.setVisible(allowed)
        self._remove.setVisible(allowed and self._can_go)

    def _ask(self) -> None:
        self._sentence.say("")
        self._question.ask()

    def _give_up_removing(self) -> None:
        self._question.hide()
        self._remove.setFocus()

    def _connect(self) -> None:
        self._for_draft.clicked.connect(self.use_for_draft)
        self._always.clicked.connect(self.use_always)
        self._measure.clicked.connect(self.measure_requested)
        self._verify.clicked.connect(self.verify_requested)
        self._remove.clicked.connect(self._ask)
        self._question.confirmed.connect(self.remove_confirmed)
        self._question.given_up.connect(self._give_up_removing)
        self._work.cancelled.connect(self.cancelled)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(title(self._name), stretch=1)
        head.addWidget(self._role, alignment=Qt.AlignmentFlag.AlignTop)
        foot = QHBoxLayout()
        foot.setSpacing(4)
        for one in (self._for_draft, self._always):
            foot.addWidget(one)
            foot.addSpacing(GAP)
        foot.addStretch()
        for one in (self._measure, self._verify, self._remove):
            foot.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 12, MARGIN, 12)
        column.setSpacing(4)
        column.addLayout(head)
        for label in (self._facts, self._precision, self._speed):
            column.addWidget(label)
        column.addLayout(foot)
        for below in (self._question, self._work, self._sentence):
            column.addWidget(below)


class RemoveQuestion(QFrame):
    """Asked in the card itself, because a removed model has to be downloaded anew; Esc keeps it.

    Signals:
        confirmed: remove it.
        given_up: keep it.
    """

    confirmed = Signal()
    given_up = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("removeQuestion")
        self._words = QLabel()
        self._words.setFont(type_scale.font(Size.CONTROL))
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._remove = warning_button("Remove", "Remove it from this computer")
        self._remove.setAccessibleName(f"Remove for good: {name}")
        self._keep = warning_button("Keep", "Leave it as it is (Esc)")
        self._keep.setAccessibleName(f"Keep: {name}")
        self._remove.clicked.connect(self.confirmed)
        self._keep.clicked.connect(self.given_up)
        self._lay_out()
        self.hide()

    def about(self, size: str) -> None:
        """How much it would free."""
        self._words.setText(f"Remove it, and free {size}? Your drafts stay as they are.")

    def ask(self) -> None:
        """Ask; the keyboard goes to the safe answer."""
        self.show()
        self._keep.setFocus()
        announce(self, self._words.text())

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._remove)
        row.addWidget(self._keep)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(self._words)
        column.addLayout(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
            return
        super().keyPressEvent(event)
