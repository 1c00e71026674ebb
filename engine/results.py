"""What comes back from the engine: numbers, text, paths and PNG bytes, never a tensor, an array or a frame."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.config import Preprocessing, TrainingConfig
from engine.data_results import DatasetCounts

Part = Literal["train", "val", "test", "external"]
"""What a model is scored on: a part of its split, or data that no split of its holds."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about the data that the user should know."""

    severity: Literal["info", "warning"]
    kind: str
    """What sort of finding, for grouping, in lower case: "missing", "unreadable", "conflict" and so on."""
    subject: str
    """The image id, lesion id or file name it is about."""
    message: str
    """What is wrong, as a sentence."""
    action: str
    """What the program does about it, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class ClassCount:
    """How much there is of one class."""

    code: str
    n_images: int
    n_lesions: int


@dataclass(frozen=True, kw_only=True)
class DatasetSummary:
    """What is in a data set folder."""

    path: Path
    layout: str
    """The recognised layout, in plain words."""
    is_demo: bool
    n_rows: int
    """Rows of the metadata table."""
    n_images: int
    """Images that can be used."""
    n_lesions: int
    """Lesions with at least one image that can be used."""
    classes: tuple[ClassCount, ...]
    """Usable images and lesions, in the order of `labels.CLASSES`, empty classes included."""
    findings: tuple[Finding, ...]
    fingerprint: str
    """SHA-256 over ids, diagnoses and image contents: the same data gives the same value in any folder."""
    counts: DatasetCounts = field(default_factory=DatasetCounts)
    """What the usable images are, by sex, age and so on."""


@dataclass(frozen=True, kw_only=True)
class DeviceInfo:
    """The device that the engine computes on."""

    kind: Literal["cpu", "cuda", "mps"]
    name: str
    """As people call it: "NVIDIA RTX 4060", "AMD EPYC, 2 threads"."""
    reason: str
    """Why this one, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class WeightsInfo:
    """What is known about ImageNet weights for one backbone on this computer."""

    backbone: str
    is_available: bool
    megabytes: float
    """Size of the download."""


@dataclass(frozen=True, kw_only=True)
class TimeEstimate:
    """How long a training would take, from a few measured steps on this device."""

    device: DeviceInfo
    seconds_per_epoch: float
    seconds_in_all: float
    """All epochs, if it is not stopped early, the preparation of the images, and what follows the last epoch."""
    n_train: int
    seconds_at_end: float = 0.0
    """Of that, what follows the last epoch of each training: the best model is scored once more, its gate is fitted."""


@dataclass(frozen=True, kw_only=True)
class EpochRecord:
    """One row of `history.csv`. Shares are 0..1; None where a class has no image in the part."""

    epoch: int
    """1-based."""
    train_loss: float
    """Mean over the augmented, balanced images of this epoch."""
    val_loss: float
    """Mean over the validation part as it is."""
    train_balanced_accuracy: float
    """On the augmented images while the weights changed: a rough guide only."""
    val_balanced_accuracy: float
    val_recall: tuple[float | None, ...]
    """Per class, in the order of `labels.CLASSES`."""
    learning_rate: float
    """At the last step."""
    seconds: float
    """Wall time, validation included. The only figure that differs when a training is repeated."""


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """A threshold on the group's probability at the data's prevalence, chosen on the validation part."""

    name: str
    """In plain words: "95 % point"."""
    threshold: float
    """A lesion image at or above it counts as in the group."""
    n_lesions: int
    """Lesions of the group in the validation part."""
    n_missed: int
    """Those of them below the threshold (mean probability over their images)."""
    n_other_lesions: int
    """Lesions outside the group in the validation part."""
    n_false_alarms: int
    """Those of them at or above the threshold."""
    target: str = "group"
    """What the probability is of: "group", or the code of a class."""


@dataclass(frozen=True, kw_only=True)
class GateFamily:
    """How the gate judged images of one kind that took no part in fitting it."""

    name: str
    """In plain words, for lists: "text", "photographs of other things"."""
    is_lesion: bool
    """Whether they are dermatoscopic images of lesions, which should pass; the others should be refused."""
    n_images: int
    n_refused: int


