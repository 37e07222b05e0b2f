"""Makes the built-in model in a process of its own: `app.prepare_process FOLDER [--plain]`.

Progress comes as JSON lines on standard output; the libraries that build the graph may print what
they like, which goes to standard error.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TextIO

from app.preparing import PLAIN
from models.errors import ModelError
from models.install.builtin import prepare


def main() -> int:
    """Prepare the model in the folder given; 0 when it lies ready, 1 with a sentence if not."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # An orderly end on SIGTERM, so that nothing half-made is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        prepare(
            Path(sys.argv[1]),
            lambda step, done: _say(answers, step=step, fraction=done),
            plain=PLAIN in sys.argv[2:],
        )
    except ModelError as error:
        _say(answers, what_happened=error.what_happened, what_to_do=error.what_to_do)
        return 1
    except OSError as error:
        _say(
            answers,
            what_happened=f"The model could not be written: {error.strerror}.",
            what_to_do="Free some space (about 1 GB is needed for a moment) and prepare it again.",
        )
        return 1
    return 0


def _say(answers: TextIO, **fields: str | float) -> None:
    answers.write(json.dumps(fields) + "\n")
    answers.flush()


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    sys.exit(main())
