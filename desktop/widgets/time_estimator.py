"""Finds out how long a training would take, without being in anybody's way."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop import format as words
from desktop.jobs import Job, JobRunner
from engine import calls
from engine.config import TrainingConfig
from engine.errors import EngineError
from engine.results import TimeEstimate

DEBOUNCE_MS = 800
"""Settings that change faster than this are not measured."""


class TimeEstimator(QObject):
    """Asked anew with every change of the settings; what was measured before is answered at once."""

    changed = Signal()

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._config: TrainingConfig | None = None
        self._n_folds = 1
        self._asked: TrainingConfig | None = None
        self._job: Job | None = None
        self._known: dict[TrainingConfig, TimeEstimate] = {}
        self._problem = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DEBOUNCE_MS)
        self._timer.timeout.connect(self._on_due)

    @property
    def is_measuring(self) -> bool:
        """Whether an answer is on its way."""
        return self._timer.isActive() or self._job is not None

    @property
    def headline(self) -> str:
        """ "About 42 min on this computer."; empty where nobody knows."""
        estimate = self._estimate
        if estimate is None or self._config is None:
            return ""
        each_fold = self._config.epochs * estimate.seconds_per_epoch + estimate.seconds_at_end
        # What is measured is a training of one epoch.
        preparation = estimate.seconds_in_all - estimate.seconds_per_epoch - estimate.seconds_at_end
        seconds = preparation + self._n_folds * each_fold
        return f"About {words.duration(seconds)} on this computer."

    @property
    def details(self) -> str:
        """What the headline rests on, or why there is none."""
        estimate = self._estimate
        if estimate is None or self._config is None:
            return "Measuring how long it takes…" if self.is_measuring else self._problem
        epochs = words.count_of(self._config.epochs, "epoch")
        each = estimate.seconds_per_epoch
        text = words.duration(each) if each >= 600 else f"{each / 60:.1f} min" if each >= 120 else f"{each:.0f} s"
        if each < 0.5:
            text = "less than 1 s"
        folds = f"{words.count_of(self._n_folds, 'fold')} of " if self._n_folds > 1 else ""
        once = "A look at every image, then " if self._config.is_frozen else ""
        return f"{once}{folds}{epochs} of {text} each, with {words.count(estimate.n_train)} training images"

    @property
    def device(self) -> str:
        """What it was measured on; empty where nothing was."""
        return "" if self._estimate is None else f"Measured on {self._estimate.device.name}"

    def ask(self, config: TrainingConfig, n_folds: int = 1) -> None:
        """Say, soon, how long `config` takes, trained once for each of `n_folds`."""
        key = _as_key(config)
        self._config, self._n_folds = config, n_folds
        if key != self._asked:
            self._drop_job()
            self._asked, self._problem = key, ""
            if key not in self._known:
                self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Leave the engine to somebody else; `ask` begins again."""
        self._drop_job()
        self._asked = None

    @property
    def _estimate(self) -> TimeEstimate | None:
        return self._known.get(self._asked) if self._asked is not None else None

    def _drop_job(self) -> None:
        self._timer.stop()
        if self._job is not None:
            self._job.cancelled.disconnect(self._on_cancelled)  # nothing else arrives from a cancelled job
            self._job.cancel()
            self._job = None

    @Slot()
    def _on_due(self) -> None:
        if self._asked is None:
            return
        self._job = self._runner.start(calls.estimate_time(self._asked), "Estimating the time")
        self._job.succeeded.connect(self._on_succeeded)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_cancelled)

    @Slot(object)
    def _on_succeeded(self, estimate: TimeEstimate) -> None:
        self._job = None
        if self._asked is not None:
            self._known[self._asked] = estimate
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._job = None
        reason = str(error) if isinstance(error, EngineError) else "something unexpected happened."
        self._problem = f"How long it takes could not be measured: {reason}"
        self.changed.emit()

    @Slot()
    def _on_cancelled(self) -> None:
        self._job = None
        self.changed.emit()


def _as_key(config: TrainingConfig) -> TrainingConfig:
    """`config` without what does not change the time of an epoch; fit to be measured: it fetches no weights."""
    plain = TrainingConfig(data=config.data, out=Path())
    return replace(
        plain,
        backbone=config.backbone,
        weights="auto" if config.is_frozen else "none",
        is_frozen=config.is_frozen,
        preprocessing=config.preprocessing,
        augmentation=config.augmentation,
        batch_size=config.batch_size,
        balancing=config.balancing,
        limit=config.limit,
        device=config.device,
        epochs=1,
    )
