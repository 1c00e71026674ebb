"""Holds the shown run against another one of the same split: how much better that one is, and whether it is luck."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.jobs import JobRunner
from desktop.single_job import SingleJob
from desktop.theme import GAP
from desktop.widgets.comparison_table import ComparisonTable
from desktop.widgets.job_line import JobLine
from desktop.widgets.run_choice import RunChoice
from desktop.widgets.section import make_label, make_readable
from engine import calls
from engine.comparison_results import Comparison
from engine.comparison_wording import describe_comparison
from engine.evaluation_results import Evaluation
from engine.labels import PART_NAMES
from engine.results import RunInfo
from engine.runs import RunFolder
from engine.wording import LEAKING_SPLIT

_ALONE = (
    "There is no other run to compare with. Train a second one on the same data with the same seed, so that it has "
    "the same split; then both are scored on the same images."
)
_WHAT = (
    "Both runs answer the same images, so that hard and easy lesions do not blur the difference. That needs the same "
    "split: two trainings on the same data with the same seed have it."
)


class ComparisonView(QWidget):
    """A choice of the other run, and what came of the comparison."""

    failed = Signal(object)
    """The two cannot be compared: an error for the page."""

    def __init__(self, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._other: RunInfo | None = None
        self._scoring, self._comparing = SingleJob(runner), SingleJob(runner)
        self.choice = RunChoice()
        self.choice.setAccessibleName("Run to compare with")
        self.compare_button = QPushButton("Compare")
        self.alone = make_label("", _ALONE)
        self.headline, self.refusal = make_readable(make_label("heading")), make_readable(make_label())
        self.table = ComparisonTable()
        self.job_view = JobLine(self._scoring, self._comparing)
        self._controls, self._result = QWidget(), QWidget()
        self._lay_out()
        self._connect()

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where the Tab key stops, in order."""
        return self.choice, self.compare_button, self.table

    def show_evaluation(self, evaluation: Evaluation, others: tuple[RunInfo, ...]) -> None:
        """Offer to hold the run of `evaluation` against one of `others`, on the part of `evaluation`."""
        is_same = self._evaluation is not None and self._evaluation == evaluation
        self._evaluation = evaluation
        self.choice.set_runs(others)
        self._controls.setVisible(bool(others))
        self.alone.setVisible(not others)
        if not is_same:
            self._scoring.let_go()
            self._comparing.let_go()
            self._clear()

    def _clear(self) -> None:
        self._result.hide()
        self.refusal.hide()

    @Slot()
    def _on_compare_clicked(self) -> None:
        """Compare; a run that was never scored on validation is scored first, for nothing is given away by that."""
        self._other = self.choice.run
        if self._evaluation is None or self._other is None:
            return
        self._clear()
        part = self._evaluation.part
        if part == "val" and not RunFolder(self._other.path).evaluation(part).is_dir():
            self._scoring.start(calls.evaluate(self._other.path, part), f"Scoring the {PART_NAMES[part]}")
        else:
            self._compare()

    @Slot()
    def _compare(self) -> None:
        if self._evaluation is not None and self._other is not None:
            call = calls.compare(self._evaluation.run, self._other.path, self._evaluation.part)
            self._comparing.start(call, "Comparing two runs")

    @Slot(object)
    def _on_compared(self, comparison: Comparison) -> None:
        if self._other is None:
            return
        marks = f"{LEAKING_SPLIT} " if comparison.leaking_split else ""
        self.headline.setText(marks + describe_comparison(comparison, self._other.name))
        self.table.show_comparison(comparison, self._other.name)
        self._result.show()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.refusal.setText(" ".join(text for text in (str(error), getattr(error, "hint", "")) if text))
        self.refusal.show()
        self.failed.emit(error)

    @Slot()
    def _on_jobs_changed(self) -> None:
        self.compare_button.setEnabled(not self.job_view.is_busy)

    def _connect(self) -> None:
        self.compare_button.clicked.connect(self._on_compare_clicked)
        self._scoring.succeeded.connect(self._compare)
        self._comparing.succeeded.connect(self._on_compared)
        for one in (self._scoring, self._comparing):
            one.failed.connect(self._on_failed)
            one.changed.connect(self._on_jobs_changed)

    def _lay_out(self) -> None:
        label = QLabel("Compare with")
        label.setBuddy(self.choice)
        row = QHBoxLayout(self._controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(label)
        row.addWidget(self.choice, 1)
        row.addWidget(self.compare_button)
        below = QVBoxLayout(self._result)
        below.setContentsMargins(0, GAP, 0, 0)
        below.setSpacing(GAP)
        below.addWidget(self.headline)
        below.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget in (make_label("small", _WHAT), self.alone, self._controls, self.job_view, self.refusal):
            column.addWidget(widget)
        column.addWidget(self._result)
        for widget in (self.refusal, self._result, self._controls):
            widget.hide()
