"""Turns the events of a job into what a progress bar shows: words, a share, and the time left."""

from desktop.format import count, percent, time_left
from engine.events import BatchesDone, EpochDone, Event, FoldStarted, ProgressDone, RunStarted, StatusChanged


class JobProgress:
    """How far a job is, after the events that were taken."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.step = ""
        """What is done now, in plain words; empty until the job says so."""
        self.share: float | None = None
        """Of the present step, or of the whole training, all folds together, 0..1; None while nobody can tell."""
        self.amount = ""
        """ "1,200 of 10,015 images", "epoch 3 of 30" or "fold 2 of 5, epoch 3 of 30"."""
        self.seconds_left: float | None = None
        """Of the present fold, where there are several."""
        self._training: RunStarted | None = None
        self._fold: FoldStarted | None = None

    def take(self, event: Event) -> None:
        """Take note of `event`."""
        if isinstance(event, StatusChanged):
            self.step = event.text
            if self._training is None:
                self.share, self.amount, self.seconds_left = None, "", None
        elif isinstance(event, ProgressDone):
            if self._training is None:
                self.share = event.done / event.total if event.total else None
                self.amount = f"{count(event.done)} of {count(event.total)} {event.unit}"
                self.seconds_left = event.seconds_left if event.done < event.total else None
        elif isinstance(event, RunStarted):
            self._training, self.share = event, self._of_all_folds(0.0)
        elif isinstance(event, FoldStarted):
            self._training, self._fold = None, event
            self.step, self.share, self.amount, self.seconds_left = _name(event).capitalize(), None, "", None
        elif isinstance(event, BatchesDone):
            self._take_epochs(event.epoch, event.epoch - 1, event.step, event.seconds_left)
        elif isinstance(event, EpochDone):
            self._take_epochs(event.record.epoch, event.record.epoch, 0, event.seconds_left)

    @property
    def headline(self) -> str:
        """For one line: "Checking images 38 %"."""
        return self.title if self.share is None else f"{self.title} {percent(int(100 * self.share) / 100)}"

    @property
    def details(self) -> str:
        """For a second line: amount and time left."""
        return " · ".join(part for part in (self.amount, self.time_left) if part)

    @property
    def time_left(self) -> str:
        """ "17 min left", and of folds "17 min left in this fold"; empty while nobody can tell."""
        left = time_left(self.seconds_left)
        return f"{left} in this fold" if left and self._fold is not None else left

    def _of_all_folds(self, share: float) -> float:
        fold = self._fold
        return share if fold is None else (fold.fold - 1 + share) / fold.n_folds

    def _take_epochs(self, epoch: int, done: int, steps: int, seconds_left: float | None) -> None:
        if self._training is None:
            return
        epochs, steps_per_epoch = max(1, self._training.epochs), max(1, self._training.steps_per_epoch)
        self.share = self._of_all_folds(min(1.0, (done + steps / steps_per_epoch) / epochs))
        self.amount = f"epoch {epoch} of {epochs}"
        if self._fold is not None:
            self.amount = f"{_name(self._fold)}, {self.amount}"
        self.seconds_left = seconds_left


def _name(fold: FoldStarted) -> str:
    return f"fold {fold.fold} of {fold.n_folds}"
