"""Follows one training: its curves, how it is doing, Stop early, Pause, Cancel, and in the end what comes next."""

import time
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop import trainings
from desktop.jobs import Job
from desktop.theme import GAP, mark_primary
from desktop.widgets.plot_area import PlotArea
from desktop.widgets.training_curves import TrainingCurves
from desktop.widgets.training_question import TrainingQuestion
from desktop.widgets.training_status import TrainingStatus
from engine.comparison_results import FoldsResult
from engine.events import BatchesDone, EpochDone, Event, FoldStarted, LearningDone, RunStarted
from engine.results import RunInfo, TrainingResult

_PLOT_TEXT = "Here you will see the training learn: the loss of every batch, and how the validation part is doing."
UNASKED_SECONDS = 120.0
"""Of learning that Cancel may throw away without asking."""
_STOP = "Finishes this batch, validates, and keeps the best model."
_PAUSE = "Finishes this batch and writes a checkpoint, from which it can be resumed."
_PAUSE_POOLING = "Ends here; what is evaluated is kept, and it can be resumed."
_ALL_LEARNED = "Nothing is left to stop early: all is learned, and is only checked and written now."
_NO_PAUSE = "Nothing is left to pause: all is learned, and is only checked and written now."
_CANCEL = "Stops and discards this training."
_CANCEL_RESUMED = "Stops, and leaves this training as it was saved last."
_STOP_FOLD = f"{_STOP} Then the next fold begins: of the others nothing is left out."


