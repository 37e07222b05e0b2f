"""Pictures of the real window, for the README and for comparing with the design.

    python packaging/make_screenshots.py FOLDER [--models FOLDER] [--write]

Runs under the display at hand with a home of its own, in the system's interface font. With
`--write` the model in `--models` writes the drafts that the picture shows.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QBuffer, QEventLoop, QTimer
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QApplication

from app.compose.brief import SAMPLE_NOTES
from app.drafts.extras import Extras, PostExtras
from app.drafts.store import DraftStore
from app.places import Places
from app.posting.accounts import Account, Accounts, Way
from app.posting.media import take
from app.settings import ThemeChoice
from ui.application import Twite, build

DRAFTS: tuple[tuple[tuple[str, ...], str, timedelta], ...] = (
    (("Cafe Lindt reopens on Monday with the old menu and longer hours.",), "", timedelta(days=9)),
    (
        ("Tip: git bisect run finds the bad commit while you get a coffee.",),
        "",
        timedelta(days=2),
    ),
    (
        ("pandas-lint 0.9 drops Python 3.9 and reads wheels. https://example.com/pandas-lint",),
        "",
        timedelta(days=1),
    ),
    (("Filming starts in May in Shetland. We look for boats.",), "", timedelta(hours=2)),
    (
        (
            "The town council votes on the Mill Road bike lane on 3 February at 7pm. The meeting "
            "is public, so come and be heard. Last year 1,200 riders used the road every day.",
            "Agenda and how to speak at the meeting:\nhttps://example.com/mill-road",
        ),
        SAMPLE_NOTES,
        timedelta(0),
    ),
)
WRITING_S = 120


def main() -> int:
    options = _options()
    if options.scale is None:
        return max(_run_again(options, scale) for scale in (1, 2))
    with tempfile.TemporaryDirectory() as home:
        _take_pictures(options, Path(home))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--models", type=Path, default=Path("/nonexistent"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--themes", nargs="*", default=["light", "dark", "contrast"])
    parser.add_argument("--sizes", nargs="*", default=["1320x820", "900x600"])
    parser.add_argument("--scale", type=int)
    return parser.parse_args()


def _run_again(options: argparse.Namespace, scale: int) -> int:
    """Qt reads the scale when its process starts."""
    arguments = [sys.executable, __file__, *sys.argv[1:], "--scale", str(scale)]
    options.folder.mkdir(parents=True, exist_ok=True)
    return subprocess.call(arguments, env=os.environ | {"QT_SCALE_FACTOR": str(scale)})


def _seed(file: Path) -> None:
    """The picture's drafts, changed as long ago as the picture says."""
    file.parent.mkdir(parents=True)
    store = DraftStore(file)
    moments = {store.create(posts, notes).id: ago for posts, notes, ago in DRAFTS}
    account = Account("1", "millroad", "Mill Road", Way.OAUTH2, "app")
    Accounts(store.database).keep(account)
    _add_image(store, list(moments)[-1], file.parent / "media")
    store.close()
    with sqlite3.connect(file) as sql:
        for id, ago in moments.items():
            changed = (datetime.now(UTC) - ago).timestamp()
            sql.execute("UPDATE draft SET changed = ? WHERE id = ?", (int(changed * 1e6), id))
    sql.close()


def _add_image(store: DraftStore, id: str, folder: Path) -> None:
    """A described image in the draft's last post, in the picture's colours."""
    image = QImage(1200, 600, QImage.Format.Format_RGB32)
    slope = QLinearGradient(0, 0, 1200, 600)
    for place, colour in ((0.0, "#8a7862"), (0.5, "#c8b594"), (1.0, "#6d7f6a")):
        slope.setColorAt(place, QColor(colour))
    painter = QPainter(image)
    painter.fillRect(image.rect(), slope)
    painter.end()
    kept = QBuffer()
    kept.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(kept, "PNG")
    medium = take(bytes(kept.data().data()), folder)
    draft = store.get(id)
    bare = (PostExtras(),) * (len(draft.posts) - 1)
    extras = Extras((*bare, PostExtras((replace(medium, alt_text="Mill Road at dusk."),))))
    store.save(id, draft.posts, draft.notes, extras)


def _take_pictures(options: argparse.Namespace, home: Path) -> None:
    _seed(home / "data" / "drafts.sqlite3")
    application = QApplication([])
    twite = build(
        application,
        Places(
            drafts_file=home / "data" / "drafts.sqlite3",
            settings_file=home / "settings.json",
            models_folder=options.models,
            log_folder=home / "state",
        ),
    )
    twite.open()
    _wait(lambda: bool(twite.composer.posts()[0]), 10)
    if options.write:
        _write(twite)
    for theme in options.themes:
        twite.theme.choose(ThemeChoice(theme))
        for size in options.sizes:
            width, height = map(int, size.split("x"))
            twite.window.resize(width, height)
            _wait(lambda: False, 0.4)
            name = f"window-{theme}-{size}@{options.scale}x.png"
            twite.window.grab().save(str(options.folder / name))
            print(options.folder / name)
    twite.end()


def _write(twite: Twite) -> None:
    finished: list[object] = []
    twite.writer.finished.connect(finished.append)
    twite.assistant.write()
    if not _wait(lambda: bool(finished), WRITING_S):
        raise SystemExit("The model did not finish in time.")


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    """Let the window live until then; whether it came to that.

    The loop rests between looks: one that spins takes a core away from the model.
    """
    loop = QEventLoop()
    look = QTimer(interval=20)
    look.timeout.connect(lambda: loop.quit() if done() else None)
    look.start()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()
    return done()


if __name__ == "__main__":
    raise SystemExit(main())
