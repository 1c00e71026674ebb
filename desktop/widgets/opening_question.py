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


class OpeningQuestion(QMessageBox):
    """Open it without blocking (`open()`); `accepted` is emitted when the user wants to go on."""

    def __init__(self, openings: int, parent: QWidget | None = None) -> None:
        """`openings`: how often the test part of this split was opened so far."""
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(_TITLE)
        self.setText(_TITLE)
        self.setInformativeText(f"{_WHY}\n\n{evaluation_wording.describe_openings(openings)} {_COUNTED}")
        self.open_button = QPushButton("Open the test part")
        self.leave_button = QPushButton("Leave it closed")
        self.addButton(self.open_button, QMessageBox.ButtonRole.AcceptRole)
        self.addButton(self.leave_button, QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.leave_button)
        self.setEscapeButton(self.leave_button)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
