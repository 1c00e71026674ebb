"""The Evaluate page: choose a run or folds, see how the model did on validation, open the test part on purpose."""

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop.jobs import Job, JobRunner
from desktop.pages.page import Page
from desktop.run_evaluations import RunEvaluations
from desktop.state import AppState
from desktop.theme import GAP, mark_primary
from desktop.widgets.answer_choice import AnswerChoice
from desktop.widgets.answers_view import AnswersView
from desktop.widgets.evaluation_view import EvaluationView
from desktop.widgets.folds_view import FoldsView
from desktop.widgets.job_view import JobView
from desktop.widgets.opening_question import OpeningQuestion
from desktop.widgets.part_bar import PartBar
from desktop.widgets.run_choice import RunChoice
from desktop.widgets.section import make_column, make_offer
from engine import runs
from engine.evaluation_results import Evaluation
from engine.results import Part, RunInfo

_PURPOSE = "How well a trained model does on lesions that it never learned from, and how sure that is."
_NO_RUNS = ("First train a network", "Its results are here as soon as it is done. On the demo data that takes minutes.")
_NOT_EVALUATED = ("This run was not evaluated yet", "Scoring it on its validation part takes a minute or two.")


class EvaluatePage(Page):
    """Empty without a run; otherwise busy with the chosen run, showing its evaluation, or offering to make one."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__("Evaluate", _PURPOSE, parent)
        self._state = state
        self._part: Part = "val"
        self._is_outdated = True
        self._place = 0
        self._opened: RunInfo | None = None
        self.evaluations = RunEvaluations(runner, self)
        self.run_choice = RunChoice()
        self.predict_button = mark_primary(QPushButton("Predict with this model"))
        self.train_button = mark_primary(QPushButton("Go to training"))
        self.evaluate_button = QPushButton("Evaluate it now")
        self.parts = PartBar()
        self.job_view = JobView()
        self.view = EvaluationView(runner)
        self.answers = AnswersView(runner)
        self.question: OpeningQuestion | None = None
        self._run_bar = self._make_run_bar()
        self.folds = FoldsView(runner)
        self._empty = make_offer(*_NO_RUNS, self.train_button)
        self._missing = make_offer(*_NOT_EVALUATED, self.evaluate_button)
        self._busy, self._result = make_column(self.job_view), make_column(self.parts, self.view)
        self._faces = (self._empty, self._missing, self._busy, self._result, self.answers, self.folds)
        for widget in (self._run_bar, *self._faces):
            self.body.addWidget(widget, 1 if widget is self.answers else 0)
        self._set_tab_order()
        self._connect()
        self._show_state()

    @property
    def shown(self) -> Evaluation | None:
        """The evaluation that is to be seen."""
        return self.evaluations.get(self._part) if not self._result.isHidden() else None

    def showEvent(self, event: QShowEvent) -> None:
        """Look for runs when the page is opened: nothing is computed for a page that nobody looks at."""
        super().showEvent(event)
        if self._is_outdated:
            self._refresh()

    @Slot()
    def _on_runs_changed(self) -> None:
        self._is_outdated = True
        if self.isVisible():
            self._refresh()

    def _refresh(self) -> None:
        """List the runs; open the one that the other pages work with, or the newest."""
        self._is_outdated = False
        self.run_choice.set_runs(self._state.list_results())
        if self._state.run is not None:
            self.run_choice.choose(self._state.run)
        self._open_run()

    def _open_run(self) -> None:
        chosen = self.run_choice.run
        folds = chosen if chosen is not None and chosen.n_folds is not None else None
        run = chosen if folds is None else None
        if chosen != self._opened:
            self.clear_error()
            self._opened = chosen
        self.folds.open(folds)
        if run != self.evaluations.run:
            self._part = "val"
            self.evaluations.open(run)
        else:
            self._show_state()

    @Slot()
    def _on_run_chosen(self) -> None:
        run = self.run_choice.run
        if run is not None:
            self._state.set_run(run.path)  # which opens it

    @Slot()
    def _show_state(self) -> None:
        """Show what there is: a job, an evaluation, the offer to make one, or the way to a first run."""
        run, job = self.run_choice.run, self.evaluations.job
        self.show_demo_notice(run is not None and run.is_demo)
        self._follow(job)
        if run is None:
            self._show_face(self._empty)
        elif run.n_folds is not None:
            self._show_face(self.folds)
        elif job is not None:
            self._show_face(self._busy)
        else:
            self._show_evaluation()

    def _show_face(self, face: QWidget) -> None:
        for one in self._faces:  # no stack: it would make short faces as tall as the tallest
            one.setVisible(one is face)
        self._run_bar.setVisible(self.run_choice.run is not None and face is not self.answers)
        self.predict_button.setVisible(face is not self.folds)  # folds have no one model

    def _follow(self, job: Job | None) -> None:
        if job is self.job_view.job:
            return
        self.job_view.release()
        if job is not None:
            self.job_view.follow(job)

    def _show_evaluation(self) -> None:
        if self.evaluations.get(self._part) is None:
            self._part = "val"
        evaluation = self.evaluations.get(self._part)
        if evaluation is None:
            self._show_face(self._missing)
            return
        self.show_demo_notice(evaluation.is_demo)
        known = {part: self.evaluations.get(part) is not None for part in self.parts.buttons}
        self.parts.show_parts(known, self._part)
        self.parts.external.show_results(
            self.evaluations.externals, evaluation.run if evaluation.external is not None else None
        )
        self.view.show_evaluation(evaluation, self._others())
        if self.answers.isHidden() or not self.answers.is_about(evaluation):
            self._show_face(self._result)

    def _others(self) -> tuple[RunInfo, ...]:
        """The runs that the shown one can be compared with."""
        return tuple(run for run in self.run_choice.runs if run != self.evaluations.run and run.n_folds is None)

    @Slot(str)
    def _on_part_chosen(self, part: Part) -> None:
        if part != self._part:
            self._part = part
            self._show_state()

    @Slot(str)
    def _on_made(self, part: Part) -> None:
        self._part = part
        self._show_state()

    @Slot(object)
    def _on_images_asked(self, choice: AnswerChoice) -> None:
        """Show the images behind a figure in its place, and remember the place."""
        evaluation = self.shown
        if evaluation is not None:
            self.clear_error()
            self._place = self.scroll_area.verticalScrollBar().value()
            self._show_face(self.answers)
            self.answers.show_choice(evaluation, choice)

    @Slot()
    def _on_tab_chosen(self) -> None:
        """What the user chose comes into sight, once it has its place, with the titles above it."""
        if self.view.tabs.bar.hasFocus() or self.view.tabs.bar.underMouse():
            QTimer.singleShot(0, self._show_tab)

    @Slot()
    def _show_tab(self) -> None:
        self.body.activate()
        top = self.view.tabs.mapTo(self.scroll_area.viewport(), QPoint(0, 0)).y()
        if top + self.view.tabs.height() > self.scroll_area.viewport().height():
            bar = self.scroll_area.verticalScrollBar()
            bar.setValue(bar.value() + top)

    @Slot()
    def _on_answers_left(self) -> None:
        self._show_face(self._result)
        self.body.activate()
        self.scroll_area.verticalScrollBar().setValue(self._place)
        self.view.focus_again()

    @Slot()
    def _on_test_clicked(self) -> None:
        """Ask first: an opening cannot be taken back."""
        run, evaluation = self.evaluations.run, self.evaluations.get("val")
        if run is None or evaluation is None:
            return
        openings = runs.count_test_openings(run.path.parent, evaluation.split_sha256)
        self.question = OpeningQuestion(openings, self)
        self.question.accepted.connect(self._on_test_confirmed)
        self.question.open()

    @Slot()
    def _on_test_confirmed(self) -> None:
        self.clear_error()
        self.evaluations.evaluate("test")

    @Slot(object)
    def _on_data_chosen(self, data: Path) -> None:
        self.clear_error()
        self.evaluations.evaluate_external(data)

    @Slot()
    def _on_evaluate_clicked(self) -> None:
        self.clear_error()
        self.evaluations.evaluate("val")

    @Slot()
    def _on_predict_clicked(self) -> None:
        run = self.evaluations.run
        if run is not None and run.model is not None:
            if run.model != self._state.model:
                self._state.set_model(run.model)
            self.page_requested.emit("predict")

    @Slot()
    def _on_train_clicked(self) -> None:
        self.page_requested.emit("train")

    @Slot()
    def _on_folds_asked(self) -> None:
        self._state.ask_for_folds()
        self.page_requested.emit("train")

    @Slot(object)
    def _on_cancel_requested(self, job: Job) -> None:
        job.cancel()

    def _connect(self) -> None:
        self.add_key(QKeySequence.StandardKey.Save, "Save the report", self.view.report.save_button)
        self.evaluations.changed.connect(self._show_state)
        self.evaluations.made.connect(self._on_made)
        self.evaluations.failed.connect(self.show_error)
        self.run_choice.run_chosen.connect(self._on_run_chosen)
        self.predict_button.clicked.connect(self._on_predict_clicked)
        self.train_button.clicked.connect(self._on_train_clicked)
        self.evaluate_button.clicked.connect(self._on_evaluate_clicked)
        self.parts.part_chosen.connect(self._on_part_chosen)
        self.parts.test_button.clicked.connect(self._on_test_clicked)
        self.parts.external.data_chosen.connect(self._on_data_chosen)
        self.parts.external.result_chosen.connect(self.evaluations.open_external)
        self.view.images_asked.connect(self._on_images_asked)
        self.view.failed.connect(self.show_error)
        self.view.tabs.chosen.connect(self._on_tab_chosen)
        self.view.folds_offer.folds_asked.connect(self._on_folds_asked)
        self.folds.failed.connect(self.show_error)
        self.answers.left.connect(self._on_answers_left)
        self.answers.failed.connect(self.show_error)
        self.job_view.cancel_requested.connect(self._on_cancel_requested)
        self._state.runs_changed.connect(self._on_runs_changed)
        self._state.training_changed.connect(self._on_runs_changed)

    def _set_tab_order(self) -> None:
        """As one reads: the run, the part, then the results from the top."""
        for first, second in pairwise((self.run_choice, self.predict_button, *self.parts.stops, *self.view.stops)):
            QWidget.setTabOrder(first, second)

    def _make_run_bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        label = QLabel("&Run")
        label.setBuddy(self.run_choice)
        row.addWidget(label)
        row.addWidget(self.run_choice, 1)
        row.addWidget(self.predict_button)
        return bar
