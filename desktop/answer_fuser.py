"""Asks for one answer for several images of one lesion that were answered already."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import JobRunner
from desktop.single_job import SingleJob
from desktop.widgets.prediction_model import Answer
from engine import calls
from engine.prediction_results import Prediction


def can_fuse(answers: Sequence[Answer]) -> bool:
    """Whether they are at least two images with an answer that may be shown, all by one model."""
    usable = [answer for answer in answers if answer.prediction.is_named and not answer.prediction.fused_from]
    return len(usable) > 1 and len(usable) == len(answers) and len({answer.model for answer in answers}) == 1


class AnswerFuser(QObject):
    """One lesion at a time."""

    fused = Signal(object)
    """The `Answer` for all images together."""
    failed = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._first: Answer | None = None
        self.job = SingleJob(runner, self)
        self.job.succeeded.connect(self._on_succeeded)
        self.job.failed.connect(self.failed)

    def fuse(self, answers: Sequence[Answer]) -> None:
        """Ask; `can_fuse` says whether that makes sense."""
        self._first = answers[0]
        predictions = [answer.prediction for answer in answers]
        self.job.start(calls.fuse(self._first.model, predictions), "Answering one lesion")

    @Slot(object)
    def _on_succeeded(self, prediction: Prediction) -> None:
        if self._first is not None:
            self.fused.emit(Answer(prediction, self._first.model, self._first.model_name, self._first.is_demo))
