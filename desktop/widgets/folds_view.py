"""A set of folds on the Evaluate page: reads what its folds came to, and opens their test parts on purpose."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop.jobs import Job, JobRunner
from desktop.single_job import SingleJob
from desktop.theme import mark_primary
from desktop.widgets.job_view import JobView
from desktop.widgets.opening_question import OpeningQuestion
from desktop.widgets.pooled_view import PooledView
from desktop.widgets.section import make_column, make_offer
from engine import calls
from engine.comparison_results import FoldsResult, PooledEvaluation
from engine.results import RunInfo

_MISSING = ("What these folds came to could not be read", "Evaluating them again trains nothing anew.")


class FoldsView(QWidget):
    """Busy, showing the pooled figures, or offering to make them."""

    failed = Signal(object)
    """An error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folds: RunInfo | None = None
        self._pooled: PooledEvaluation | None = None
        self._work = SingleJob(runner, self)
        self.job_view, self.pooled = JobView(), PooledView()
        self.evaluate_button = mark_primary(QPushButton("Evaluate the folds"))
        self.question: OpeningQuestion | None = None
        self._missing, self._busy = make_offer(*_MISSING, self.evaluate_button), make_column(self.job_view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for face in (self._missing, self._busy, self.pooled):
            face.hide()
            column.addWidget(face)
        column.addStretch()
        self._work.changed.connect(self._show)
        self._work.succeeded.connect(self._on_succeeded)
        self._work.failed.connect(self.failed)
        self.job_view.cancel_requested.connect(self._on_cancel_requested)
        self.pooled.test_asked.connect(self._on_test_asked)
        self.evaluate_button.clicked.connect(self._on_evaluate)

    @property
    def shown(self) -> PooledEvaluation | None:
        """The figures that are to be seen."""
        return self._pooled if not self.pooled.isHidden() else None

    def open(self, folds: RunInfo | None) -> None:
        """Read what `folds` came to; None forgets the set before. The same set again changes nothing."""
        if folds == self._folds:
            return
        self._folds, self._pooled = folds, None
        self._work.let_go()
        if folds is not None:
            self._work.start(calls.read_pooled(folds.path), "Reading the evaluation of the folds")

    @Slot()
    def _on_evaluate(self) -> None:
        if self._folds is not None:
            self._work.start(calls.resume_folds(self._folds.path), "Evaluating the folds")

    @Slot()
    def _on_test_asked(self) -> None:
        """Ask first: an opening cannot be taken back."""
        folds = self._folds
        if folds is not None:
            self.question = OpeningQuestion(0, self, n_folds=folds.n_folds)
            self.question.accepted.connect(self._on_test_confirmed)
            self.question.open()

    @Slot()
    def _on_test_confirmed(self) -> None:
        if self._folds is not None:
            call = calls.resume_folds(self._folds.path, open_test=True)
            self._work.start(call, "Scoring the test parts of the folds")

    @Slot(object)
    def _on_succeeded(self, result: PooledEvaluation | FoldsResult | None) -> None:
        self._pooled = result.pooled if isinstance(result, FoldsResult) else result
        if self._pooled is not None:
            self.pooled.show_pooled(self._pooled)

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        job.cancel()

    @Slot()
    def _show(self) -> None:
        job = self._work.job
        if job is not self.job_view.job:
            self.job_view.release()
            if job is not None:
                self.job_view.follow(job)
        self._busy.setVisible(job is not None)
        self.pooled.setVisible(job is None and self._pooled is not None)
        self._missing.setVisible(job is None and self._pooled is None)
