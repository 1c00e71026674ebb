"""Says in three lines and a bar how a training is doing, and how it ended."""

from PySide6.QtWidgets import QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from desktop import format as words
from desktop import trainings
from desktop.progress import JobProgress
from desktop.theme import GAP
from desktop.widgets.elided_label import ElidedLabel
from engine.comparison_results import FoldsResult
from engine.comparison_wording import describe_answering
from engine.events import BatchesDone, EpochDone, Event, FoldStarted, RunStarted, TrainingAdjusted
from engine.results import RunInfo, TrainingResult

_STEPS = 1000
_STOPPED = {
    "finished": "all {epochs} done",
    "patience": "stopped after {epochs}, when nothing improved any more",
    "early": "stopped early, after {epochs}",
}
_STOPPING_FOLD = "Stopping this fold early: it finishes this batch and validates; then the next fold begins…"


class TrainingStatus(QWidget):
    """Always as high, whatever it says, so that nothing jumps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = JobProgress("Training")
        self._best_accuracy = self._speed = self._adjusted = ""
        self._is_running = self._is_stopping = self._is_of_folds = False
        self._headline, self._best, self._setting = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self._headline.setProperty("role", "heading")
        self._best.setProperty("role", "muted")
        self._setting.setProperty("role", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP // 2)
        for widget in (self._headline, self._best, self._setting, self._bar):
            layout.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def lines(self) -> tuple[str, str, str]:
        """What is shown now."""
        return self._headline.text(), self._best.text(), self._setting.text()

    def say(self, headline: str, second: str = "", third: str = "") -> None:
        """Show these lines, without a bar."""
        self._bar.hide()
        self._headline.setText(headline)
        self._best.setText(second)
        self._setting.setText(third)

    def begin(self) -> None:
        """A training was asked for."""
        self._progress = JobProgress("Training")
        self._is_running = self._is_stopping = self._is_of_folds = False
        self._speed = self._adjusted = ""
        self.say("Starting…")
        self._bar.show()
        self._set_bar(None)

    def take(self, event: Event) -> None:
        """Show what `event` says."""
        self._progress.take(event)
        if isinstance(event, FoldStarted):
            self._is_running, self._is_stopping, self._is_of_folds = False, False, True
            self._adjusted = ""
            self._best.setText(f"{words.count_of(event.fold - 1, 'fold')} done" if event.fold > 1 else "")
        elif isinstance(event, RunStarted):
            self._is_running = True
            images = f"{words.count(event.n_train)} training and {words.count(event.n_val)} validation images"
            self._setting.setText(self._adjusted or f"{event.device} · {images} · starts from {event.weights}")
            best = next((record for record in event.history if record.epoch == event.best_epoch), None)
            if best is not None:
                self._best_accuracy = words.share(best.val_balanced_accuracy)
                done = f"{len(event.history)} of {words.count_of(event.epochs, 'epoch')}"
                self._best.setText(f"Best so far: epoch {best.epoch} ({self._best_accuracy}) · resumed after {done}")
        elif isinstance(event, TrainingAdjusted):
            self._adjusted = event.text
            self._setting.setText(event.text)
        elif isinstance(event, EpochDone):
            self._show_best(event)
        if not self._is_stopping:
            self._show_progress(event)

    def show_stopping(self, *, is_cancelling: bool, is_pausing: bool = False) -> None:
        """Cancel, Pause or Stop early was asked for, and takes a moment."""
        self._is_stopping = True
        early = _STOPPING_FOLD if self._is_of_folds else "Stopping early: it finishes this batch and validates first…"
        pausing = "Pausing: it finishes this batch and writes a checkpoint…"
        self._headline.setText("Cancelling…" if is_cancelling else pausing if is_pausing else early)
        self._set_bar(None)

    def show_result(self, result: TrainingResult, run: RunInfo | None) -> None:
        """The training is done and its model is kept."""
        accuracy = words.share(result.validation.get("balanced_accuracy"))
        stopped = _STOPPED[result.stopped].format(epochs=words.count_of(result.epochs_run, "epoch"))
        self.say(
            f"Done: balanced accuracy {accuracy} on the validation part",
            f"The best is epoch {result.best_epoch}; {stopped}.",
            f"Saved as {run.name if run else result.run.name}, and chosen for predictions.",
        )

    def show_folds_result(self, result: FoldsResult, folds: RunInfo | None) -> None:
        """All folds are trained and their answers pooled."""
        pooled = result.pooled
        accuracy = words.share(pooled.by_image.balanced_accuracy.value)
        images = words.count_of(pooled.n_images, "image")
        self.say(
            f"Done: balanced accuracy {accuracy} over {words.count_of(len(pooled.runs), 'fold')}",
            f"{images}, each answered once by {describe_answering(pooled.part)}.",
            f"Saved as {folds.name if folds else result.path.name}. The model for predictions comes from one split.",
        )

    def show_paused(self, run: RunInfo) -> None:
        """The training has written its checkpoint."""
        best = (
            f"Best so far: epoch {run.best_epoch} ({words.share(run.val_balanced_accuracy)}). "
            if run.best_epoch
            else ""
        )
        self.say(
            f"Paused {trainings.describe_place(run)}",
            f"{best}Resume goes on from here.",
            f"Saved as {run.name}.",
        )

    def show_failure(self, run: RunInfo | None) -> None:
        """The training broke off; say what is left of it."""
        headline = "The training broke off"
        if run is not None and run.n_folds is not None and run.is_resumable:
            resume = f"Resume goes on {trainings.describe_place(run)}." if trainings.can_go_on(run) else ""
            self.say(f"{headline} with {run.folds_done} of {run.n_folds} folds done", resume, f"Saved as {run.name}.")
            return
        if run is None or (run.model is None and not run.is_resumable):
            self.say(headline, "No epoch was done yet, so there is nothing to keep.")
            return
        resume = "Resume goes on from its last checkpoint." if run.is_resumable else ""
        if run.model is None:
            self.say(headline, resume, f"Saved as {run.name}.")
            return
        accuracy = words.share(run.val_balanced_accuracy)
        self.say(
            headline,
            f"The best model so far (epoch {run.best_epoch}, balanced accuracy {accuracy}) is kept. {resume}".strip(),
            f"Saved as {run.name}, and chosen for predictions.",
        )

    def _show_best(self, event: EpochDone) -> None:
        if event.record.epoch == event.best_epoch:
            self._best_accuracy = words.share(event.record.val_balanced_accuracy)
        waiting = f"{event.epochs_without_improvement} of {words.count_of(event.patience, 'epoch')} without improvement"
        self._best.setText(f"Best so far: epoch {event.best_epoch} ({self._best_accuracy}) · {waiting}")

    def _show_progress(self, event: Event) -> None:
        progress = self._progress
        self._set_bar(progress.share)
        if isinstance(event, BatchesDone):
            self._speed = f"{event.images_per_second:.{1 if event.images_per_second < 10 else 0}f} images/s"
        if isinstance(event, BatchesDone | EpochDone):
            what = progress.amount.capitalize()
            amount = "" if self._is_of_folds else self._speed  # there is no room for all in a small window
        else:  # before the first epoch, and between two: the step says all, "Training, epoch 2 of 30"
            what, amount = progress.step, "" if self._is_running else progress.amount
        parts = (what, amount, progress.time_left)
        self._headline.setText(" · ".join(part for part in parts if part) or "Starting…")

    def _set_bar(self, share: float | None) -> None:
        self._bar.setRange(0, 0 if share is None else _STEPS)
        if share is not None:
            self._bar.setValue(round(_STEPS * share))
        self._bar.setAccessibleName("Progress of the training")
