"""Every action of the window: its name, its keys and its words, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.compose.brief import COUNTS

VARIANTS = max(COUNTS)
"""Variants that have a key of their own: `Alt+1` to `Alt+8`."""


class Name(StrEnum):
    """What a person can ask of the window."""

    NEW_DRAFT = auto()
    SEARCH = auto()
    NOTES = auto()
    EDITOR = auto()
    WRITE = auto()
    STOP = auto()
    ADD_POST = auto()
    SPLIT_POST = auto()
    EMOJI = auto()
    COPY_THREAD = auto()
    POST = auto()
    POST_IN_BROWSER = auto()
    ADD_ACCOUNT = auto()
    MODELS = auto()
    SHOW_SIDEBAR = auto()
    TRASH = auto()
    RESTORE = auto()
    EXPORT_RECORD = auto()
    THEME_SYSTEM = auto()
    THEME_LIGHT = auto()
    THEME_DARK = auto()
    THEME_CONTRAST = auto()
    PALETTE = auto()
    KEYS = auto()
    QUIT = auto()
    USE_1 = auto()
    USE_2 = auto()
    USE_3 = auto()
    USE_4 = auto()
    USE_5 = auto()
    USE_6 = auto()
    USE_7 = auto()
    USE_8 = auto()


@dataclass(frozen=True)
class Shortcut:
    """One row of the table; `keys` is empty where an action has none."""

    name: Name
    text: str
    keys: str = ""


TABLE = (
    Shortcut(Name.NEW_DRAFT, "New draft", "Ctrl+N"),
    Shortcut(Name.SEARCH, "Search drafts", "Ctrl+F"),
    Shortcut(Name.NOTES, "Go to the notes", "Ctrl+L"),
    Shortcut(Name.EDITOR, "Go to the post", "Ctrl+E"),
    Shortcut(Name.WRITE, "Write drafts", "Ctrl+Return"),
    Shortcut(Name.STOP, "Stop writing", "Esc"),
    *(
        Shortcut(Name(f"use_{number}"), f"Use variant {number}", f"Alt+{number}")
        for number in range(1, VARIANTS + 1)
    ),
    Shortcut(Name.ADD_POST, "Add a post to the thread", "Ctrl+Shift+N"),
    Shortcut(Name.SPLIT_POST, "Split the post", "Ctrl+Shift+D"),
    Shortcut(Name.EMOJI, "Insert an emoji", "Ctrl+."),
    Shortcut(Name.COPY_THREAD, "Copy the post or the thread", "Ctrl+Shift+C"),
    Shortcut(Name.POST, "Post", "Ctrl+Shift+Return"),
    Shortcut(Name.POST_IN_BROWSER, "Open the post in the browser", "Ctrl+Shift+B"),
    Shortcut(Name.ADD_ACCOUNT, "Sign in to X with an account"),
    Shortcut(Name.MODELS, "Models…", "Ctrl+M"),
    Shortcut(Name.SHOW_SIDEBAR, "Show or hide the drafts", "Ctrl+B"),
    Shortcut(Name.TRASH, "Move the draft to the trash", "Ctrl+Shift+Backspace"),
    Shortcut(Name.RESTORE, "Restore the draft from the trash"),
    Shortcut(Name.EXPORT_RECORD, "Export where the draft comes from"),
    Shortcut(Name.THEME_SYSTEM, "Theme: follow the system"),
    Shortcut(Name.THEME_LIGHT, "Theme: light"),
    Shortcut(Name.THEME_DARK, "Theme: dark"),
    Shortcut(Name.THEME_CONTRAST, "Theme: high contrast"),
    Shortcut(Name.PALETTE, "Commands", "Ctrl+K"),
    Shortcut(Name.KEYS, "Show the keys", "F1"),
    Shortcut(Name.QUIT, "Close Twite", "Ctrl+Q"),
)

_BY_NAME = {shortcut.name: shortcut for shortcut in TABLE}


def keys(name: Name) -> str:
    """The keys as this system writes them, or nothing."""
    return QKeySequence(_BY_NAME[name].keys).toString(QKeySequence.SequenceFormat.NativeText)


def text(name: Name) -> str:
    """The words of an action."""
    return _BY_NAME[name].text


def spaced_keys(name: Name) -> str:
    """The keys as a button shows them: `Ctrl N`."""
    return keys(name).replace("+", " ")


def tooltip(name: Name) -> str:
    """What the action does, with its keys."""
    shortcut = _BY_NAME[name]
    return f"{shortcut.text} ({keys(name)})" if shortcut.keys else shortcut.text


def actions(owner: QWidget, intents: Mapping[Name, Callable[[], None]]) -> dict[Name, QAction]:
    """One action for each row of the table, alive in the owner's window."""
    made: dict[Name, QAction] = {}
    for shortcut in TABLE:
        action = QAction(shortcut.text, owner)
        action.setShortcut(QKeySequence(shortcut.keys))
        action.setAutoRepeat(False)
        action.triggered.connect(lambda _=False, intent=intents[shortcut.name]: intent())
        owner.addAction(action)
        made[shortcut.name] = action
    return made
