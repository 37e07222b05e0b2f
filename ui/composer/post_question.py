"""What the bar asks and says around a post: beside the text, never in front of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel

from ui import type_scale
from ui.announce import announce
from ui.style_property import named
from ui.type_scale import Size
from ui.warning_button import warning_button

Answer = tuple[str, Callable[[], None]]
_ANSWERS = 3
"""So many that they stand beneath the sentence: beside it they would squeeze it."""
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class PostQuestion(QFrame):
    """A sentence with up to three answers; gone once one of them is given. Never a dialog: the text
    stays in sight.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("postQuestion")
        self._sentence = named(QLabel(), "postSentence")
        self._sentence.setFont(type_scale.font(Size.CONTROL))
        self._sentence.setWordWrap(True)
        self._buttons = [warning_button("") for _ in range(_ANSWERS)]
        self._answers: list[Callable[[], None]] = []
        answers = QHBoxLayout()
        answers.setSpacing(14)
        for number, button in enumerate(self._buttons):
            button.clicked.connect(lambda _=False, number=number: self._answer(number))
            answers.addWidget(button)
        answers.addStretch()
        self._row = QBoxLayout(_ACROSS, self)
        self._row.setContentsMargins(14, 8, 12, 8)
        self._row.addWidget(self._sentence, stretch=1)
        self._row.addLayout(answers)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is asked or said; empty while nothing is."""
        return self._sentence.text() if not self.isHidden() else ""

    def ask(self, sentence: str, *answers: Answer) -> None:
        """Say a sentence, with a button for each answer; the first gets the keyboard."""
        self.say(sentence, *answers)
        self._buttons[0].setFocus()
        announce(self, sentence)

    def say(self, sentence: str, *answers: Answer) -> None:
        """As `ask`, while the person goes on with something else: the keyboard stays where it is.

        Where the answers are the same as before, their buttons stay as they are.
        """
        self._sentence.setText(sentence)
        beneath = len(answers) == _ANSWERS
        self._row.setDirection(_DOWN if beneath else _ACROSS)
        self._row.setSpacing(4 if beneath else 14)
        self._answers = [what for _, what in answers]
        words = [words for words, _ in answers]
        for number, button in enumerate(self._buttons):
            button.setText(words[number] if number < len(words) else "")
            button.setVisible(number < len(words))
        self.show()

    def dismiss(self) -> None:
        """Nothing is asked any more."""
        self._answers = []
        self.hide()

    def _answer(self, number: int) -> None:
        answer = self._answers[number]
        self.dismiss()
        answer()
