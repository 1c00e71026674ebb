"""Keeps track of the best epoch, and of how long nothing has improved."""

import math
from dataclasses import dataclass, field

from engine.config import TrainingConfig
from engine.results import EpochRecord


@dataclass
class Best:
    """The best epoch so far."""

    config: TrainingConfig
    epoch: int = 0
    """1-based; 0 before the first epoch."""
    balanced_accuracy: float = -math.inf
    epochs_without_improvement: int = 0
    """Of the figure that `stop_on` names, which need not be the one that the best epoch is chosen by."""
    _lowest_loss: float = field(default=math.inf, repr=False)

    def update(self, record: EpochRecord) -> bool:
        """Take in the next epoch; True if it is the best so far. Of two equal ones the earlier is the better."""
        is_best = record.val_balanced_accuracy > self.balanced_accuracy
        if is_best:
            self.epoch, self.balanced_accuracy = record.epoch, record.val_balanced_accuracy
        has_improved = is_best if self.config.stop_on == "balanced_accuracy" else record.val_loss < self._lowest_loss
        self._lowest_loss = min(self._lowest_loss, record.val_loss)
        self.epochs_without_improvement = 0 if has_improved else self.epochs_without_improvement + 1
        return is_best

    @property
    def is_patience_over(self) -> bool:
        """Whether the training should stop."""
        return self.epochs_without_improvement >= self.config.patience
