"""Asks where a file is to be saved, without blocking the window."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_where(parent: QWidget, title: str, path: Path, kind: str) -> QFileDialog:
    """An open dialog that proposes `path`; connect its `fileSelected` now. `kind` says what it is: "Table".

    The suffix of `path` is added where the user types none.
    """
    suffix = path.suffix.removeprefix(".")
    dialog = QFileDialog(parent, title, str(path))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(f"{kind} (*.{suffix})")
    dialog.setDefaultSuffix(suffix)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
