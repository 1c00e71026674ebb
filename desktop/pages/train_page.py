"""The Train page: say how to train, start it, and keep what it leaves behind."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop import format as words
from desktop import trainings
from desktop.jobs import Job, JobRunner
from desktop.pages.page import Page
from desktop.state import AppState
from desktop.theme import GAP
from desktop.widgets.form_area import FormArea
from desktop.widgets.recipe_form import RecipeForm
from desktop.widgets.time_estimator import TimeEstimator
from desktop.widgets.training_empty import TrainingEmpty
from desktop.widgets.training_resume import ResumeCard
from desktop.widgets.training_view import TrainingView
from engine import calls
from engine.comparison_results import FoldsResult
from engine.errors import ConfigError, Paused
from engine.results import TrainingResult

_PURPOSE = "Teach a network to tell the seven kinds of lesion apart"
_FORM_WIDTH = 38 * GAP


class TrainPage(Page):
    """Empty without data; then ready, busy, and showing how the last training ended."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__("Train", f"{_PURPOSE}.", parent)
        self._state, self._runner = state, runner
        self._phase: Literal["ready", "busy", "ended"] = "ready"
        self._job: Job | None = None
        self._resumed: Path | None = None
        empty = TrainingEmpty()
        self.data_button = empty.data_button
        self.form = RecipeForm(runner)
        self.start_button = QPushButton("Start training")
        self.estimator = TimeEstimator(runner, self)
        self.view = TrainingView()
        self.resume_card = ResumeCard()
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self._lay_out_work())
        self.body.addWidget(self.resume_card)
        self.body.addWidget(self._stack, 1)
        self._connect()
        self._on_device_changed()
        self._on_dataset_changed()

    @property
    def job(self) -> Job | None:
        """The training that is under way."""
        return self._job

    def showEvent(self, event: QShowEvent) -> None:
        """After the first paint, get the plot ready and find out about weights and time."""
        super().showEvent(event)
        self._show_resumable()
        QTimer.singleShot(0, self._on_shown)

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight, nothing is measured: the engine is left to the other pages."""
        super().hideEvent(event)
        self.estimator.stop()

    @Slot()
    def _on_shown(self) -> None:
        if not self.isVisible() or self._state.dataset is None:
            return
        if self.view.plots.plot is None:
            self.view.plots.load()  # first alone: together with a child that imports torch it would hold up the window
        else:
            self.form.weights.look()
            self._ask_for_time()

    @Slot()
    def _on_dataset_changed(self) -> None:
        if self._job is None:
            self._phase = "ready"
            self._follow_dataset()
            self._on_estimate_changed()
            self._show_start(is_primary=True)
            self._show_resumable()
            self._on_shown()

    def _follow_dataset(self) -> None:
        data = self._state.dataset
        self._stack.setCurrentIndex(0 if data is None and self._phase == "ready" else 1)
        self.show_demo_notice(data is not None and data.is_demo)
        self.form.set_demo(data is not None and data.is_demo)

    @Slot()
    def _on_device_changed(self) -> None:
        self.form.set_device(self._state.device)

    @Slot()
    def _on_form_changed(self) -> None:
        if self.isVisible() and self.view.plots.plot is not None:
            self._ask_for_time()

    def _ask_for_time(self) -> None:
        data = self._state.dataset
        if self._job is not None or data is None:
            return
        try:
            self.estimator.ask(self.form.config(data.path, self._state.runs_dir), self.form.folds.n_folds)
        except ConfigError:
            self.estimator.stop()  # Start says what is wrong

    @Slot()
    def _on_estimate_changed(self) -> None:
        data = self._state.dataset
        if data is None or self._phase == "busy":  # then the progress says how long
            self.set_purpose(f"{_PURPOSE}.")
        else:
            images = words.count_of(data.n_images, "image")
            self.set_purpose(f"{_PURPOSE}, with {images}. {self.estimator.headline}".strip())
        if self._phase == "ready":
            self.view.show_ready(self.estimator.details, self.estimator.device)

    @Slot()
    def _on_start(self) -> None:
        data = self._state.dataset
        if data is None or self._job is not None:
            return
        self.clear_error()
        try:
            config = self.form.config(data.path, self._state.runs_dir)
        except ConfigError as error:
            self.show_error(error)
            return
        n_folds = self.form.folds.n_folds
        call = calls.train(config) if n_folds == 1 else calls.train_folds(config, n_folds)
        self._follow(self._runner.start(call, "Training"))

    @Slot(object)
    def _on_resume(self, run: Path) -> None:
        if self._job is not None:
            return
        self.clear_error()
        info = trainings.read(run)
        self.show_demo_notice(info is not None and info.is_demo)
        self._follow(self._runner.start(trainings.resume(run), "Training"))
        self._resumed = run
        self._stack.setCurrentIndex(1)

    def _follow(self, job: Job) -> None:
        self.estimator.stop()
        self._job, self._resumed, self._phase = job, None, "busy"
        self._on_estimate_changed()
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.paused.connect(self._on_paused)
        self.view.follow(job)
        self._show_start(is_primary=False)
        self._show_resumable()

    @Slot(object)
    def _on_discard(self, run: Path) -> None:
        trainings.discard(run)
        self._state.set_run(None if self._state.run == run else self._state.run)
        if self._state.model is not None and not self._state.model.is_file():
            self._state.set_model(None)
        self._show_resumable()

    def _show_resumable(self) -> None:
        """What was interrupted before; after a training its own view offers to resume it."""
        self.resume_card.set_runs(self._state.list_resumable() if self._phase == "ready" else ())

    @Slot(object)
    def _on_succeeded(self, result: TrainingResult | FoldsResult) -> None:
        if isinstance(result, FoldsResult):
            self.view.show_folds_result(result, trainings.read(result.path))
            self._state.set_run(result.path)
        else:
            self.view.show_result(result, trainings.read(result.run))
            self._state.set_run(result.run)
            self._state.set_model(result.model)
        self._end(has_next=True)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        path = self.view.run or self._resumed
        run = trainings.read(path) if path is not None else None
        if run is not None and (run.model is not None or run.is_resumable):
            self.view.show_failure(run)
            self._state.set_run(run.path)
            if run.model is not None:
                self._state.set_model(run.model)
        else:
            self.view.show_failure(None)
            if path is not None and self._resumed is None:  # what was begun before is only discarded when asked
                trainings.discard(path)
            run = None
        self.show_error(error)
        self._end(has_next=run is not None)

    @Slot(object)
    def _on_paused(self, paused: Paused) -> None:
        run = trainings.read(paused.run)
        if run is not None:
            self.view.show_paused(run)
            self._state.set_run(run.path)
        self._end(has_next=True)

    @Slot()
    def _on_cancelled(self) -> None:
        run = self.view.run
        if self._resumed is not None:
            self._show_left(self._resumed)
            return
        self.view.show_cancelled()
        if run is not None:
            trainings.discard(run)  # the engine has done so, unless its process had to be ended
            self._state.set_run(None if self._state.run == run else self._state.run)
        self._end(has_next=False)

    def _show_left(self, path: Path) -> None:
        """The engine has left what was resumed as it was saved last."""
        run = trainings.read(path)
        self.view.show_left(run)
        if run is not None:
            self._state.set_run(path)
        self._end(has_next=run is not None)

    def _end(self, *, has_next: bool) -> None:
        self._job = None
        self._phase = "ended"
        was_demo = self.shows_demo_notice
        self._follow_dataset()  # another may have been chosen meanwhile
        self.show_demo_notice(was_demo or self.shows_demo_notice)
        self._show_start(is_primary=not has_next)

    def _show_start(self, *, is_primary: bool) -> None:
        self.form.setEnabled(self._job is None)
        self.start_button.setEnabled(self._job is None)
        self.start_button.setText("Start training" if is_primary or self._job is not None else "Train again")
        self.start_button.setProperty("primary", is_primary)
        self.start_button.style().unpolish(self.start_button)
        self.start_button.style().polish(self.start_button)

    @Slot()
    def _on_data_requested(self) -> None:
        self.page_requested.emit("data")

    @Slot()
    def _on_evaluation_requested(self) -> None:
        self.page_requested.emit("evaluate")

    def _connect(self) -> None:
        self._state.dataset_changed.connect(self._on_dataset_changed)
        self._state.device_changed.connect(self._on_device_changed)
        self._state.folds_asked.connect(self.form.folds.choose_folds)
        self.form.changed.connect(self._on_form_changed)
        self.estimator.changed.connect(self._on_estimate_changed)
        self.start_button.clicked.connect(self._on_start)
        self.add_key("Ctrl+Return", "Start training", self.start_button)
        self.data_button.clicked.connect(self._on_data_requested)
        self.view.plots.loaded.connect(self._on_shown)
        self.view.evaluation_requested.connect(self._on_evaluation_requested)
        self.view.resume_requested.connect(self._on_resume)
        self.resume_card.resume_requested.connect(self._on_resume)
        self.resume_card.discard_requested.connect(self._on_discard)

    def _lay_out_work(self) -> QWidget:
        left = QWidget()
        left.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(FormArea(self.form, _FORM_WIDTH), 1)
        column.addWidget(self.start_button)
        page = QWidget()
        layout = QHBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3 * GAP)
        layout.addWidget(left)
        layout.addWidget(self.view, 1)
        return page
