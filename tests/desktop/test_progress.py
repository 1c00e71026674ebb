"""Progress in words and as a share, for every kind of job."""

from pathlib import Path

import pytest

from desktop.progress import JobProgress
from engine.events import BatchesDone, EpochDone, ProgressDone, RunStarted, StatusChanged
from engine.results import EpochRecord

RUN = RunStarted(run=Path("run"), epochs=4, steps_per_epoch=10, n_train=320, n_val=70, device="CPU", weights="none")
RECORD = EpochRecord(
    epoch=2,
    train_loss=1.0,
    val_loss=1.0,
    train_balanced_accuracy=0.5,
    val_balanced_accuracy=0.5,
    val_recall=(None,) * 7,
    learning_rate=1e-3,
    seconds=9.0,
)


def test_a_scan_counts_what_it_has_done() -> None:
    """Amount, share and time left of the present step."""
    progress = JobProgress("Checking the images")
    assert (progress.headline, progress.details, progress.share) == ("Checking the images", "", None)
    progress.take(StatusChanged(text="Reading 10,015 images"))
    progress.take(ProgressDone(done=1200, total=10_015, unit="images", seconds_left=61.0))
    assert progress.step == "Reading 10,015 images"
    assert progress.headline == "Checking the images 11 %"
    assert progress.details == "1,200 of 10,015 images · 1 min left"


def test_a_new_step_begins_from_nothing() -> None:
    """The bar of the step before is not left standing."""
    progress = JobProgress("Checking")
    progress.take(ProgressDone(done=5, total=5, unit="images", seconds_left=0.0))
    assert (progress.headline, progress.details) == ("Checking 100 %", "5 of 5 images")
    progress.take(StatusChanged(text="Comparing"))
    assert (progress.share, progress.details) == (None, "")


def test_it_is_not_full_before_it_is_done() -> None:
    """199.9 of 200 is 99 %."""
    progress = JobProgress("Checking")
    progress.take(ProgressDone(done=9_999, total=10_000, unit="images", seconds_left=None))
    assert progress.headline == "Checking 99 %"


def test_a_training_counts_epochs_and_batches() -> None:
    """One bar for the whole training; scans inside of it do not make the bar jump."""
    progress = JobProgress("Training")
    progress.take(RUN)
    progress.take(BatchesDone(epoch=2, step=5, losses=(1.0,), images_per_second=9.0, seconds_left=120.0))
    assert progress.share == pytest.approx(1.5 / 4)
    assert progress.details == "epoch 2 of 4 · 2 min left"
    progress.take(ProgressDone(done=1, total=70, unit="images", seconds_left=3.0))
    progress.take(StatusChanged(text="Validating"))
    assert progress.share == pytest.approx(1.5 / 4)
    progress.take(EpochDone(record=RECORD, best_epoch=2, epochs_without_improvement=0, patience=10, seconds_left=60.0))
    assert progress.headline == "Training 50 %"
