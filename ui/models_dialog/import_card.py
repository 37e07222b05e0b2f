"""Taking a model of a person's choice: where it is chosen, and how far it is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu, QVBoxLayout

from app.compose.events import Preparing
from app.errors import UserError
from app.model_shelf import can_convert, chat_formats
from models.install.progress import Progress
from ui.announce import announce
from ui.assistant.choice_pill import ChoicePill
from ui.models_dialog import wording
from ui.models_dialog.hub_field import HubField
from ui.models_dialog.kept import Kept
from ui.models_dialog.parts import GAP, MARGIN, Sentence, WorkLine, button, title, words
from ui.style_property import set_style_property

_FIND_OUT = "Chat format"
_TITLE = "Any other model"
_FROM = "Import from"


class ImportCard(QFrame):
    """A button for a file, a folder or a name on the Hub; the first two can be dropped on the
    dialog as well.

    Signals:
        chosen(Path, str): import this, with this chat format or "" to find it out.
        named(str, str): fetch this from the Hub and import it, with a chat format or "".
        cancelled: stop the import.
        discarded: remove what is kept of a checkpoint that was not imported.
    """

    chosen = Signal(object, str)
    named = Signal(str, str)
    cancelled = Signal()
    discarded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("modelCard")
        self.setAccessibleName(_TITLE)
        self._source: Path | str | None = None
        self._choose = button(f"{_FROM} ▾", "card", "Choose where the model is")
        self._choose.setAccessibleName(_FROM)
        self._choose.setFixedHeight(34)
        self._extra = words(wording.EXPORT_EXTRA, "warning")
        self._extra.setTextInteractionFlags(
            self._extra.textInteractionFlags().TextSelectableByMouse
        )
        self._extra.setVisible(not can_convert())
        self._hub = HubField()
        self._hub.wanted.connect(lambda name: self.named.emit(name, ""))
        self._hub.left.connect(self._choose.setFocus)
        self._hub.hide()
        self._menu()
        self._work = WorkLine("import")
        self._sentence = Sentence()
        self._kept = Kept()
        self._kept.discarded.connect(self.discarded)
        self._formats = ChoicePill("Chat format", (_FIND_OUT, *chat_formats()))
        self._again = button("Try again", "link", "Import it with this chat format")
        self._again.clicked.connect(self._try_again)
        self._work.cancelled.connect(self.cancelled)
        self._lay_out()
        self._offer_formats(False)

    @property
    def is_at_work(self) -> bool:
        """Whether an import is under way."""
        return not self._work.isHidden()

    def show_drop(self, is_over: bool) -> None:
        """Something that can be dropped is held over the dialog."""
        set_style_property(self, "chosen", is_over)

    def begin(self, source: Path | str) -> None:
        """An import of this file, folder or repository has begun."""
        self._source = source
        keyboard = self.window().focusWidget()
        self._sentence.say("")
        name = source if isinstance(source, str) else source.name
        self._work.show_work(f"Importing {name}", None)
        if self.isAncestorOf(keyboard) and not self._hub.isAncestorOf(keyboard):
            self._work.take_keyboard()
        self._choose.setEnabled(False)
        self._hub.hold(True)
        self._kept.hide()
        self._offer_formats(False)

    def show_fetching(self, progress: Progress) -> None:
        """How far its download from the Hub is."""
        self._work.show_work(wording.download(progress), wording.share(progress))

    def show_progress(self, progress: Preparing) -> None:
        """How far it is."""
        self._work.show_work(wording.importing(progress), progress.fraction)

    def finish(self, said: str = "", tone: str = "second") -> None:
        """It has ended, with this to say."""
        self._choose.setEnabled(True)
        self._hub.hold(False)
        if self._work.isAncestorOf(self.window().focusWidget()):
            self._choose.setFocus()
        self._work.hide()
        self._sentence.say(said, tone)
        if said:
            announce(self, said)

    def fail(self, error: UserError) -> None:
        """It could not be imported; a chat format may be all that is missing."""
        self.finish(wording.sentence(error), "warning")
        self._offer_formats(wording.needs_chat_format(error))

    def show_kept(self, count: int) -> None:
        """So many bytes are kept of a checkpoint that was not imported."""
        self._kept.show_kept(count)

    def _offer_formats(self, offered: bool) -> None:
        self._formats.setVisible(offered)
        self._again.setVisible(offered)

    def _try_again(self) -> None:
        index = self._formats.index()
        if self._source and index:
            again = self.named if isinstance(self._source, str) else self.chosen
            again.emit(self._source, chat_formats()[index - 1])

    def _menu(self) -> None:
        menu = QMenu(self._choose)
        menu.setAccessibleName(_FROM)
        menu.addAction("A file: GGUF or ONNX").triggered.connect(self._choose_file)
        menu.addAction("A folder: ONNX or checkpoint").triggered.connect(self._choose_folder)
        from_hub = menu.addAction("The Hugging Face Hub: a checkpoint")
        from_hub.triggered.connect(self._hub.open)
        from_hub.setEnabled(can_convert())
        self._choose.setMenu(menu)

    def _choose_file(self) -> None:
        self._open(QFileDialog.FileMode.ExistingFile, "Choose a model file")

    def _choose_folder(self) -> None:
        self._open(QFileDialog.FileMode.Directory, "Choose a model's folder")

    def _open(self, mode: QFileDialog.FileMode, purpose: str) -> None:
        """Every file is shown: those of Ollama have no suffix."""
        dialog = QFileDialog(self, purpose)
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(lambda path: self.chosen.emit(Path(path), ""))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _lay_out(self) -> None:
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addWidget(title(_TITLE))
        text.addWidget(words(f"{wording.FORM} {wording.DROP}"))
        head = QHBoxLayout()
        head.setSpacing(MARGIN)
        head.addLayout(text, stretch=1)
        head.addWidget(self._choose, alignment=Qt.AlignmentFlag.AlignTop)
        again = QHBoxLayout()
        again.setSpacing(GAP)
        again.addWidget(self._formats)
        again.addWidget(self._again)
        again.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 12, MARGIN, 12)
        column.setSpacing(GAP)
        column.addLayout(head)
        for below in (self._extra, self._hub, self._work, self._sentence, self._kept):
            column.addWidget(below)
        column.addLayout(again)
