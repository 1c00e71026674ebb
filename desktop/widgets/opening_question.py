"""Asks before the test part is opened, and says why one opens it once."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from engine import evaluation_wording

_TITLE = "Open the test part?"
_WHY = (
    "The test part was set aside before the training, and nothing was chosen by it. Its number is honest as long as "
    "you look once, at the end. Whoever looks, changes something and looks again has made a second validation part "
    "of it."
)
_COUNTED = "This opening will be counted for the split, across all runs, and the count stands in the report."
_FOLDS = (
    "Every image is in the test part of one fold. Each opening will be counted for its split. What is not evaluated "
    "yet is evaluated now; nothing is trained."
)


class OpeningQuestion(QMessageBox):
    """Open it without blocking (`open()`); `accepted` is emitted when the user wants to go on."""

    def __init__(self, openings: int, parent: QWidget | None = None, *, n_folds: int | None = None) -> None:
        """`openings`: how often the test part of this split was opened so far; `n_folds` opens those of all folds."""
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        title = _TITLE if n_folds is None else f"Open the test parts of all {n_folds} folds?"
        self.setWindowTitle(title)
        self.setText(title)
        counted = f"{evaluation_wording.describe_openings(openings)} {_COUNTED}" if n_folds is None else _FOLDS
        self.setInformativeText(f"{_WHY}\n\n{counted}")
        self.open_button = QPushButton("Open the test part" if n_folds is None else "Open the test parts")
        self.leave_button = QPushButton("Leave it closed" if n_folds is None else "Leave them closed")
        self.addButton(self.open_button, QMessageBox.ButtonRole.AcceptRole)
        self.addButton(self.leave_button, QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.leave_button)
        self.setEscapeButton(self.leave_button)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
