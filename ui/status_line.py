"""The last line of the window: what leaves the computer, the model, the last time, the palette."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.compose.events import Died, Failed, Finished, Preparing, Ready
from ui import shortcuts
from ui.shortcuts import Name
from ui.theme import Theme
from ui.type_scale import Size, font
from ui.writer_bridge import WriterBridge

HEIGHT = 36
_OFFLINE = "Offline: nothing leaves this computer"


class StatusLine(QWidget):
    """What a person may want to know at any time, in one quiet line.

    Signals:
        palette_requested: open the palette of commands.
    """

    palette_requested = Signal()

    def __init__(self, theme: Theme, writer: WriterBridge) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self._privacy = QLabel(_OFFLINE)
        self._model = QLabel("Loading the model")
        self._time = QLabel()
        self._palette = PaletteButton()
        self._palette.clicked.connect(self.palette_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 16, 0)
        row.setSpacing(0)
        row.addWidget(Dot(theme))
        row.addSpacing(4)
        for label in (self._privacy, self._model, self._time):
            label.setFont(font(Size.SMALL))
            row.addWidget(label)
            row.addSpacing(18)
        row.addStretch()
        row.addWidget(self._palette)
        writer.ready.connect(self._on_ready)
        writer.finished.connect(self._on_finished)
        writer.failed.connect(self._on_failed)
        writer.died.connect(self._on_died)
        writer.preparing.connect(self._on_preparing)
        writer.prepared.connect(lambda _: self._show_model("Loading the model"))

    def show_talking(self, talking: bool) -> None:
        """Whether anything goes to X at this moment, by the person's own click."""
        self._privacy.setText("Talking to X, as you asked" if talking else _OFFLINE)

    def _show_model(self, words: str, note: str = "") -> None:
        self._model.setText(words)
        self._model.setToolTip(note)
        self._model.setAccessibleDescription(note)

    def _on_ready(self, event: Ready) -> None:
        self._show_model(f"{event.model_name} · {event.device}", event.device_note)

    def _on_finished(self, event: Finished) -> None:
        count = len(event.variants)
        if not count:
            return
        noun = "draft" if count == 1 else "drafts"
        self._time.setText(f"{count} {noun} in {event.timings.total_s:.1f} s")

    def _on_failed(self, event: Failed) -> None:
        if event.run is None:
            self._show_model("No model ready", event.error.what_happened)

    def _on_died(self, event: Died) -> None:
        self._show_model("The model has stopped", event.error.what_happened)

    def _on_preparing(self, event: Preparing) -> None:
        self._show_model(f"Preparing the model: {event.fraction:.0%}", event.step)


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
