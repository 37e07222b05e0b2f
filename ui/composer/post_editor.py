"""The editor of one post."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QEvent,
    QIODevice,
    QMimeData,
    QPoint,
    QRect,
    QSize,
    QSizeF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QImageWriter,
    QKeyEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QToolTip

from app.compose.grounding import Claim, follow, removal
from app.post_text import Offsets, weigh
from ui import type_scale
from ui.composer.entity_marks import EntityMarks
from ui.theme import Theme
from ui.type_scale import Size

PNG = "image/png"
Source = Path | bytes | QImage
"""Where an image, GIF or video comes from."""


def carries_media(mime: QMimeData) -> bool:
    """Whether a drop or a paste holds files of this computer, or a picture and no text."""
    if mime.hasText():  # which is true of files as well
        return any(url.isLocalFile() for url in mime.urls())
    return mime.hasFormat(PNG) or mime.hasImage()


def sources(mime: QMimeData) -> tuple[Source, ...]:
    """What is to be taken of such a drop or paste."""
    if mime.hasUrls():
        return tuple(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    if mime.hasFormat(PNG):
        return (bytes(mime.data(PNG).data()),)
    image = mime.imageData()
    return (image,) if isinstance(image, QImage) and not image.isNull() else ()


def as_png(image: QImage) -> bytes:
    """A picture as the content of a file; takes a while for a large one."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


class PostEditor(QTextEdit):
    """A plain-text editor that is as tall as its text.

    Input methods' preedit text is no part of `text()`, so it is neither counted nor saved. Claims
    move with the text around them until they are looked at anew.

    Attributes:
        takes_media: files and pictures that are dropped or pasted are wanted.

    Signals:
        edited: the text is another one.
        caret_moved(QRect): the caret is here, in the editor's own coordinates.
        focused: the editor took the keyboard.
        left: the editor gave the keyboard away.
        merge_requested: Backspace in an empty post.
        media_given(tuple[Source, ...]): these were dropped or pasted.
    """

    edited = Signal()
    caret_moved = Signal(QRect)
    focused = Signal()
    left = Signal()
    merge_requested = Signal()
    media_given = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.takes_media = False
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(type_scale.font(Size.POST))
        self.document().setDocumentMargin(0)
        self.document().setDefaultFont(self.font())
        self.viewport().setAutoFillBackground(False)
        self._text = ""
        self._claims: tuple[Claim, ...] = ()
        self._confirmed: frozenset[str] = frozenset()
        self._hint: Callable[[Claim], str] = lambda _: ""
        self._marks = EntityMarks(self.document(), theme)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self.textChanged.connect(self._note_text)
        self.cursorPositionChanged.connect(lambda: self.caret_moved.emit(self.cursorRect()))
        self.show_text("")

    def text(self) -> str:
        """The post, with `\\n` between its lines."""
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Start afresh with this text; there is nothing to undo to."""
        self.document().setUndoRedoEnabled(False)
        self.setPlainText(text)
        whole = QTextCursor(self.document())
        whole.select(QTextCursor.SelectionType.Document)
        whole.setBlockFormat(type_scale.block_format(Size.POST))
        self.document().setUndoRedoEnabled(True)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def replace_text(self, text: str) -> None:
        """Put this text in place of all there is, as one step that can be undone."""
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def show_claims(
        self, claims: tuple[Claim, ...], confirmed: frozenset[str], hint: Callable[[Claim], str]
    ) -> None:
        """Mark the claims that are neither supported nor among the keys `confirmed`.

        Hovering over any of them shows its hint, where it has one.
        """
        self._claims, self._confirmed, self._hint = claims, confirmed, hint
        self._mark_claims()

    @property
    def pending(self) -> tuple[Claim, ...]:
        """The claims that are marked, in the order of the text."""
        return tuple(
            claim
            for claim in self._claims
            if not claim.is_supported and claim.key not in self._confirmed
        )

    def remove(self, claim: Claim) -> None:
        """Cut the words of a claim that is shown, as one step that can be undone."""
        current = next((shown for shown in self._claims if shown.key == claim.key), None)
        if current is None:
            return
        offsets, cut = Offsets(self.text()), removal(self.text(), current.span)
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.setPosition(offsets.to_utf16(cut.start))
        cursor.setPosition(offsets.to_utf16(cut.stop), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def claim_at(self, position: QPoint) -> Claim | None:
        """The claim under a point of the viewport."""
        place = Offsets(self.text()).to_code_point(self.cursorForPosition(position).position())
        return next((c for c in self._claims if c.span.start <= place < c.span.stop), None)

    def caret(self) -> int:
        """The caret's place, counted in code points."""
        return Offsets(self.text()).to_code_point(self.textCursor().position())

    def _note_text(self) -> None:
        text = self.text()
        if text == self._text:
            return
        self._follow_claims(self._text, text)
        self._text = text
        offsets = Offsets(text)
        self._marks.set_fits_until(
            offsets.to_utf16(weigh(text).fits_until), offsets.to_utf16(len(text))
        )
        self.edited.emit()

    def _follow_claims(self, old: str, new: str) -> None:
        moved = [(claim, follow(claim.span, old, new)) for claim in self._claims]
        self._claims = tuple(replace(claim, span=span) for claim, span in moved if span is not None)
        # Not within this change: the document is still busy with it.
        QTimer.singleShot(0, self, self._mark_claims)

    def _mark_claims(self) -> None:
        offsets = Offsets(self.text())
        self._marks.set_claims(
            tuple(
                (offsets.to_utf16(claim.span.start), offsets.to_utf16(claim.span.stop))
                for claim in self.pending
            )
        )

    def _grow(self, size: QSizeF) -> None:
        self.setFixedHeight(max(math.ceil(size.height()), Size.POST.line_height))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        wanted = self.takes_media and carries_media(source)
        return wanted or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Of a text, only what is plain is pasted or dropped."""
        if self.takes_media and carries_media(source):
            self.media_given.emit(sources(source))
        elif source.hasText():
            self.textCursor().insertText(source.text())

    def dropEvent(self, event: QDropEvent) -> None:
        caret = self.textCursor()
        super().dropEvent(event)
        if self.takes_media and carries_media(event.mimeData()):
            self.setTextCursor(caret)
            # Where the file lies now, it stays.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            claim = self.claim_at(event.pos())
            QToolTip.showText(event.globalPos(), self._hint(claim) if claim else "", self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace and self.document().isEmpty():
            self.merge_requested.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()
