"""Asks the model about batches of images, one batch after the other, while new ones may be dropped."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import Job, JobRunner
from desktop.state import AppState
from desktop.widgets.prediction_model import Answer
from engine import calls, wording
from engine.config import DeviceName
from engine.events import Event, PredictionsDone
from engine.prediction_results import Prediction


class PredictionQueue(QObject):
    """Every batch is answered by the model that is in use when its turn comes."""

    answered = Signal(object)
    """list[`Answer`], as soon as they are there."""
    changed = Signal()
    """A batch began, ended, or waits."""
    failed = Signal(object)
    """An error of one batch; those that wait go on, and earlier answers stay."""
    stopped = Signal()
    """The user cancelled; nothing waits any more."""

    def __init__(self, state: AppState, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state, self._runner = state, runner
        self._waiting: deque[tuple[Path, ...]] = deque()
        self._job: Job | None = None
        self._is_held = False
        self._model = Path()
        self._model_name, self._is_demo = "", False
        self.views = 1
        """How many flips and rotations of each image are looked at from the next batch on: 1 or 8."""

    @property
    def job(self) -> Job | None:
        """The batch that is under way."""
        return self._job

    @property
    def n_waiting(self) -> int:
        """How many batches wait."""
        return len(self._waiting)

    def ask(self, paths: Sequence[Path]) -> None:
        """Ask about `paths`, files and folders, after whatever was asked before."""
        self._waiting.append(tuple(paths))
        self._begin_next()
        self.changed.emit()

    def cancel(self) -> None:
        """Stop the present batch and forget those that wait; answers that are there stay."""
        self._waiting.clear()
        if self._job is not None:
            self._job.cancel()

    def set_held(self, is_held: bool) -> None:
        """Begin no batch while another model is being read: it shall answer, not the one before."""
        self._is_held = is_held
        self._begin_next()
        self.changed.emit()

    def _begin_next(self) -> None:
        model, card = self._state.model, self._state.model_card
        if self._job is not None or self._is_held or not self._waiting or model is None or card is None:
            return
        paths = self._waiting.popleft()
        self._model, self._model_name, self._is_demo = model, card.name, card.is_demo
        call = calls.predict(model, paths, answering_device(self._state), views=self.views)
        job = self._runner.start(call, _title(paths))
        job.reported.connect(self._on_reported)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        self._job = job

    @Slot(object)
    def _on_reported(self, event: Event) -> None:
        if isinstance(event, PredictionsDone):
            by = (self._model, self._model_name, self._is_demo)
            self.answered.emit([Answer(one, *by) for one in event.predictions])

    @Slot(object)
    def _on_succeeded(self, predictions: tuple[Prediction, ...]) -> None:
        self._end()  # all of them were reported

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._end()
        self.failed.emit(error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._waiting.clear()  # also when it was cancelled elsewhere: the user wants it to stop
        self._end()
        self.stopped.emit()

    def _end(self) -> None:
        self._job = None
        self._begin_next()
        self.changed.emit()


def answering_device(state: AppState) -> DeviceName:
    """The processor while a training holds the graphics card, otherwise whatever is fastest."""
    is_taken = state.is_training and (state.device is None or state.device.kind != "cpu")
    return "cpu" if is_taken else "auto"


def _title(paths: tuple[Path, ...]) -> str:
    if any(path.is_dir() for path in paths):
        return "Answering a folder" if len(paths) == 1 else "Answering folders"
    return f"Answering {wording.count(len(paths), 'image')}"
