"""Asks whether a model file that was dropped is to answer from now on."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

_WHAT = "Answers that are there stay, and say which model gave them."


class ModelQuestion(QMessageBox):
    """Open it without blocking (`open()`); `accepted` is emitted for yes, `rejected` for no."""

    def __init__(self, model: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("Use another model?")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(f"Use model {model.name} for predictions?")
        self.setInformativeText(_WHAT)
        self.use_button, self.keep_button = QPushButton("Use it"), QPushButton("Keep the present one")
        self.addButton(self.use_button, QMessageBox.ButtonRole.AcceptRole)
        self.addButton(self.keep_button, QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.use_button)
        self.setEscapeButton(self.keep_button)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
