"""Asks what shall become of a running training before it is ended: nothing is lost by mistake."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

DISCARD_NEW = "Discard what is new"
"""Of a training that was resumed: what was learned since it was saved last goes, the rest stays."""


class TrainingQuestion(QMessageBox):
    """Open it with `open()`: it does not block, and answers by a signal. Escape keeps the training."""

    pause_chosen = Signal()
    finish_early_chosen = Signal()
    discard_chosen = Signal()
    keep_chosen = Signal()

    def __init__(
        self, *, is_closing: bool, is_of_folds: bool = False, is_resumed: bool = False, parent: QWidget | None = None
    ) -> None:
        """With `is_of_folds` finishing early is not offered: it would end only the present one of several trainings.

        With `is_resumed` nothing can be discarded here but what was learned since the training was saved last.
        """
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle("A training is running")
        self.setText("What shall become of the running training?")
        self.setInformativeText(_describe(is_closing, is_of_folds, is_resumed))
        self.pause_button = self.addButton("Pause", QMessageBox.ButtonRole.AcceptRole)
        self.finish_button = self.addButton("Stop early and keep the best model", QMessageBox.ButtonRole.AcceptRole)
        self.finish_button.setVisible(not is_of_folds)
        self.keep_button = self.addButton("Keep training", QMessageBox.ButtonRole.RejectRole)
        self.discard_button = self.addButton(
            DISCARD_NEW if is_resumed else "Discard", QMessageBox.ButtonRole.DestructiveRole
        )
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


def _describe(is_closing: bool, is_of_folds: bool, is_resumed: bool) -> str:
    lines = ["Pause keeps all that was learned, to be resumed later."]
    if not is_of_folds:
        lines.append("Stop early ends it after the present batch and keeps the best model so far.")
    if is_closing:
        lines.append("After it the window closes." if is_of_folds else "After either the window closes.")
    if is_resumed:
        what = "the folds" if is_of_folds else "the run"
        lines.append(f"{DISCARD_NEW} ends it now and leaves {what} as saved last; it can be resumed from there.")
    else:
        what = "deletes all its folds" if is_of_folds else "deletes this run with its model"
        lines.append(f"Discard ends it now and {what}.")
    return " ".join(lines)
