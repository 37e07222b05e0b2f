"""Images, GIFs and videos in a post: dropped, pasted, described, removed and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageIOHandler,
    QImageWriter,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.drafts.extras import Medium, Poll, PostExtras
from app.settings import ThemeChoice
from tests.helpers.window import button, label
from ui.composer.alt_text_editor import MediaCard
from ui.composer.post_editor import PostEditor
from ui.composer.thread_view import ThreadView
from ui.jobs import Jobs
from ui.theme import Theme

CTRL = Qt.KeyboardModifier.ControlModifier
GIF = b"GIF89a\x01\0\x01\0\x80\0\0\xff\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
FILM = b"\0\0\0\x18ftypisom\0\0\0\0isommp42"


@pytest.fixture
def media_folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def open_thread(qtbot: QtBot) -> Iterator[Callable[[Path | None], ThreadView]]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme, jobs = Theme(application, ThemeChoice.LIGHT), Jobs()
    opened: list[ThreadView] = []

    def open_one(folder: Path | None) -> ThreadView:
        view = ThreadView(theme, jobs, folder)
        view.resize(640, 700)
        opened.append(view)
        with qtbot.waitExposed(view):
            view.show()
        view.activateWindow()
        view.focus_current()
        qtbot.waitUntil(editor(view).hasFocus)
        return view

    yield open_one
    jobs.close()
    for view in opened:
        view.close_files()
        view.deleteLater()
    theme.deleteLater()
    application.processEvents()


@pytest.fixture
def thread(open_thread: Callable[[Path | None], ThreadView], media_folder: Path) -> ThreadView:
    return open_thread(media_folder)


def editor(thread: ThreadView, post: int = 0) -> PostEditor:
    found = thread.findChildren(PostEditor)
    return sorted(found, key=lambda one: one.mapTo(thread, QPoint(0, 0)).y())[post]


def picture(path: Path, colour: str = "#8F7A64", width: int = 64, height: int = 48) -> Path:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path))
    return path


def pictures(folder: Path, count: int) -> list[Path]:
    return [picture(folder / f"{n}.png", f"#{n}{n}{n}{n}{n}{n}") for n in range(count)]


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drop(widget: QWidget, mime: QMimeData) -> QDropEvent:
    """Drop as a file manager that would rather move the file."""
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(4, 4), actions, mime, left, none))
    event = QDropEvent(QPointF(4, 4), actions, mime, left, none)
    QApplication.sendEvent(widget, event)
    return event


def give(thread: ThreadView, qtbot: QtBot, *paths: Path, post: int = 0) -> tuple[Medium, ...]:
    """Drop files on a post and wait until they are in it."""
    count = len(thread.extras()[post].media) + len(paths)
    drop(editor(thread, post).viewport(), files(*paths))
    qtbot.waitUntil(lambda: len(thread.extras()[post].media) == count)
    return thread.extras()[post].media


def paste(thread: ThreadView, mime: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keyClick(editor(thread), Qt.Key.Key_V, CTRL)


def named_button(thread: ThreadView, name: str) -> QAbstractButton:
    """The button on show of this accessible name."""
    found = thread.findChildren(QAbstractButton)
    [one] = [b for b in found if b.isVisible() and b.accessibleName() == name]
    return one


def undo_sentence(thread: ThreadView) -> str:
    found = [one for one in thread.findChildren(QLabel, "undoSentence") if one.isVisible()]
    return found[0].text() if found else ""


def problem(thread: ThreadView) -> str:
    found = [one for one in thread.findChildren(QLabel, "mediaProblem") if one.isVisible()]
    return found[0].text() if found else ""


def cards(thread: ThreadView) -> list[MediaCard]:
    return [card for card in thread.findChildren(MediaCard) if card.isVisible()]


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


def test_a_removed_image_comes_back_with_its_alt_text(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    media = tuple(Medium(str(path), "words") for path in pictures(tmp_path, 2))
    thread.show_posts(("One",), (PostExtras(media),))
    named_button(thread, "Remove image 1").click()
    assert thread.extras()[0].media == media[1:]
    assert undo_sentence(thread) == "Image removed."
    with qtbot.waitSignal(thread.edited):
        button(thread, "Undo").click()
    assert thread.extras()[0].media == media


def test_changes_are_taken_back_one_at_a_time(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    media = give(thread, qtbot, *pictures(tmp_path, 2))
    named_button(thread, "Remove image 2").click()
    button(thread, "Undo").click()
    assert (thread.extras()[0].media, undo_sentence(thread)) == (media, "Image added.")
    button(thread, "Undo").click()
    button(thread, "Undo").click()
    assert thread.extras() == (PostExtras(),)
    assert undo_sentence(thread) == ""
    assert editor(thread).hasFocus()


def test_writing_on_hides_the_line_unless_something_was_removed(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    QTest.keyClicks(editor(thread), "On")
    assert undo_sentence(thread) == ""
    named_button(thread, "Remove the image").click()
    QTest.keyClicks(editor(thread), "and on")
    assert undo_sentence(thread) == "Image removed."


def test_alt_text_is_asked_for_written_and_counted(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    assert named_button(thread, "Add the alt text of the image").text() == "+ ALT"
    button(thread, "+ ALT").click()
    QTest.keyClicks(QApplication.focusWidget(), "A hill")
    assert thread.extras()[0].media[0].alt_text == "A hill"
    assert label(thread, "roomLeft").text() == "994 left"
    button(thread, "Done").click()
    badge = named_button(thread, "Change the alt text of the image")
    assert badge.hasFocus()
    assert badge.text() == "ALT"


def test_alt_text_past_the_limit_is_kept_and_said(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    button(thread, "+ ALT").click()
    [field] = thread.findChildren(QPlainTextEdit)
    field.insertPlainText("🙂" * 1_003)
    assert label(thread, "roomLeft").text() == "3 over"
    assert len(thread.extras()[0].media[0].alt_text) == 1_003


def test_what_is_typed_as_alt_text_is_taken_back_at_once(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    button(thread, "+ ALT").click()
    QTest.keyClicks(QApplication.focusWidget(), "A hill")
    assert undo_sentence(thread) == "Alt text of the image changed."
    button(thread, "Undo").click()
    assert thread.extras()[0].media[0].alt_text == ""
    assert thread.findChildren(QPlainTextEdit)[0].toPlainText() == ""


def test_an_image_that_arrives_leaves_the_alt_text_in_the_works(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = pictures(tmp_path, 2)
    give(thread, qtbot, first)
    button(thread, "+ ALT").click()
    field = QApplication.focusWidget()
    QTest.keyClicks(field, "A h")
    give(thread, qtbot, second)
    assert field.hasFocus()
    QTest.keyClicks(field, "ill")
    assert [medium.alt_text for medium in thread.extras()[0].media] == ["A hill", ""]


def test_a_video_is_not_asked_for_alt_text(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM)
    thread.show_posts(("Film",), (PostExtras((Medium(str(film)),)),))
    qtbot.waitUntil(lambda: cards(thread)[0].words.startswith("Video · "))
    assert [card.badge.isVisible() for card in cards(thread)] == [False]


def shown(card: MediaCard, x: float = 0.25, y: float = 0.5) -> str:
    """The colour that a card has at a place, from 0 to 1."""
    image = card.grab().toImage()
    return image.pixelColor(int(x * image.width()), int(y * image.height())).name()


def test_a_card_shows_its_picture(thread: ThreadView, qtbot: QtBot, tmp_path: Path) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png", "#123456"))
    assert shown(cards(thread)[0]) == "#123456"


def test_a_photograph_stands_upright(thread: ThreadView, qtbot: QtBot, tmp_path: Path) -> None:
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#000000"))
    for x in range(100):
        for y in range(100):
            image.setPixelColor(x, y, QColor("#ffffff"))
    writer = QImageWriter(str(tmp_path / "photo.jpg"))
    writer.setTransformation(QImageIOHandler.Transformation.TransformationRotate90)
    assert writer.write(image)
    give(thread, qtbot, tmp_path / "photo.jpg")
    assert shown(cards(thread)[0], y=0.2) == "#ffffff"
    assert shown(cards(thread)[0], y=0.8) == "#000000"


def test_a_picture_that_is_too_large_to_read_is_a_card_with_words(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    vast = QImage(20_000, 6_000, QImage.Format.Format_Mono)
    vast.fill(1)
    assert vast.save(str(tmp_path / "vast.png"))
    give(thread, qtbot, tmp_path / "vast.png")
    assert cards(thread)[0].words.startswith("Image · ")


@pytest.mark.qt_log_ignore("libpng", extend=True)
def test_a_picture_that_is_damaged_inside_is_a_card_with_words(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    file = picture(tmp_path / "hill.png")
    content = file.read_bytes()
    start = content.index(b"IDAT") + 4
    file.write_bytes(content[:start] + b"\xff" * 8 + content[start + 8 :])
    thread.show_posts(("Hill",), (PostExtras((Medium(str(file)),)),))
    qtbot.waitUntil(lambda: cards(thread)[0].words.startswith("Image · "))


def test_a_file_that_is_gone_says_so_and_can_be_removed(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    thread.show_posts(("Hill",), (PostExtras((Medium(str(tmp_path / "no.png")),)),))
    qtbot.waitUntil(lambda: cards(thread)[0].words == "This file is gone")
    named_button(thread, "Remove the image").click()
    assert thread.extras() == (PostExtras(),)


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


def test_splitting_leaves_the_images_with_the_first_part(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    QTest.keyClicks(editor(thread), "One. Two.")
    media = give(thread, qtbot, picture(tmp_path / "hill.png"))
    for _ in range(4):
        QTest.keyClick(editor(thread), Qt.Key.Key_Left)
    button(thread, "Split").click()
    assert thread.posts() == ("One.", "Two.")
    assert thread.extras() == (PostExtras(media), PostExtras())


def test_a_post_that_carries_something_is_not_merged_away(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    thread.add_post()
    media = give(thread, qtbot, picture(tmp_path / "hill.png"), post=1)
    QTest.keyClick(editor(thread, 1), Qt.Key.Key_Backspace)
    assert thread.extras() == (PostExtras(), PostExtras(media))


def test_merging_an_empty_post_moves_nothing(thread: ThreadView, tmp_path: Path) -> None:
    media = tuple(Medium(str(path)) for path in pictures(tmp_path, 2))
    one, three = PostExtras(media[:1]), PostExtras(media[1:])
    thread.show_posts(("One", "", "Three"), (one, PostExtras(), three))
    QTest.keyClick(editor(thread, 1), Qt.Key.Key_Backspace)
    assert thread.extras() == (one, three)


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


def test_the_tab_key_follows_reading_order(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, picture(tmp_path / "hill.png"))
    editor(thread).setFocus()
    stops = []
    for _ in range(6):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        stop = QApplication.focusWidget()
        stops.append(stop.accessibleName() or stop.text())
    assert stops == [
        "Add the alt text of the image",
        "Remove the image",
        "Undo",
        "Image",
        "Emoji",
        "+ Add to thread",
    ]


def test_the_tab_key_comes_by_a_post_that_is_split_off_in_the_middle(thread: ThreadView) -> None:
    thread.show_posts(("One. Two.", "Three"))
    for _ in range(4):
        QTest.keyClick(editor(thread), Qt.Key.Key_Left)
    thread.split_current()
    seen = []
    for _ in range(5):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert [stop.text() for stop in seen[:4]] == ["Image", "Poll", "Emoji", "Split"]
    assert seen[4] is editor(thread, 2)


def test_every_button_has_a_name_and_a_tooltip(
    thread: ThreadView, qtbot: QtBot, tmp_path: Path
) -> None:
    give(thread, qtbot, *pictures(tmp_path, 2))
    named_button(thread, "Add the alt text of image 1").click()
    found = [one for one in thread.findChildren(QAbstractButton) if one.isVisible()]
    unnamed = [
        one
        for one in found
        if not QAccessible.queryAccessibleInterface(one).text(QAccessible.Text.Name)
        or not one.toolTip()
    ]
    assert len(found) > 8
    assert unnamed == []


def test_without_a_folder_a_post_takes_text_alone(
    open_thread: Callable[[Path | None], ThreadView], tmp_path: Path
) -> None:
    bare = open_thread(None)
    words = {b.text() for b in bare.findChildren(QAbstractButton) if b.isVisible()}
    assert words == {"Emoji", "Split", "+ Add to thread"}
    path = picture(tmp_path / "hill.png")
    drop(editor(bare).viewport(), files(path))
    assert bare.posts() == (QUrl.fromLocalFile(str(path)).toString(),)
