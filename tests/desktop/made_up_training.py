"""What a training would say, and a runner that carries out nothing: for tests of the Train page without the engine."""

import math
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.jobs import FOLDS, RESUME, RESUME_FOLDS
from engine.calls import Call
from engine.events import BatchesDone, EpochDone, RunStarted
from engine.labels import CODES
from engine.results import ClassCount, DatasetSummary, DeviceInfo, EpochRecord, TrainingResult

CPU = DeviceInfo(kind="cpu", name="AMD EPYC, 2 threads", reason="There is no GPU that can be used.")
GPU = DeviceInfo(kind="cuda", name="NVIDIA RTX 4060", reason="The fastest there is.")


class StillJob(QObject):
    """Has the face of a `Job`; the test says what happens to it."""

    reported = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    cancelling = Signal()
    finishing = Signal()
    paused = Signal(object)

    def __init__(self, call: Call[Any], title: str) -> None:
        super().__init__()
        self.call, self.title = call, title
        self.is_cancelling = self.is_finishing_early = self.is_pausing = False
        self.is_of_folds = self.call.target in FOLDS
        self.is_resumed = self.call.target in (RESUME, RESUME_FOLDS)

    def cancel(self) -> None:
        self.is_cancelling = True
        self.cancelling.emit()

    def pause(self) -> None:
        self.is_pausing = True
        self.finishing.emit()

    def finish_early(self) -> None:
        self.is_finishing_early = True
        self.finishing.emit()


class StillRunner(QObject):
    """Keeps what it was asked to start."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[StillJob] = []

    def start(self, call: Call[Any], title: str) -> StillJob:
        self.jobs.append(StillJob(call, title))
        return self.jobs[-1]

    def latest(self, name: str) -> StillJob:
        """The latest job for the engine's function `name`."""
        return [job for job in self.jobs if job.call.target.endswith(f":{name}")][-1]

    def count(self, name: str) -> int:
        """How many jobs were started for the engine's function `name`."""
        return sum(job.call.target.endswith(f":{name}") for job in self.jobs)


def dataset(path: Path, *, is_demo: bool = False) -> DatasetSummary:
    """A data set as the engine would describe it."""
    counts = tuple(ClassCount(code=code, n_images=1200, n_lesions=900) for code in CODES)
    return DatasetSummary(
        path=path,
        layout="HAM10000 as on Kaggle",
        is_demo=is_demo,
        n_rows=8457,
        n_images=8457,
        n_lesions=6300,
        classes=counts,
        findings=(),
        fingerprint="f" * 64,
    )


def run_started(run: Path, *, epochs: int = 30, steps: int = 185) -> RunStarted:
    """The first event of a training."""
    return RunStarted(
        run=run,
        epochs=epochs,
        steps_per_epoch=steps,
        n_train=5920,
        n_val=1268,
        device="AMD EPYC, 2 threads: there is no GPU that can be used",
        weights="random weights, since no ImageNet weights are on this computer",
    )


def batches(epoch: int, step: int, n: int, steps: int = 185) -> BatchesDone:
    """The last `n` batches up to `step` of `epoch`."""
    done = (epoch - 1) * steps + step
    losses = tuple(0.3 + 1.6 * math.exp(-i / steps / 8) + 0.12 * math.sin(i * 7.3) for i in range(done - n, done))
    return BatchesDone(epoch=epoch, step=step, losses=losses, images_per_second=412.0, seconds_left=1040.0)


def epoch_done(epoch: int, *, best: int | None = None, patience: int = 10) -> EpochDone:
    """The end of `epoch`; the best one is itself unless said otherwise."""
    reached = 0.72 * (1 - math.exp(-epoch / 6))
    recalls = tuple(min(1.0, max(0.0, reached + 0.12 * math.sin(3 * k + 0.9 * epoch) + 0.04 * k)) for k in range(7))
    record = EpochRecord(
        epoch=epoch,
        train_loss=0.3 + 1.6 * math.exp(-epoch / 8),
        val_loss=0.55 + 1.3 * math.exp(-epoch / 6) + 0.006 * epoch,
        train_balanced_accuracy=reached,
        val_balanced_accuracy=sum(recalls) / 7,
        val_recall=recalls,
        learning_rate=1e-3,
        seconds=14.0,
    )
    return EpochDone(
        record=record,
        best_epoch=best or epoch,
        epochs_without_improvement=epoch - (best or epoch),
        patience=patience,
        seconds_left=1030.0,
    )


def result(run: Path) -> TrainingResult:
    """What a training leaves behind."""
    return TrainingResult(
        run=run,
        model=run / "model.safetensors",
        split_sha256="5" * 64,
        best_epoch=9,
        epochs_run=19,
        stopped="patience",
        validation={"balanced_accuracy": 0.6123},
        weights_sha256="7" * 64,
        is_demo=False,
    )
