"""Asks whether a model that was dropped is to answer from now on, or whether weights are to be imported."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from desktop.image_intake import is_weights

_ANSWERS = "Answers that are there stay, and say which model gave them."
_WEIGHTS = "It is read as numbers alone, nothing in it is run. A model file is made of it, among the imported models."


class ModelQuestion(QMessageBox):
    """Open it without blocking (`open()`); `accepted` is emitted for yes, `rejected` for no."""

    def __init__(self, model: Path, n_models: int = 1, parent: QWidget | None = None) -> None:
        """About `model`, the first of `n_models` that came together."""
        super().__init__(parent)
        self.model = model
        must_import = is_weights(model)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("Import weights?" if must_import else "Use another model?")
        self.setTextFormat(Qt.TextFormat.PlainText)
        what = f"Import the weights {model.name} and use them" if must_import else f"Use model {model.name}"
        self.setText(f"{what} for predictions?")
        words = [f"{n_models} models came together; one at a time can answer, and this is the first."]
        words = [*(words if n_models > 1 else ()), *((_WEIGHTS,) if must_import else ()), _ANSWERS]
        self.setInformativeText(" ".join(words))
        self.use_button = QPushButton("Import and use" if must_import else "Use it")
        self.keep_button = QPushButton("Do not import" if must_import else "Do not use it")
        self.addButton(self.use_button, QMessageBox.ButtonRole.AcceptRole)
        self.addButton(self.keep_button, QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(self.use_button)
        self.setEscapeButton(self.keep_button)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
