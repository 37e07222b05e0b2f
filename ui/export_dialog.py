"""Asking where the record of a draft should go, and writing it there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.drafts.provenance import Provenance, export
from app.errors import StoreError
from ui.message import tell


class ExportDialog(QFileDialog):
    """The system's own dialog for saving; says in a sentence where it did not work."""

    def __init__(self, window: QWidget, provenance: Provenance) -> None:
        super().__init__(window, "Export where the draft comes from")
        self._window = window
        self._provenance = provenance
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setDefaultSuffix("json")
        self.setNameFilter("JSON (*.json)")
        self.selectFile(f"twite-draft-{provenance.draft.id}.json")
        self.fileSelected.connect(self._write)
        self.finished.connect(self.deleteLater)

    def _write(self, file: str) -> None:
        try:
            export(self._provenance, Path(file))
        except StoreError as error:
            tell(self._window, f"{error.what_happened} {error.what_to_do}")
