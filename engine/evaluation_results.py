"""What comes back from scoring a model: figures with their intervals, per class and in all."""

from dataclasses import dataclass
from pathlib import Path

from engine.results import EpochRecord, Part


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_too_wide(self) -> bool:
        """Wider than 0.3: too few cases to tell. Asked of shares and areas, not of losses."""
        return self.high - self.low > 0.3


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """How well one class is told from the rest. None where a figure cannot be computed; `explain_missing` says why.

    Shares have Wilson intervals over lesions, whose images are alike; the others a bootstrap of lesions.
    """

    code: str
    n_images: int
    n_lesions: int
    sensitivity: Interval | None
    """Share of the class's cases that are named so (recall)."""
    specificity: Interval | None
    """Share of other cases that are not named so."""
    precision: Interval | None
    """Share of the cases named so that are of the class (positive predictive value), at `prevalence`."""
    npv: Interval | None
    """Share of the cases not named so that are not of the class (negative predictive value), at `prevalence`."""
    prevalence: float
    """Share of the part's cases that are of the class: what precision and NPV hold at."""
    f1: Interval | None
    """Harmonic mean of precision and sensitivity, at `prevalence`."""
    auc: Interval | None
    """Area under the ROC curve, one against the rest, at equal priors."""
    average_precision: Interval | None
    """At `prevalence`."""


@dataclass(frozen=True, kw_only=True)
class BinaryScore:
    """How a yes-or-no question about the group was answered; shares with Wilson intervals over lesions."""

    sensitivity: Interval | None
    specificity: Interval | None
    precision: Interval | None
    npv: Interval | None


@dataclass(frozen=True, kw_only=True)
class GroupScore:
    """How well the group "malignant or pre-malignant" is told from the rest."""

    n_cases: int
    """Of the group: images or lesions."""
    n_other_cases: int
    prevalence: float
    """Share of the group in this part: what precision, NPV and average precision hold at."""
    stated_prevalence: float
    """Share of the group in the model's training data: what the group's probability holds at."""
    auc: Interval | None
    """Of the group's probability."""
    average_precision: Interval | None
    brier: Interval | None
    """Mean squared error of the group's probability."""
    threshold: float | None
    """The model's operating point; None if it has none."""
    at_threshold: BinaryScore | None
    """"In the group" means: the group's probability is at or above `threshold`."""
    by_top_class: BinaryScore
    """"In the group" means: the top class is. A quick heuristic."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """All figures at one level: of images, or of lesions with one answer each (mean log-probability of their images).

    Classes are named at equal priors. Intervals are from a bootstrap of lesions within their class unless they say
    otherwise.
    """

    n_cases: int
    """Images or lesions."""
    balanced_accuracy: Interval
    """Mean recall over the classes present."""
    accuracy: Interval
    majority_baseline: float
    """Accuracy of always naming the most common class."""
    macro_auc: Interval | None
    """Mean of the classes' AUC, over the classes that have one."""
    log_loss: Interval | None
    """At the stated prevalence, after temperature, in nats."""
    brier: Interval | None
    """Sum of the squared errors of the seven probabilities, at the stated prevalence, after temperature; 0 to 2."""
    group: GroupScore
    classes: tuple[ClassScore, ...]
    """In the order of `labels.CLASSES`."""
    confusion: tuple[tuple[int, ...], ...]
    """Cases by true class (rows) and named class (columns), 7 x 7."""


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """The images whose probability lies in one of 15 equal steps: what was said, and what was so."""

    low: float
    """A probability of `low` and below `high` belongs here; the last bin has 1 too."""
    high: float
    n_images: int
    n_lesions: int
    mean_probability: float | None
    """None where there is no image; the same for `observed`."""
    observed: Interval | None
    """Share of these images for which it was so; Wilson interval over lesions."""


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """Whether probabilities can be taken at their word, before or after temperature, at the stated prevalence."""

    bins: tuple[ReliabilityBin, ...]
    """15, from 0 to 1."""
    ece: Interval | None
    """Expected calibration error: the mean gap between said and observed, weighted by images."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Reliability by image at the stated prevalence."""

    prevalence: float
    """Share of the group that the probabilities hold at: that of the model's training data."""
    part_prevalence: float
    """Share of the group in this part. Far from `prevalence`, the probabilities cannot be right here."""
    temperature: float
    group_before: Reliability
    """Of the group's probability: is the lesion in the group?"""
    group_after: Reliability
    top_before: Reliability
    """Of the most probable class at the stated prevalence: is it the right one?"""
    top_after: Reliability


