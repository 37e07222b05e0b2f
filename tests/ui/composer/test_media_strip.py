"""Images, GIFs and videos on their way into a post: dropped, pasted, chosen, refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QColor,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
)
from pytestqt.qtbot import QtBot

from app.drafts.extras import Poll, PostExtras
from tests.helpers.window import button
from tests.ui.composer.parts import (
    GIF,
    cards,
    drop,
    editor,
    files,
    give,
    paste,
    picture,
    pictures,
    problem,
    undo_sentence,
)
from ui.composer.thread_view import ThreadView


def test_a_dropped_image_is_in_the_post_as_a_copy(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path, media_folder: Path
) -> None:
    with qtbot.waitSignal(thread.edited):
        [medium] = give(thread, qtbot, picture(tmp_path / "hill.png"))
    assert Path(medium.file).parent == media_folder
    assert thread.posts() == ("",)


def test_a_dropped_file_is_copied_and_never_moved(thread: ThreadView, tmp_path: Path) -> None:
    file = files(picture(tmp_path / "hill.png"))
    for place in (editor(thread).viewport(), editor(thread).parentWidget()):
        event = drop(place, file)
        assert event.isAccepted()
        assert event.dropAction() is Qt.DropAction.CopyAction


def test_a_file_may_be_dropped_beside_the_text(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(editor(thread).parentWidget(), files(picture(tmp_path / "hill.png")))
    qtbot.waitUntil(lambda: len(thread.extras()[0].media) == 1)


def test_a_pasted_picture_is_kept_as_a_png(thread: ThreadView, qtbot: QtBot) -> None:
    mime, image = QMimeData(), QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("#123456"))
    mime.setImageData(image)
    paste(thread, mime)
    qtbot.waitUntil(lambda: len(thread.extras()[0].media) == 1)
    [medium] = thread.extras()[0].media
    assert Path(medium.file).suffix == ".png"
    assert QImage(medium.file).pixelColor(1, 1) == QColor("#123456")


def test_a_picture_from_another_program_is_kept_as_it_is(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    content = picture(tmp_path / "hill.png").read_bytes()
    mime = QMimeData()
    mime.setData("image/png", content)
    paste(thread, mime)
    qtbot.waitUntil(lambda: len(thread.extras()[0].media) == 1)
    [medium] = thread.extras()[0].media
    assert QImage(medium.file) == QImage.fromData(content)


def test_what_is_text_as_well_is_pasted_as_text(thread: ThreadView) -> None:
    mime = QMimeData()
    mime.setImageData(QImage(3, 2, QImage.Format.Format_RGB32))
    mime.setText("a table, say")
    paste(thread, mime)
    assert thread.posts() == ("a table, say",)
    assert thread.extras() == (PostExtras(),)


def test_a_dropped_file_leaves_the_caret_where_it_is(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    QTest.keyClicks(editor(thread), "Mill Road")
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    QTest.keyClicks(editor(thread), " again")
    assert thread.posts() == ("Mill Road again",)


def test_the_address_of_a_page_is_dropped_as_text(thread: ThreadView) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://council.example/mill-road")])
    drop(editor(thread).viewport(), mime)
    assert thread.posts() == ("https://council.example/mill-road",)


def test_a_file_on_its_way_holds_its_place(thread: ThreadView, tmp_path: Path) -> None:
    drop(editor(thread).viewport(), files(picture(tmp_path / "hill.png")))
    assert [card.accessibleName() for card in cards(thread)] == ["Adding hill.png"]
    assert thread.extras() == (PostExtras(),)


def test_the_dialog_takes_several_files(thread: ThreadView, qtbot: QtBot, tmp_path: Path) -> None:
    button(thread, "Image").click()
    [dialog] = thread.findChildren(QFileDialog)
    assert dialog.nameFilters()[0].startswith("Images, GIF or video")
    dialog.filesSelected.emit([str(path) for path in pictures(tmp_path, 2)])
    dialog.reject()
    qtbot.waitUntil(lambda: len(thread.extras()[0].media) == 2)


def test_what_x_does_not_take_is_said_and_nothing_is_lost(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    media = give(thread, qtbot, picture(tmp_path / "hill.png"))
    words = tmp_path / "words.png"
    words.write_text("words")
    drop(editor(thread).viewport(), files(words))
    qtbot.waitUntil(lambda: problem(thread).startswith("That file is no image X takes"))
    assert thread.extras() == (PostExtras(media),)
    assert len(cards(thread)) == 1


def test_a_fifth_image_is_refused_and_four_stay(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    drop(editor(thread).viewport(), files(*pictures(tmp_path, 6)))
    qtbot.waitUntil(lambda: problem(thread).startswith("A post takes up to 4 images"))
    qtbot.waitUntil(lambda: len(cards(thread)) == 4)
    assert len(thread.extras()[0].media) == 4


def test_a_gif_stands_alone(thread: ThreadView, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "dance.gif").write_bytes(GIF)
    media = give(thread, qtbot, tmp_path / "dance.gif")
    assert undo_sentence(thread) == "GIF added."
    drop(editor(thread).viewport(), files(picture(tmp_path / "hill.png")))
    qtbot.waitUntil(lambda: problem(thread) != "")
    assert thread.extras()[0].media == media


def test_the_window_goes_on_while_a_large_picture_is_taken(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    large = picture(tmp_path / "large.jpg", width=9_000, height=9_000)
    turns = []
    clock = QTimer(thread, interval=1)
    clock.timeout.connect(lambda: turns.append(1))
    clock.start()
    give(thread, qtbot, large)
    assert len(turns) > 5


def test_another_draft_shows_what_it_carries_and_nothing_is_emitted(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    poll = PostExtras(poll=Poll(("Yes", "No"), 60))
    with qtbot.assertNotEmitted(thread.edited):
        thread.show_posts(("One", "Two"), (PostExtras(), poll))
    assert thread.extras() == (PostExtras(), poll)
    assert undo_sentence(thread) == ""


def test_a_file_for_one_draft_never_lands_in_another(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path, media_folder: Path
) -> None:
    drop(editor(thread).viewport(), files(picture(tmp_path / "hill.png")))
    thread.show_posts(("Another",))
    second = picture(tmp_path / "sea.png", "#004488")
    [medium] = give(thread, qtbot, second)
    assert Path(medium.file).read_bytes() == second.read_bytes()
    assert len(list(media_folder.iterdir())) == 2


def test_without_a_folder_a_post_takes_text_alone(
    open_thread: Callable[[Path | None], ThreadView], tmp_path: Path
) -> None:
    bare = open_thread(None)
    words = {b.text() for b in bare.findChildren(QAbstractButton) if b.isVisible()}
    assert words == {"Emoji", "Split", "+ Add to thread"}
    path = picture(tmp_path / "hill.png")
    drop(editor(bare).viewport(), files(path))
    assert bare.posts() == (QUrl.fromLocalFile(str(path)).toString(),)
