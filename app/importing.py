"""Importing a model that a person has, from the window or the terminal."""

from __future__ import annotations

from pathlib import Path

from app.errors import UserError
from app.making import Making, OnEvent

_BROKEN_OFF = UserError(
    "Importing the model stopped unexpectedly; your file is as it was, and nothing was added.",
    "Close programs that need much memory, and import it again.",
)


class Importer(Making):
    """One import at a time, as `app.making.Making` tells of it; `Prepared` brings the new id."""

    def __init__(self, models_folder: Path, on_event: OnEvent) -> None:
        super().__init__(models_folder, on_event, _BROKEN_OFF)

    def start(self, source: Path, model_id: str = "", chat_format: str = "") -> None:
        """Begin, unless an import is under way.

        `source` is a GGUF file, an ONNX model or the folder of a checkpoint. Without an id and a
        chat format, both are found out.
        """
        self.begin("import", [str(source.absolute()), model_id, chat_format])
