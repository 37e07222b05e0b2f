"""How long things take to move."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStyle

LONGEST_MS = 160


def duration_ms() -> int:
    """160 ms, or nothing where the person's system asks for no motion."""
    style = QApplication.style()
    return min(LONGEST_MS, style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration))
