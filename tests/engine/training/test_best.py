"""The best epoch and the end of patience."""

from pathlib import Path

from engine.config import TrainingConfig
from engine.results import EpochRecord
from engine.training.best import Best


def _run(stop_on: str, epochs: list[tuple[float, float]]) -> tuple[Best, list[bool], list[int]]:
    """Feed (balanced accuracy, validation loss) of each epoch; patience is 2."""
    config = TrainingConfig(data=Path("d"), out=Path("o"), patience=2, stop_on=stop_on)  # type: ignore[arg-type]
    best, new, without = Best(config), [], []
    for number, (accuracy, loss) in enumerate(epochs, 1):
        record = EpochRecord(
            epoch=number,
            train_loss=1,
            val_loss=loss,
            train_balanced_accuracy=0,
            val_balanced_accuracy=accuracy,
            val_recall=(None,) * 7,
            learning_rate=1,
            seconds=1,
        )
        new.append(best.update(record))
        without.append(best.epochs_without_improvement)
    return best, new, without


def test_of_two_equal_epochs_the_earlier_is_the_best() -> None:
    """A tie is no improvement."""
    best, new, without = _run("balanced_accuracy", [(0.5, 1), (0.5, 0.5), (0.4, 0.1)])
    assert new == [True, False, False]
    assert best.epoch == 1
    assert without == [0, 1, 2]
    assert best.is_patience_over


def test_an_epoch_without_any_hit_can_be_the_best() -> None:
    """Even a balanced accuracy of 0 gives a model to keep."""
    assert _run("balanced_accuracy", [(0.0, 3)])[1] == [True]


def test_patience_may_watch_the_loss_while_the_best_is_chosen_by_accuracy() -> None:
    """A falling loss goes on being an improvement; the best epoch stays that of the highest balanced accuracy."""
    best, new, without = _run("loss", [(0.5, 1.0), (0.4, 0.9), (0.3, 0.8), (0.6, 0.9)])
    assert new == [True, False, False, True]
    assert without == [0, 0, 0, 1]
    assert best.epoch == 4
    assert not best.is_patience_over


def test_a_better_accuracy_does_not_reset_a_patience_that_watches_the_loss() -> None:
    """What `stop_on` names is what counts."""
    best, _, without = _run("loss", [(0.5, 1.0), (0.6, 1.0), (0.7, 1.1)])
    assert without == [0, 1, 2]
    assert best.is_patience_over
    assert best.epoch == 3
