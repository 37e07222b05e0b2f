"""Marks in a post's text: links, mentions and hashtags, doubtful claims, what is past the limit."""

from __future__ import annotations

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from app.post_text import Offsets, find
from ui.theme import Theme


class EntityMarks(QSyntaxHighlighter):
    """Colours entities, and marks claims to confirm and all that stands behind `fits_until`.

    Marks are layout formats: they are neither in the text nor among the undo steps.

    Attributes:
        fits_until: the UTF-16 position in the document up to which the post fits.
        claims: the claims to confirm, each as its first UTF-16 position and the one behind it.
    """

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._theme = theme
        self.fits_until = 0
        self.claims: tuple[tuple[int, int], ...] = ()
        self._has_excess = False
        theme.changed.connect(self.rehighlight)

    def set_fits_until(self, position: int, length: int) -> None:
        """Mark from here to the end; both in UTF-16 units."""
        has_excess, moved = position < length, position != self.fits_until
        had_excess, self._has_excess, self.fits_until = self._has_excess, has_excess, position
        if had_excess != has_excess or (has_excess and moved):
            self.rehighlight()

    def set_claims(self, claims: tuple[tuple[int, int], ...]) -> None:
        """Mark these stretches, in UTF-16 units, and no others."""
        if claims != self.claims:
            self.claims = claims
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        self._colour_entities(text)
        self._mark_claims()
        if self._has_excess:
            self._mark_excess()

    def _colour_entities(self, text: str) -> None:
        offsets = Offsets(text)
        accent = QTextCharFormat()
        accent.setForeground(QColor(self._theme.colours.accent))
        for entity in find(text):
            start, end = offsets.to_utf16(entity.start), offsets.to_utf16(entity.end)
            self.setFormat(start, end - start, accent)

    def _mark_claims(self) -> None:
        first = self.currentBlock().position()
        last = first + self.currentBlock().length()
        for start, stop in self.claims:
            for place in range(max(start, first), min(stop, last)):
                mark = QTextCharFormat(self.format(place - first))
                mark.setBackground(QColor(self._theme.colours.warning_soft))
                mark.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
                mark.setUnderlineColor(QColor(self._theme.colours.warning))
                self.setFormat(place - first, 1, mark)

    def _mark_excess(self) -> None:
        block = self.currentBlock()
        start = max(0, self.fits_until - block.position())
        length = block.length()
        for place in range(start, length):
            mark = QTextCharFormat(self.format(place))
            mark.setBackground(QColor(self._theme.colours.soft))
            mark.setForeground(QColor(self._theme.colours.accent))
            mark.setFontUnderline(True)
            self.setFormat(place, 1, mark)
