"""Finding one's way in the real window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessibleInterface
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ui.application import Twite
from ui.composer.counter import Counter
from ui.composer.post_editor import PostEditor

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def editors(twite: Twite) -> list[PostEditor]:
    """The posts' editors, from the top."""
    return _from_the_top(twite, PostEditor)


def counter_words(twite: Twite, post: int = 0) -> str:
    """What the counter of a post says."""
    return label(_from_the_top(twite, Counter)[post], "counterWords").text()


def label(within: QWidget, name: str) -> QLabel:
    """The label of this name."""
    found = within.findChild(QLabel, name)
    assert isinstance(found, QLabel)
    return found


def button(within: QWidget, words: str) -> QPushButton:
    """The button on show that says this."""
    found = [b for b in within.findChildren(QPushButton) if b.isVisible() and b.text() == words]
    assert found, f"no button says {words!r}"
    return found[0]


def saved_state(twite: Twite) -> str:
    """What the composer says about saving."""
    return label(twite.composer, "saved").text()


def titles(twite: Twite) -> list[str]:
    """The first lines in the sidebar's list."""
    model = twite.sidebar.drafts.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def _from_the_top(twite: Twite, kind: type[AnyWidget]) -> list[AnyWidget]:
    found = [widget for widget in twite.composer.findChildren(kind) if widget.isVisible()]
    return sorted(found, key=lambda widget: widget.mapTo(twite.window, QPoint(0, 0)).y())


def accessible_tree(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """Everything that a screen reader finds under something, itself first."""
    yield root
    for number in range(root.childCount()):
        child = root.child(number)
        if child is not None and child.isValid():
            yield from accessible_tree(child)