@dataclass(frozen=True, kw_only=True)
class RankCurve:
    """What every threshold on one probability would do, by image; at most 200 points of each curve."""

    target: str
    """"group" or the code of a class."""
    roc: tuple[tuple[float, float], ...]
    """1 - specificity and sensitivity, from (0, 0) to (1, 1)."""
    precision_recall: tuple[tuple[float, float], ...]
    """Sensitivity (recall) and precision as the classes occur in this part, from the lowest recall to 1."""


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The images of a part that share one value of a column."""

    value: str
    """As people read it: "female", "60 to 69", "histo"; "unknown" where the table says nothing."""
    n_images: int
    n_lesions: int
    n_classes: int
    """Classes that occur in it; balanced accuracy is the mean over these."""
    balanced_accuracy: Interval
    group_sensitivity: Interval | None
    """Share of the group's lesions at or above the operating point, by lesion; Wilson interval. None without any."""
    group_specificity: Interval | None
    """Share of the other lesions below it."""
    is_too_few: bool
    """Fewer than 10 lesions, or an interval wider than 0.3."""


@dataclass(frozen=True, kw_only=True)
class Slicing:
    """A part cut by one column."""

    column: str
    """"sex", "age", "localization", "dx_type" or "source"."""
    slices: tuple[Slice, ...]
    """Sexes, sites and so on with most images first, decades of age youngest first; "unknown" last."""


@dataclass(frozen=True, kw_only=True)
class ExternalData:
    """Data that the model was scored on and that is no part of its split."""

    name: str
    """Of the folder, table or archive."""
    layout: str
    """How it was read, in plain words."""
    data_fingerprint: str
    """SHA-256 as in `DatasetSummary`, of all images that can be used."""
    n_images: int
    """Images that can be used, those left out below included."""
    n_met: int
    """Left out: the model met them in its training, or other images of their lesions."""
    n_sealed: int
    """Left out: they are of the test part of the model's own split, which is opened on its own."""
    is_training_known: bool
    """False for a model whose file does not say what it was trained on: leakage cannot be ruled out."""
    n_without_lesion: int
    """Images whose lesion the data set does not name; each counts as a lesion of its own."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How a model did on one part of a split, or on external data."""

    run: Path
    """The run's folder; of external data the folder that holds the result."""
    model: Path
    part: Part
    split_sha256: str
    """Of the split that the model was trained with."""
    test_openings: int
    """How often the test part of this split was opened, across runs, this time included."""
    n_images: int
    n_lesions: int
    by_image: Scores
    by_lesion: Scores
    calibration: Calibration
    slices: tuple[Slicing, ...]
    """One for each column that the data set's table fills in."""
    history: tuple[EpochRecord, ...]
    best_epoch: int
    is_demo: bool
    files: tuple[Path, ...]
    """What was written: CSV, JSON and PNG."""
    leak_suspected: bool
    """The interval lies above 0.90: more likely a leak than a triumph."""
    leaking_split: bool = False
    """Images of one lesion stand in several parts, and the user wanted it so: these figures are no result."""
    curves: tuple[RankCurve, ...] = ()
    """Of the classes that have an AUC, in the order of `labels.CLASSES`, then of the group."""
    external: ExternalData | None = None
    """Set where `part` is "external"."""

    @property
    def balanced_accuracy(self) -> Interval:
        """The headline, by image."""
        return self.by_image.balanced_accuracy

    @property
    def balanced_accuracy_by_lesion(self) -> Interval:
        """The second line."""
        return self.by_lesion.balanced_accuracy

    @property
    def accuracy(self) -> Interval:
        """By image."""
        return self.by_image.accuracy

    @property
    def majority_baseline(self) -> float:
        """By image."""
        return self.by_image.majority_baseline

    @property
    def classes(self) -> tuple[ClassScore, ...]:
        """By image."""
        return self.by_image.classes

    @property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """By image."""
        return self.by_image.confusion


def name_decade(age: float) -> str:
    """The age band of an age in years: "60 to 69"."""
    first = int(age // 10) * 10
    return f"{first} to {first + 9}"
