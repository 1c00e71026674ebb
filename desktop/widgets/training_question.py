"""Asks what shall become of a running training before it is ended: nothing is lost by mistake."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget


class TrainingQuestion(QMessageBox):
    """Open it with `open()`: it does not block, and answers by a signal. Escape keeps the training."""

    pause_chosen = Signal()
    finish_early_chosen = Signal()
    discard_chosen = Signal()
    keep_chosen = Signal()

    def __init__(self, *, is_closing: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("A training is running")
        self.setText("What shall become of the running training?")
        end = " After either the window closes." if is_closing else ""
        self.setInformativeText(
            "Pause keeps all that was learned, to be resumed later. Stop early ends it after the present batch and "
            f"keeps the best model so far.{end} Discard ends it now and deletes this run with its model."
        )
        self.pause_button = self.addButton("Pause", QMessageBox.ButtonRole.AcceptRole)
        self.finish_button = self.addButton("Stop early and keep the best model", QMessageBox.ButtonRole.AcceptRole)
        self.keep_button = self.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        self.discard_button = self.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        self.setDefaultButton(self.pause_button)
        self.setEscapeButton(self.keep_button)
        self.finished.connect(self._on_finished)

    @Slot(int)
    def _on_finished(self, _: int) -> None:
        """Answer once the question is out of sight: what follows may take a moment."""
        if self.clickedButton() is self.pause_button:
            self.pause_chosen.emit()
        elif self.clickedButton() is self.finish_button:
            self.finish_early_chosen.emit()
        elif self.clickedButton() is self.discard_button:
            self.discard_chosen.emit()
        else:
            self.keep_chosen.emit()
