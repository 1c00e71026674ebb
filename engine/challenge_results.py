"""What comes back from scoring a table of probabilities by the rule of a challenge."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ChallengeScore:
    """The score of a submission to ISIC 2018, task 3: balanced multi-class accuracy."""

    predictions: Path
    truth: Path
    n_images: int
    """Images that count: those of weight 0 are left out."""
    n_without_weight: int
    """Images that the truth gives no weight: they are in both tables and count for nothing."""
    n_undecided: int
    """Images that count and whose highest probability stands twice: they are wrong, whatever the truth."""
    n_other_sums: int
    """Images whose probabilities do not sum to 1, which the challenge allows."""
    balanced_accuracy: float
    """Mean recall over the classes that occur in the truth."""
    recalls: tuple[float | None, ...]
    """Per class, in the order of `labels.CLASSES`; None where the truth has no image of it."""
    n_per_class: tuple[int, ...]
    """Images that count, by true class."""
