"""The window: three columns and a status line. It assembles and decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from ui.style_property import set_style_property

SIDEBAR_WIDTH = 264
ASSISTANT_WIDTH = 384
COLLAPSE_BELOW = 1000
SIZE = QSize(1320, 820)
LEAST = QSize(760, 480)


class MainWindow(QMainWindow):
    """Sidebar, composer and assistant side by side; the sidebar gives way below 1000 px.

    Attributes:
        may_close: set once nothing can be lost by closing.

    Signals:
        close_requested: the person wants the window closed; it closes if `may_close` is set then.
        sidebar_collapsed(bool): the sidebar is no longer, or again, there by itself.
    """

    close_requested = Signal()
    sidebar_collapsed = Signal(bool)

    def __init__(
        self, sidebar: QWidget, composer: QWidget, assistant: QWidget, status_line: QWidget
    ) -> None:
        super().__init__()
        self.may_close = False
        self._sidebar = sidebar
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._collapsed = False
        self.setWindowTitle("Twite")
        sidebar.setMinimumWidth(220)
        composer.setMinimumWidth(360)
        assistant.setMinimumWidth(320)
        self._columns.setHandleWidth(1)
        self._columns.setChildrenCollapsible(False)
        for place, column in enumerate((sidebar, composer, assistant)):
            self._columns.addWidget(column)
            self._columns.setStretchFactor(place, 1 if column is composer else 0)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._columns, stretch=1)
        layout.addWidget(status_line)
        self.setCentralWidget(body)
        self.setMinimumSize(LEAST)
        self.resize(SIZE.boundedTo(QGuiApplication.primaryScreen().availableSize()))
        middle = self.width() - SIDEBAR_WIDTH - ASSISTANT_WIDTH
        self._columns.setSizes([SIDEBAR_WIDTH, middle, ASSISTANT_WIDTH])

    def restore_place(self, geometry: str) -> None:
        """Be where the window was; `geometry` comes from `place`."""
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii")))

    def place(self) -> str:
        """Where the window is, for `restore_place`."""
        return self.saveGeometry().toBase64().toStdString()

    def bring_sidebar(self) -> None:
        """Have the sidebar on show, over the composer where there is no room beside it."""
        if self._collapsed:
            self._sidebar.setGeometry(0, 0, SIDEBAR_WIDTH, self._columns.height())
            self._sidebar.raise_()
        self._sidebar.show()

    def dismiss_sidebar(self) -> None:
        """Put the sidebar away where it lies over the composer."""
        if self._collapsed:
            self._sidebar.hide()

    def _arrange(self) -> None:
        collapsed = self.width() < COLLAPSE_BELOW
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        set_style_property(self._sidebar, "overlay", collapsed)
        if collapsed:
            self._sidebar.setParent(self.centralWidget())
            self._sidebar.hide()
        else:
            self._columns.insertWidget(0, self._sidebar)
            self._columns.setStretchFactor(0, 0)
            self._columns.setSizes([SIDEBAR_WIDTH, self.width(), ASSISTANT_WIDTH])
            self._sidebar.show()
        self.sidebar_collapsed.emit(collapsed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        if self._collapsed and self._sidebar.isVisible():
            self.bring_sidebar()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close:
            self.close_requested.emit()
        event.setAccepted(self.may_close)
