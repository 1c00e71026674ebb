"""What comes back from scoring a model: figures with their intervals, per class and in all."""

from dataclasses import dataclass
from pathlib import Path

from engine.results import EpochRecord, Part


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_too_wide(self) -> bool:
        """Wider than 0.3: too few cases to tell."""
        return self.high - self.low > 0.3


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """How well one class is told from the rest, by image. None where it cannot be computed."""

    code: str
    n_images: int
    n_lesions: int
    sensitivity: Interval | None
    """Share of the class's images that are named so; Wilson interval over lesions, whose images are alike."""
    specificity: float | None
    """Share of other images that are not named so."""
    precision: float | None
    """Share of the images named so that are of the class, as the classes occur in this part."""
    auc: float | None
    """Area under the ROC curve, one against the rest."""
    average_precision: float | None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How a model did on one part of a split."""

    run: Path
    model: Path
    part: Part
    split_sha256: str
    test_openings: int
    """How often the test part of this split was opened, across runs, this time included."""
    n_images: int
    n_lesions: int
    balanced_accuracy: Interval
    """Mean recall over the classes present, by image; bootstrap of lesions within their class."""
    balanced_accuracy_by_lesion: Interval
    """The same with one answer per lesion (mean log-probability over its images)."""
    accuracy: Interval
    """Share of images named right; bootstrap like `balanced_accuracy`."""
    majority_baseline: float
    """Accuracy of always naming the part's most common class."""
    classes: tuple[ClassScore, ...]
    """In the order of `labels.CLASSES`."""
    confusion: tuple[tuple[int, ...], ...]
    """Images by true class (rows) and named class (columns), 7 x 7."""
    group_auc: float | None
    """AUC of the group's probability."""
    log_loss: float
    """At the data's prevalence, after temperature."""
    history: tuple[EpochRecord, ...]
    best_epoch: int
    is_demo: bool
    files: tuple[Path, ...]
    """What was written: CSV, JSON and PNG."""
    leak_suspected: bool
    """The interval lies above 0.90: more likely a leak than a triumph."""
    leaking_split: bool = False
    """Images of one lesion stand in several parts, and the user wanted it so: these figures are no result."""
