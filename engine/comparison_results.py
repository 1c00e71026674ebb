"""What comes back from holding answers against each other: two runs, the folds of one training, image by image."""

from dataclasses import dataclass
from pathlib import Path

from engine.evaluation_results import (
    Interval,
    Scores,
    Slicing,
    name_decade,
)
from engine.results import Part


@dataclass(frozen=True, kw_only=True)
class PooledEvaluation:
    """How the models of all folds did together: every image was answered once, by a model that never saw it."""

    runs: tuple[Path, ...]
    part: Part
    n_images: int
    n_lesions: int
    by_image: Scores
    by_lesion: Scores
    slices: tuple[Slicing, ...]
    is_demo: bool


@dataclass(frozen=True, kw_only=True)
class FoldsResult:
    """What the training of all folds leaves behind."""

    path: Path
    """The folder of the set, which holds the runs."""
    pooled: PooledEvaluation


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One figure of two runs on the same images, and how much better run B is. None where one cannot be computed."""

    a: float | None
    b: float | None
    difference: Interval | None
    """B minus A, with the interval of a bootstrap that draws the same lesions for both."""

    @property
    def is_clear(self) -> bool:
        """The interval leaves 0 out."""
        return self.difference is not None and (self.difference.low > 0 or self.difference.high < 0)


@dataclass(frozen=True, kw_only=True)
class ClassDifference:
    """Two runs on one class, by image."""

    code: str
    n_images: int
    n_lesions: int
    sensitivity: Difference
    auc: Difference


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two runs on the same part of the same split."""

    run_a: Path
    run_b: Path
    part: Part
    split_sha256: str
    n_images: int
    n_lesions: int
    balanced_accuracy: Difference
    balanced_accuracy_by_lesion: Difference
    accuracy: Difference
    macro_auc: Difference
    group_auc: Difference
    log_loss: Difference
    """Less is better here."""
    classes: tuple[ClassDifference, ...]
    """In the order of `labels.CLASSES`."""
    is_demo: bool
    leaking_split: bool


@dataclass(frozen=True, kw_only=True)
class AnsweredImage:
    """One image of an evaluated part, with the truth and the model's answer."""

    image_id: str
    lesion_id: str
    path: Path | None
    """None where the data set is not where it was, or lacks the file."""
    dx: str
    predicted: str
    """The most probable class at equal priors."""
    probability: float
    """Of `predicted`, at equal priors."""
    probability_of_truth: float
    """Of `dx`, at equal priors."""
    group_probability: float
    """At the stated prevalence, after temperature: the horizontal axis of the group's reliability."""
    top_class: str
    """The most probable class at the stated prevalence."""
    top_probability: float
    """Of `top_class`, after temperature: the horizontal axis of the top class's reliability."""
    sex: str
    """"" where the table says nothing; the same for the other texts."""
    age: float | None
    localization: str
    dx_type: str
    source: str

    @property
    def is_right(self) -> bool:
        """The named class is the true one."""
        return self.predicted == self.dx

    def slice_value(self, column: str) -> str:
        """The `Slice.value` that this image belongs to in the `Slicing` of `column`."""
        if column == "age":
            return "unknown" if self.age is None else name_decade(self.age)
        return str(getattr(self, column)) or "unknown"
