"""Marks stand where the text says, in UTF-16."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.settings import ThemeChoice
from tests.helpers.window import editors
from ui.application import Twite
from ui.composer.post_editor import PostEditor
from ui.theme import LIGHT


def _marked(editor: PostEditor, background: bool = False) -> str:
    """The marked characters of the first line."""
    block = editor.document().firstBlock()
    units = block.text().encode("utf-16-le")
    found = b""
    for span in block.layout().formats():
        brush = span.format.background() if background else span.format.foreground()
        if brush.color().name().upper() == (LIGHT.soft if background else LIGHT.accent):
            found += units[2 * span.start : 2 * (span.start + span.length)]
    return found.decode("utf-16-le")


def test_a_hashtag_behind_emoji_is_coloured(twite: Twite, qtbot: QtBot) -> None:
    twite.theme.choose(ThemeChoice.LIGHT)
    editor = editors(twite)[0]
    editor.insertPlainText("🚲🚲 see #millroad now")
    qtbot.waitUntil(lambda: _marked(editor) == "#millroad")


def test_what_is_past_the_limit_is_marked_and_nothing_else(twite: Twite, qtbot: QtBot) -> None:
    twite.theme.choose(ThemeChoice.LIGHT)
    editor = editors(twite)[0]
    editor.insertPlainText("🚲" + "a" * 278 + "xyz")
    qtbot.waitUntil(lambda: _marked(editor, background=True) == "xyz")


def test_marks_are_no_undo_steps(twite: Twite) -> None:
    editor = editors(twite)[0]
    editor.insertPlainText("#one")
    editor.undo()
    assert editor.text() == ""
    assert not editor.document().isUndoAvailable()
