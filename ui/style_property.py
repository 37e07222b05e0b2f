"""What the style sheet selects on: names such as `#title`, properties such as `[state="over"]`."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def named(widget: AnyWidget, name: str) -> AnyWidget:
    """The same widget, under this name for the style sheet."""
    widget.setObjectName(name)
    return widget


def set_style_property(widget: QWidget, name: str, value: str | bool) -> None:
    """Set it, and have the style sheet look again; Qt does not do so by itself."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
