"""What the bar asks around a post: whether claims may go unconfirmed, and whether it is out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from ui import type_scale
from ui.announce import announce
from ui.style_property import named
from ui.type_scale import Size
from ui.warning_button import warning_button


class PostQuestion(QFrame):
    """A sentence with up to two answers; gone once one of them is given. Never a dialog: the text
    stays in sight.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("postQuestion")
        self._sentence = named(QLabel(), "postSentence")
        self._sentence.setFont(type_scale.font(Size.CONTROL))
        self._sentence.setWordWrap(True)
        self._first, self._second = warning_button(""), warning_button("")
        self._answers: list[Callable[[], None]] = []
        self._first.clicked.connect(lambda: self._answer(0))
        self._second.clicked.connect(lambda: self._answer(1))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 12, 8)
        row.setSpacing(14)
        row.addWidget(self._sentence, stretch=1)
        row.addWidget(self._first)
        row.addWidget(self._second)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is asked or said; empty while nothing is."""
        return self._sentence.text() if not self.isHidden() else ""

    def ask(self, sentence: str, *answers: tuple[str, Callable[[], None]]) -> None:
        """Say a sentence, with a button for each answer; the first gets the keyboard."""
        self._sentence.setText(sentence)
        self._answers = [what for _, what in answers]
        for button, words in zip(
            (self._first, self._second), [words for words, _ in answers] + ["", ""], strict=False
        ):
            button.setText(words)
            button.setVisible(bool(words))
        self.show()
        self._first.setFocus()
        announce(self, sentence)

    def dismiss(self) -> None:
        """The draft is another one now."""
        self._answers = []
        self.hide()

    def _answer(self, number: int) -> None:
        answer = self._answers[number]
        self.dismiss()
        answer()
