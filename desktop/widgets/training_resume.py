"""Tells of trainings that were interrupted, and offers to resume or to discard each."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QMessageBox, QPushButton, QWidget

from desktop import format as words
from desktop import trainings
from desktop.theme import GAP
from engine.results import RunInfo


class ResumeCard(QFrame):
    """Shows the newest of the runs that wait, or another that is chosen; out of sight where there is none."""

    resume_requested = Signal(object)
    """The folder (`Path`) of the run."""
    discard_requested = Signal(object)
    """The same, after the user was asked whether it shall really go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunInfo, ...] = ()
        self._question: QMessageBox | None = None
        self._asked: RunInfo | None = None
        self._text = QLabel()
        self._text.setWordWrap(True)
        self.choice = QComboBox()
        self.choice.setAccessibleName("Interrupted training")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(20)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        self.resume_button = QPushButton("Resume")
        self.discard_button = QPushButton("Discard…")
        self.resume_button.clicked.connect(self._on_resume)
        self.discard_button.clicked.connect(self._on_discard)
        self.setProperty("role", "banner")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.choice)
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
        """Offer `runs`, which can be resumed, the newest first; the choice stays where its run is still there."""
        before = self._run
        self._runs = tuple(runs)
        kept = next((row for row, run in enumerate(runs) if before is not None and run.path == before.path), 0)
        with QSignalBlocker(self.choice):
            self.choice.clear()
            self.choice.addItems([run.name for run in runs])
            self.choice.setCurrentIndex(kept if runs else -1)
        self.choice.setVisible(len(runs) > 1)
        self.setVisible(bool(runs))
        self._on_chosen()

    @property
    def _run(self) -> RunInfo | None:
        """The one that is shown; None where there is none."""
        row = self.choice.currentIndex()
        return self._runs[row] if 0 <= row < len(self._runs) else None

    @Slot()
    def _on_chosen(self) -> None:
        run = self._run
        if run is not None:
            self._text.setText(f"{run.name}: interrupted. Resume goes on {trainings.describe_place(run)}.")
            self.resume_button.setAccessibleName(f"Resume {run.name}")
            self.discard_button.setAccessibleName(f"Discard {run.name}")

    @Slot()
    def _on_resume(self) -> None:
        if self._run is not None:
            self.resume_requested.emit(self._run.path)

    @Slot()
    def _on_discard(self) -> None:
        run = self._run
        if run is None or self._question is not None:
            return
        self._asked = run
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
        if is_discarded and self._asked is not None:
            self.discard_requested.emit(self._asked.path)
