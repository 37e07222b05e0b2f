"""The last line of the window: what leaves the computer, the model, the last time, the palette."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.compose.events import Died, Failed, Finished, Preparing, Ready
from ui import shortcuts
from ui.shortcuts import Name
from ui.theme import Theme
from ui.type_scale import Size, font
from ui.writer_bridge import WriterBridge

HEIGHT = 36
_OFFLINE = "Offline: nothing leaves this computer"
_TO_X = "Talking to X, as you asked"
_TO_HUB = "Talking to Hugging Face, as you asked"
_LONGEST = 260
"""Pixels that words with a name in them may take; people's own models have names of any length."""
_BETWEEN = 18
_AROUND = 5
"""Between a button's edge and its words."""


class StatusLine(QWidget):
    """What a person may want to know at any time, in one quiet line.

    Signals:
        palette_requested: open the palette of commands.
        models_requested: show the models.
    """

    palette_requested = Signal()
    models_requested = Signal()

    def __init__(self, theme: Theme, writer: WriterBridge) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._privacy = QLabel(_OFFLINE)
        self._to_x = self._to_hub = False
        self._model = ModelButton()
        self._model.clicked.connect(self.models_requested)
        self._time, self._work = QLabel(), QLabel()
        self._palette = PaletteButton()
        self._palette.clicked.connect(self.palette_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 16, 0)
        row.setSpacing(0)
        row.addWidget(Dot(theme))
        row.addSpacing(4)
        self._privacy.setFont(font(Size.SMALL))
        row.addWidget(self._privacy)
        row.addSpacing(_BETWEEN - _AROUND)
        row.addWidget(self._model)
        for label in (self._time, self._work):
            label.setFont(font(Size.SMALL))
            label.setContentsMargins(_BETWEEN - _AROUND, 0, _AROUND, 0)
            label.hide()
            row.addWidget(label)
        row.addStretch()
        row.addWidget(self._palette)
        writer.ready.connect(self._on_ready)
        writer.finished.connect(self._on_finished)
        writer.failed.connect(self._on_failed)
        writer.died.connect(self._on_died)
        writer.preparing.connect(self._on_preparing)
        writer.prepared.connect(lambda _: self._model.show_words("Loading the model"))

    def show_talking(self, talking: bool) -> None:
        """Whether anything goes to X at this moment, by the person's own click."""
        self._to_x = talking
        self._show_privacy()

    def show_connected(self, connected: bool) -> None:
        """Whether a model is being downloaded, by the person's own click."""
        self._to_hub = connected
        self._show_privacy()

    def show_loading(self, name: str) -> None:
        """The model of this name is being loaded."""
        self._model.show_words(f"Loading {name}")

    def show_work(self, words: str) -> None:
        """Say what goes on with a model behind the window; nothing where nothing does."""
        self._work.setText(_cut(self._work, words))
        self._work.setVisible(bool(words))
        self._time.setVisible(not words and bool(self._time.text()))

    def _show_privacy(self) -> None:
        self._privacy.setText(_TO_X if self._to_x else _TO_HUB if self._to_hub else _OFFLINE)

    def _on_ready(self, event: Ready) -> None:
        self._model.show_words(f"{event.model_name} · {event.device}", event.device_note)

    def _on_finished(self, event: Finished) -> None:
        count = len(event.variants)
        if not count:
            return
        noun = "draft" if count == 1 else "drafts"
        self._time.setText(f"{count} {noun} in {event.timings.total_s:.1f} s")
        self._time.setVisible(not self._work.text())

    def _on_failed(self, event: Failed) -> None:
        if event.run is None:
            self._model.show_words("No model ready", event.error.what_happened)

    def _on_died(self, event: Died) -> None:
        self._model.show_words("The model has stopped", event.error.what_happened)

    def _on_preparing(self, event: Preparing) -> None:
        self._model.show_words(f"Preparing the model: {event.fraction:.0%}", event.step)


class ModelButton(QPushButton):
    """The model and the device really used; opens the models."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusModel")
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._words = QLabel()
        self._words.setFont(font(Size.SMALL))
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(_AROUND, 0, _AROUND, 0)
        row.addWidget(self._words)
        # As tall as the labels beside it, so that all stand on one line.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.show_words("Loading the model")

    def show_words(self, words: str, note: str = "") -> None:
        """Say this, cut where it is very long; the whole, and the note, are in the tool tip."""
        cut = _cut(self._words, words)
        more = ". ".join(part for part in (note, words if cut != words else "") if part)
        self._words.setText(cut)
        self._words.setToolTip(note)
        self.setToolTip(more or shortcuts.tooltip(Name.MODELS))
        self.setAccessibleName(f"Model: {words}")
        self.setAccessibleDescription(note)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()


class PaletteButton(QPushButton):
    """`Ctrl K` as a key-cap, and what it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Commands")
        self.setToolTip(shortcuts.tooltip(Name.PALETTE))
        cap = QLabel(shortcuts.spaced_keys(Name.PALETTE))
        cap.setObjectName("keyCap")
        cap.setFont(font(Size.KEY))
        cap.setIndent(0)
        cap.setFixedHeight(18)
        words = QLabel("commands")
        words.setFont(font(Size.SMALL))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for part in (cap, words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()


class Dot(QWidget):
    """The green dot."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(10, 18)
        theme.changed.connect(self.update)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.good))
        painter.drawEllipse(QRectF(0.5, 4.5, 9, 9))


def _cut(label: QLabel, words: str) -> str:
    return label.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _LONGEST)
