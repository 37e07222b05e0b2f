"""Everything can be reached by keyboard, and everything has a name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.settings import ThemeChoice
from tests.helpers.window import accessible_tree, editors
from ui import shortcuts
from ui.application import Twite
from ui.keys_dialog import KeysDialog
from ui.shortcuts import Name
from ui.theme import CONTRAST, DARK, LIGHT

CTRL = Qt.KeyboardModifier.ControlModifier
CONTROLS = {
    QAccessible.Role.PushButton,
    QAccessible.Role.CheckBox,
    QAccessible.Role.RadioButton,
    QAccessible.Role.EditableText,
    QAccessible.Role.List,
    QAccessible.Role.ListItem,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.ComboBox,
}


def test_every_control_has_a_name(twite: Twite) -> None:
    root = QAccessible.queryAccessibleInterface(twite.window)
    controls = [found for found in accessible_tree(root) if found.role() in CONTROLS]
    unnamed = [
        (found.role(), found.object())
        for found in controls
        if not found.text(QAccessible.Text.Name) and not found.state().invisible
    ]
    assert len(controls) > 10
    assert unnamed == []


def test_no_two_actions_share_their_keys() -> None:
    keys = [shortcut.keys for shortcut in shortcuts.TABLE if shortcut.keys]
    assert len(keys) == len(set(keys))


def test_every_name_is_in_the_table() -> None:
    assert len(shortcuts.TABLE) == len(Name)
    assert {shortcut.name for shortcut in shortcuts.TABLE} == set(Name)


def test_the_palette_runs_an_action_by_keyboard_alone(twite: Twite) -> None:
    QTest.keyClick(twite.window, Qt.Key.Key_K, CTRL)
    search = twite.window.focusWidget()
    QTest.keyClicks(search, "theme dark")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert twite.theme.colours == DARK
    assert not twite.palette.isVisible()
    assert editors(twite)[0].hasFocus()


def test_escape_leaves_the_palette(twite: Twite) -> None:
    QTest.keyClick(twite.window, Qt.Key.Key_K, CTRL)
    QTest.keyClick(twite.window.focusWidget(), Qt.Key.Key_Escape)
    assert not twite.palette.isVisible()
    assert editors(twite)[0].hasFocus()


def test_f1_shows_the_keys(twite: Twite, qtbot: QtBot) -> None:
    QTest.keyClick(twite.window, Qt.Key.Key_F1)
    (dialog,) = twite.window.findChildren(KeysDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.close()


def test_the_theme_changes_live(twite: Twite) -> None:
    for choice, colours in (
        (ThemeChoice.DARK, DARK),
        (ThemeChoice.CONTRAST, CONTRAST),
        (ThemeChoice.LIGHT, LIGHT),
    ):
        twite.theme.choose(choice)
        ground = twite.window.grab().toImage().pixelColor(600, 690)
        assert ground.name().upper() == colours.paper


def test_the_tab_key_follows_reading_order(twite: Twite) -> None:
    QTest.keyClicks(editors(twite)[0], "One")
    twite.composer.add_post()
    first, second = editors(twite)
    first.setFocus()
    stops = []
    for _ in range(6):
        QTest.keyClick(twite.window.focusWidget(), Qt.Key.Key_Tab)
        stops.append(twite.window.focusWidget())
    assert [getattr(stop, "text", str)() for stop in stops[:4]] == [
        "Image",
        "Poll",
        "Emoji",
        "Split",
    ]
    assert stops[4] is second
