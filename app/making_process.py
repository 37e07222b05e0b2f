"""Makes a model in a process of its own.

`app.making_process prepare FOLDER [--plain]` makes the built-in model in the models folder, and
`app.making_process import FOLDER SOURCE ID CHAT_FORMAT` one from what a person has. Progress and
the ending come as JSON lines on standard output; the libraries that build graphs may print what
they like, which goes to standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from app.preparing import PLAIN
from models.errors import ModelError
from models.install.progress import StepReport
from models.library import BUILT_IN

_FULL = "Free some space (the weights are unpacked for a moment) and try again."


def main() -> int:
    """Make the model; 0 when it lies ready, 1 with a sentence if not."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # An orderly end on SIGTERM, so that nothing half-made is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    verb, folder, *arguments = sys.argv[1:]
    make = {"prepare": _prepare, "import": _import}[verb]
    try:
        model_id = make(
            Path(folder), arguments, lambda step, done: _say(answers, step=step, fraction=done)
        )
    except ModelError as error:
        _say(answers, what_happened=error.what_happened, what_to_do=error.what_to_do)
        return 1
    except OSError as error:
        _say(
            answers,
            what_happened=f"The model could not be written: {error.strerror}.",
            what_to_do=_FULL,
        )
        return 1
    _say(answers, model_id=model_id)
    return 0


def _prepare(folder: Path, options: Sequence[str], report: StepReport) -> str:
    # What makes models takes a second to import, which the other verb need not pay.
    from models.install.builtin import prepare

    prepare(folder, report, plain=PLAIN in options)
    return BUILT_IN


def _import(folder: Path, arguments: Sequence[str], report: StepReport) -> str:
    from models.install.importing import import_model

    source, model_id, chat_format = arguments
    return import_model(Path(source), folder, report, model_id=model_id, chat_format=chat_format)


def _say(answers: TextIO, **fields: str | float) -> None:
    answers.write(json.dumps(fields) + "\n")
    answers.flush()


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    sys.exit(main())
