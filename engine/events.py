"""What a long job says while it runs, and `Control`, what it is told: cancel, finish early or pause."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.data_results import ImageRow
from engine.errors import Cancelled
from engine.prediction_results import Prediction
from engine.results import EpochRecord


@dataclass(frozen=True, kw_only=True)
class StatusChanged:
    """A new step of the job has begun."""

    text: str
    """What is done now, in plain words, without a full stop: "Reading 10,015 images"."""


@dataclass(frozen=True, kw_only=True)
class ProgressDone:
    """How far the present step is."""

    done: int
    total: int
    unit: str
    """What is counted, plural: "images"."""
    seconds_left: float | None
    """None until a guess is possible."""


@dataclass(frozen=True, kw_only=True)
class FoldStarted:
    """The next fold of a set is trained from now on; finishing early ends this one only."""

    folds: Path
    """The folder of the set."""
    fold: int
    """1-based."""
    n_folds: int


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """A training has its folder; the first batch follows."""

    run: Path
    epochs: int
    steps_per_epoch: int
    n_train: int
    n_val: int
    device: str
    """The device's name and why it was chosen, in one line."""
    weights: str
    """What the network starts from, in one line."""
    history: tuple[EpochRecord, ...] = ()
    """The epochs that were done before, where the training is resumed."""
    best_epoch: int | None = None
    """The best of `history`; None where it is empty."""


@dataclass(frozen=True, kw_only=True)
class BatchesDone:
    """All training batches since the last event of this kind."""

    epoch: int
    """1-based."""
    step: int
    """Batches done in this epoch, of `RunStarted.steps_per_epoch`."""
    losses: tuple[float, ...]
    """Mean loss of each new batch, oldest first."""
    images_per_second: float
    seconds_left: float | None
    """Until the last epoch ends, validation included."""


@dataclass(frozen=True, kw_only=True)
class EpochDone:
    """An epoch was trained and validated."""

    record: EpochRecord
    best_epoch: int
    epochs_without_improvement: int
    patience: int
    seconds_left: float


@dataclass(frozen=True, kw_only=True)
class LearningDone:
    """No epoch follows any more: what is learned is checked and written, so that finishing early means nothing now."""

    can_pause: bool
    """What is left, of a set of folds, can be paused."""


@dataclass(frozen=True, kw_only=True)
class TrainingAdjusted:
    """The training goes on in another way than it was asked to, because it could not go on as it was."""

    text: str
    """Why, and how it goes on, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class PredictionsDone:
    """Answers that are ready, in the order they were asked for."""

    predictions: tuple[Prediction, ...]


@dataclass(frozen=True, kw_only=True)
class ImagesListed:
    """Images of a data set, some at a time: reading ten thousand at once would make a window stumble."""

    images: tuple[ImageRow, ...]


@dataclass(frozen=True, kw_only=True)
class WebDemoStarted:
    """The web demo answers."""

    url: str
    port: int
    is_other_port: bool
    """The port that was asked for is taken."""


@dataclass(frozen=True, kw_only=True)
class WebDemoLogged:
    """The web demo has something to say for its log."""

    text: str
    """A line, or several with a traceback."""


Event = (
    StatusChanged
    | ProgressDone
    | FoldStarted
    | RunStarted
    | BatchesDone
    | EpochDone
    | LearningDone
    | TrainingAdjusted
    | PredictionsDone
    | ImagesListed
    | WebDemoStarted
    | WebDemoLogged
)
OnEvent = Callable[[Event], None]


def ignore_events(event: Event) -> None:
    """An `on_event` for callers that only want the result."""


class Control:
    """What a running job is told from outside. Thread-safe; asked once per batch and per file."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._finish_early = threading.Event()
        self._pause = threading.Event()
        self._hears_pause = threading.Event()

    def cancel(self) -> None:
        """Stop and discard."""
        self._cancelled.set()

    def finish_early(self) -> None:
        """Stop after this batch, validate, keep the best model."""
        self._finish_early.set()

    def forget_finish_early(self) -> None:
        """The training that was to finish early is over; the next one of the job goes its whole way again."""
        self._finish_early.clear()

    def pause(self) -> None:
        """Write a checkpoint after this batch and end, to be resumed; only a training hears it."""
        self._pause.set()

    @contextmanager
    def hearing_pause(self) -> Iterator[None]:
        """Within, the job can be paused: it ends with `Paused` soon after `pause()`."""
        self._hears_pause.set()
        try:
            yield
        finally:
            self._hears_pause.clear()

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def is_finishing_early(self) -> bool:
        return self._finish_early.is_set()

    @property
    def is_pausing(self) -> bool:
        return self._pause.is_set()

    @property
    def hears_pause(self) -> bool:
        """Whether the job is where it can be paused."""
        return self._hears_pause.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` once `cancel()` was called."""
        if self._cancelled.is_set():
            raise Cancelled


class Progress:
    """Counts the steps of one scan, says so at most ten times a second, and stops it when it is cancelled."""

    def __init__(self, total: int, unit: str, control: Control, on_event: OnEvent) -> None:
        self._total, self._unit = total, unit
        self._control, self.on_event = control, on_event
        self._done = 0
        self._started = self._reported = time.monotonic()

    def advance(self, steps: int = 1) -> None:
        """Count `steps` more; raises `Cancelled` if the user asked for it."""
        self._control.raise_if_cancelled()
        self._done += steps
        now = time.monotonic()
        if now - self._reported < 0.1 and self._done < self._total:
            return
        self._reported = now
        elapsed = now - self._started
        left = elapsed / self._done * (self._total - self._done) if self._done and elapsed > 0.5 else None
        self.on_event(ProgressDone(done=self._done, total=self._total, unit=self._unit, seconds_left=left))
