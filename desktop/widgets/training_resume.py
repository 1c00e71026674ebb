"""Tells of a training that was interrupted, and offers to resume or to discard it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMessageBox, QPushButton, QWidget

from desktop import format as words
from desktop import trainings
from desktop.theme import GAP
from engine.results import RunInfo


class ResumeCard(QFrame):
    """Shows the newest of the runs that wait; out of sight where there is none."""

    resume_requested = Signal(object)
    """The folder (`Path`) of the run."""
    discard_requested = Signal(object)
    """The same, after the user was asked whether it shall really go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunInfo, ...] = ()
        self._question: QMessageBox | None = None
        self._text = QLabel()
        self._text.setWordWrap(True)
        self.resume_button = QPushButton("Resume")
        self.discard_button = QPushButton("Discard…")
        self.resume_button.clicked.connect(self._on_resume)
        self.discard_button.clicked.connect(self._on_discard)
        self.setProperty("role", "banner")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.resume_button)
        layout.addWidget(self.discard_button)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text.text()

    @property
    def question(self) -> QMessageBox | None:
        """Whether to discard the run, while it is asked."""
        return self._question

    def set_runs(self, runs: Sequence[RunInfo]) -> None:
        """Show the first of `runs`, which can be resumed."""
        self._runs = tuple(runs)
        self.setVisible(bool(runs))
        if not runs:
            return
        run, others = runs[0], len(runs) - 1
        more = f" {words.count(others)} more can be resumed." if others else ""
        self._text.setText(f"{run.name}: interrupted {trainings.describe_place(run)}.{more}")
        self.resume_button.setAccessibleName(f"Resume {run.name}")
        self.discard_button.setAccessibleName(f"Discard {run.name}")

    @Slot()
    def _on_resume(self) -> None:
        if self._runs:
            self.resume_requested.emit(self._runs[0].path)

    @Slot()
    def _on_discard(self) -> None:
        if not self._runs or self._question is not None:
            return
        run = self._runs[0]
        question = self._question = QMessageBox(self)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle("Discard a training")
        question.setText(f"Discard {run.name}?")
        model = " with its best model so far" if run.model is not None else ""
        what = "run" if run.n_folds is None else f"set with its {words.count_of(run.folds_done, 'finished fold')}"
        question.setInformativeText(f"This deletes the {what}{model}. It cannot be undone.")
        question.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        keep = question.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        question.setDefaultButton(keep)
        question.setEscapeButton(keep)
        question.finished.connect(self._on_answered)
        question.open()

    @Slot(int)
    def _on_answered(self, _: int) -> None:
        question, self._question = self._question, None
        if question is None:
            return
        clicked = question.clickedButton()
        is_discarded = clicked is not None and question.buttonRole(clicked) == QMessageBox.ButtonRole.DestructiveRole
        question.deleteLater()
        if is_discarded and self._runs:
            self.discard_requested.emit(self._runs[0].path)