@dataclass(frozen=True, kw_only=True)
class GateRange:
    """Where one measure of an image lies for nearly all training images."""

    measure: str
    """As in `engine.prediction.gate_measures`."""
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """How a model refuses what is no dermatoscopic image of a lesion. Its tables are tensors of the model file."""

    ranges: tuple[GateRange, ...]
    """Of single measures, which say in words why an image is refused."""
    sharpness_limit: float
    """Least finest detail."""
    looks_limit: float
    """Largest distance from the training images in all measures together."""
    features_limit: float
    """Largest distance from the training images in the network's features."""
    n_measures: int
    n_features: int
    n_directions: int
    """Of the features that distances are taken in."""
    n_examples: int
    """Training images that the model file remembers as points among the features and measures."""
    families: tuple[GateFamily, ...] = ()
    """How it does on images that took no part in fitting it."""


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What a model file says about itself."""

    name: str
    """For lists: "resnet50, 23 Nov 2026 10:15"."""
    created: str
    """ISO 8601, local time."""
    backbone: str
    weights: str
    """What the training started from, in plain words."""
    preprocessing: Preprocessing
    classes: tuple[str, ...]
    """Codes in the order of the logits."""
    training_prior: tuple[float, ...]
    """Share of each class among the images as drawn in training; sums to 1."""
    data_prior: tuple[float, ...]
    """Share of each class among the training images as they are; sums to 1."""
    temperature: float
    """Divides the prior-corrected logits; fitted on the validation part."""
    operating_points: tuple[OperatingPoint, ...]
    best_epoch: int
    epochs_run: int
    is_finished: bool
    """False while the training runs or when it was interrupted."""
    validation: dict[str, float | None]
    """Figures of the best epoch: balanced_accuracy, accuracy, majority_baseline, log_loss, and recall_<code>."""
    split_sha256: str
    data_fingerprint: str
    data_licence: str
    is_demo: bool
    training: TrainingConfig | None
    """None for imported weights."""
    versions: dict[str, str]
    limits: str
    notice: str
    leaking_split: bool = False
    """Images of one lesion stood in several parts: its figures say nothing about new images."""
    gate: GateSettings | None = None
    """None for a model that answers every image."""
    about: str = ""
    """What kind of model it is and what it is not, in plain words, where somebody wrote that."""
    held_out: "HeldOut | None" = None
    """None where nobody put figures of the test part on the card."""


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """What a model reached on the test part of its split, which neither training nor any choice saw."""

    n_images: int
    n_lesions: int
    openings: int
    """How often the test part of this split was opened, this time included."""
    figures: dict[str, tuple[float, float, float]]
    """By lesion, each with the two ends of its 95 % interval: balanced_accuracy, macro_auc, group_auc, recall_<code>
    and auc_<code>. What cannot be computed is not in it."""


@dataclass(frozen=True, kw_only=True)
class RunInfo:
    """A run folder, for lists."""

    path: Path
    name: str
    """For lists: "resnet50, 23 Nov 10:15"."""
    state: Literal["finished", "interrupted"]
    """An interrupted run has a usable model if `model` is set."""
    model: Path | None
    """The model of the best epoch so far."""
    epochs_run: int
    epochs: int
    best_epoch: int | None
    val_balanced_accuracy: float | None
    """Of the best epoch."""
    is_demo: bool
    leaking_split: bool = False
    """As in `ModelCard`."""
    is_resumable: bool = False
    """It was interrupted and has a checkpoint to go on from."""
    saved_epochs: int | None = None
    """Epochs that are done in that checkpoint, which may be older than the last of `epochs_run`; None where unknown."""
    saved_steps: int = 0
    """Batches of the next epoch that are done there too."""
    fold: int | None = None
    """0 for the first, where it was trained on one of several folds: its model is never offered as "the" model."""
    n_folds: int | None = None
    """Of a set of folds, which this then is; it has no model of its own."""
    folds_done: int = 0
    """Of a set of folds, those that are trained to their end."""


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """What a training leaves behind."""

    run: Path
    model: Path
    split_sha256: str
    best_epoch: int
    epochs_run: int
    stopped: Literal["finished", "patience", "early"]
    """All epochs done, no improvement any more, or the user finished early."""
    validation: dict[str, float | None]
    """As in `ModelCard.validation`."""
    weights_sha256: str
    """Over the model's tensors: the same bits give the same value."""
    is_demo: bool
    leaking_split: bool = False
    """As in `ModelCard`."""