class TrainingView(QWidget):
    """Shows the latest training until another is followed; of the buttons, only those that mean something now."""

    evaluation_requested = Signal()
    resume_requested = Signal(object)
    """The folder (`Path`) of the run that was followed last and is to go on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._run: Path | None = None
        self._curves: TrainingCurves | None = None
        self._began: float | None = None
        self._learned: LearningDone | None = None
        self._question: TrainingQuestion | None = None
        self.plots = PlotArea(_PLOT_TEXT)
        self.status = TrainingStatus()
        self.stop_button = mark_primary(QPushButton("Stop early"))
        self.pause_button = QPushButton("Pause")
        self.cancel_button = QPushButton("Cancel")
        self.evaluate_button = mark_primary(QPushButton("Look at the evaluation"))
        self.resume_button = mark_primary(QPushButton("Resume"))
        self._lay_out()
        self.resume_button.clicked.connect(self._on_resume)
        self.pause_button.clicked.connect(self._on_pause)
        self.stop_button.clicked.connect(self._on_stop_early)
        self.cancel_button.clicked.connect(self.request_cancel)
        self.evaluate_button.clicked.connect(self.evaluation_requested)
        self._show_buttons()

    @property
    def run(self) -> Path | None:
        """The folder of the training that is followed, once it has one: of a run, or of a set of folds."""
        return self._run

    @property
    def question(self) -> TrainingQuestion | None:
        """The question whether to discard the training, while it is asked."""
        return self._question

    def follow(self, job: Job) -> None:
        """Show `job` from now on. Call `show_result`, `_failure`, `_paused` or `_cancelled` when it ends."""
        self._job = job
        job.reported.connect(self._on_reported)
        job.cancelling.connect(self._on_stopping)
        job.finishing.connect(self._on_stopping)
        self._run = self._curves = self._learned = None
        self._began = None
        self.plots.clear()
        self.status.begin()
        self._show_buttons()
        self.status.setFocus()

    def show_ready(self, details: str, device: str) -> None:
        """Nothing was trained on these data yet."""
        self.plots.clear()
        self.status.say("Ready to train", details, device)
        self.evaluate_button.hide()
        self.resume_button.hide()

    def show_result(self, result: TrainingResult, run: RunInfo | None) -> None:
        """The training is done; `run` is what the list of runs says of it."""
        self.status.show_result(result, run)
        self._end(has_model=True)

    def show_folds_result(self, result: FoldsResult, folds: RunInfo | None) -> None:
        """All folds are done; `folds` is what the list says of the set."""
        self.status.show_folds_result(result, folds)
        self._end(has_model=True)

    def show_failure(self, run: RunInfo | None) -> None:
        """The training broke off; `run` where something of it is left."""
        self.status.show_failure(run)
        self._run = run.path if run is not None else self._run
        can_resume = run is not None and trainings.can_go_on(run)
        self._end(has_model=run is not None and run.model is not None and not can_resume, can_resume=can_resume)

    def show_paused(self, run: RunInfo) -> None:
        """The training can be resumed."""
        self.status.show_paused(run)
        self._run = run.path
        self._end(has_model=False, can_resume=True)

    def show_left(self, run: RunInfo | None) -> None:
        """A training that was resumed was cancelled: it is as it was saved last; None if that cannot be read now."""
        can_resume = run is not None and trainings.can_go_on(run)
        resume = "Resume goes on from there." if can_resume else ""
        self.status.say("Cancelled: it is as it was saved last", resume, f"Saved as {run.name}." if run else "")
        self._run = run.path if run is not None else self._run
        self._end(has_model=run is not None and run.model is not None and not can_resume, can_resume=can_resume)

    def show_cancelled(self) -> None:
        """The training was discarded."""
        self.plots.clear()
        self.status.say("Cancelled", "Nothing of this training was kept.")
        self._end(has_model=False)

    @Slot()
    def request_cancel(self) -> None:
        """Discard the training, or of a resumed one what is new; asks first when about two minutes may be lost."""
        if self._job is None or self._job.is_cancelling or self._question is not None:
            return
        if self._began is None or time.monotonic() - self._began < UNASKED_SECONDS:
            self._job.cancel()
            return
        job = self._job
        question = self._question = TrainingQuestion(
            is_closing=False, is_of_folds=job.is_of_folds, is_resumed=job.is_resumed, parent=self
        )
        question.pause_chosen.connect(self._on_pause)
        question.finish_early_chosen.connect(self._on_stop_early)
        question.discard_chosen.connect(self._on_discard_chosen)
        question.finished.connect(self._on_question_closed)
        question.open()

    @Slot()
    def _on_discard_chosen(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _on_question_closed(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        self.status.take(event)
        if isinstance(event, FoldStarted):
            self._run, self._curves, self._learned = event.folds, None, None
            self._show_buttons()
            if self._job is not None and self._job.is_pausing:
                self._on_stopping()
        elif isinstance(event, RunStarted):
            self._run = self._run or event.run
            self._began = self._began or time.monotonic()
            self._curves = TrainingCurves(event.epochs, event.steps_per_epoch, event.history, event.best_epoch)
            self.plots.show_curves(self._curves)
            self._show_buttons()
        elif isinstance(event, LearningDone):
            self._learned = event
            self._show_buttons()
        elif self._curves is not None and isinstance(event, BatchesDone):
            self._curves.add_batches(event)
            self.plots.refresh()
        elif self._curves is not None and isinstance(event, EpochDone):
            self._curves.add_epoch(event)
            self.plots.refresh()

    @Slot()
    def _on_stop_early(self) -> None:
        if self._job is not None:
            self._job.finish_early()

    @Slot()
    def _on_pause(self) -> None:
        if self._job is not None:
            self._job.pause()

    @Slot()
    def _on_resume(self) -> None:
        if self._run is not None:
            self.resume_requested.emit(self._run)

    @Slot()
    def _on_stopping(self) -> None:
        job = self._job
        if job is not None:
            self.status.show_stopping(is_cancelling=job.is_cancelling, is_pausing=job.is_pausing)
            self._show_buttons()

    def _end(self, *, has_model: bool, can_resume: bool = False) -> None:
        self._job = None
        if self._question is not None:
            self._question.reject()
        focused = QApplication.focusWidget()
        had_focus = focused is not None and self.isAncestorOf(focused)
        self._show_buttons()
        self.evaluate_button.setVisible(has_model)
        self.resume_button.setVisible(can_resume)
        if had_focus:
            (self.evaluate_button if has_model else self.resume_button if can_resume else self.status).setFocus()

    def _show_buttons(self) -> None:
        job = self._job
        is_stopping = job is not None and job.is_finishing_early
        is_cancelling = job is not None and job.is_cancelling
        is_pausing = job is not None and job.is_pausing
        learned = self._learned
        can_act = not is_cancelling and not is_pausing
        can_stop = can_act and self._curves is not None and learned is None
        can_pause = can_stop if learned is None else can_act and learned.can_pause
        self.stop_button.setVisible(job is not None)
        self.stop_button.setEnabled(can_stop and not is_stopping)
        self.pause_button.setVisible(job is not None)
        self.pause_button.setEnabled(can_pause)
        pause = _PAUSE if learned is None else _PAUSE_POOLING if learned.can_pause else _NO_PAUSE
        self.pause_button.setToolTip(pause)
        self.pause_button.setText("Pausing…" if is_pausing else "Pause")
        is_of_folds = job is not None and job.is_of_folds
        self.stop_button.setText("Stopping…" if is_stopping else "Stop fold early" if is_of_folds else "Stop early")
        self.stop_button.setToolTip(_ALL_LEARNED if learned else _STOP_FOLD if is_of_folds else _STOP)
        self.cancel_button.setVisible(job is not None)
        self.cancel_button.setEnabled(not is_cancelling)
        self.cancel_button.setText("Cancelling…" if is_cancelling else "Cancel")
        self.cancel_button.setToolTip(_CANCEL_RESUMED if job is not None and job.is_resumed else _CANCEL)
        self.evaluate_button.hide()
        self.resume_button.hide()

    def _lay_out(self) -> None:
        plots = QFrame()
        plots.setProperty("role", "card")
        inside = QVBoxLayout(plots)
        inside.setContentsMargins(GAP, GAP, GAP, GAP)
        inside.addWidget(self.plots)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        for button in (
            self.stop_button,
            self.pause_button,
            self.cancel_button,
            self.evaluate_button,
            self.resume_button,
        ):
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        buttons.addStretch(1)
        row = QWidget()
        row.setLayout(buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        row.setMinimumHeight(5 * GAP)  # with buttons or without: nothing jumps
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(plots, 1)
        layout.addWidget(self.status)
        layout.addWidget(row)
