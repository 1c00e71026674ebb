"""Collects what a training says about itself into curves short enough to be drawn ten times a second."""

from collections.abc import Sequence

from engine.events import BatchesDone, EpochDone
from engine.results import EpochRecord

MAX_DOTS = 1000
"""Most batch losses that are kept for drawing; beyond it every other one goes."""


class TrainingCurves:
    """The points of one training. Batches are thinned evenly, so dots keep their spread; epochs are kept all."""

    def __init__(
        self, epochs: int, steps_per_epoch: int, history: Sequence[EpochRecord] = (), best_epoch: int | None = None
    ) -> None:
        """`history` holds the epochs that were done before a training was resumed."""
        self.epochs = epochs
        self.steps_per_epoch = max(1, steps_per_epoch)
        self.batch_positions: list[float] = []
        """Where each dot stands, in epochs: 1.5 is the middle of the second one."""
        self.batch_losses: list[float] = []
        self.records: list[EpochRecord] = list(history)
        self.best_epoch: int | None = best_epoch
        self._stride = 1

    def add_batches(self, event: BatchesDone) -> None:
        """Take in the losses of the latest batches."""
        first = (event.epoch - 1) * self.steps_per_epoch + event.step - len(event.losses)
        for number, loss in enumerate(event.losses, start=first):
            if number % self._stride == 0:
                self.batch_positions.append((number + 1) / self.steps_per_epoch)
                self.batch_losses.append(loss)
        if len(self.batch_losses) > MAX_DOTS:
            self._stride *= 2
            del self.batch_positions[1::2], self.batch_losses[1::2]

    def add_epoch(self, event: EpochDone) -> None:
        """Take in the figures of an epoch."""
        self.records.append(event.record)
        self.best_epoch = event.best_epoch

    @property
    def best(self) -> EpochRecord | None:
        """The record of the best epoch so far."""
        return next((record for record in self.records if record.epoch == self.best_epoch), None)

    @property
    def shown_epochs(self) -> int:
        """How far the epoch axis reaches: all epochs up to 40, beyond that it doubles as the training goes on."""
        reached = self.records[-1].epoch if self.records else 0
        reach = 40
        while reach <= reached:
            reach *= 2
        return min(self.epochs, reach)

    @property
    def highest_loss(self) -> float:
        """Top of the loss axis, a multiple of a half: above every epoch and above 98 % of the batches."""
        batches = sorted(self.batch_losses)
        tops = [loss for record in self.records for loss in (record.train_loss, record.val_loss)]
        tops += batches[-1 - len(batches) // 50 :][:1]
        return max(1, int(max(tops, default=2.0) * 1.05 / 0.5) + 1) * 0.5

    @property
    def summary(self) -> str:
        """The curves in one sentence, for those who do not see them."""
        if not self.records:
            return "No epoch is done yet."
        last, best = self.records[-1], self.best
        text = (
            f"Epoch {last.epoch}: training loss {last.train_loss:.3f}, validation loss {last.val_loss:.3f}, "
            f"balanced accuracy {last.val_balanced_accuracy:.3f}."
        )
        if best is not None:
            text += f" Best: epoch {best.epoch} with {best.val_balanced_accuracy:.3f}."
        return text
