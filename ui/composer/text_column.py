"""The column that a person reads: centred, and never wider than is comfortable."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

WIDTH = 576
SIDE = 24
"""Least room on either side."""


def text_column(page: QWidget, column: QWidget) -> QHBoxLayout:
    """Lay the column out in the middle of the page."""
    column.setMaximumWidth(WIDTH)
    row = QHBoxLayout(page)
    row.setContentsMargins(SIDE, 0, SIDE, 0)
    row.setSpacing(0)
    row.addStretch(1)
    row.addWidget(column, stretch=1000)
    row.addStretch(1)
    return row
