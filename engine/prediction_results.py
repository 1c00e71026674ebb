"""What comes back about single images: answers, the gate's verdict, heat maps, similar images; text and PNG bytes."""

from dataclasses import dataclass
from pathlib import Path

from engine.labels import GROUP_CODES
from engine.results import OperatingPoint


@dataclass(frozen=True, kw_only=True)
class GateVerdict:
    """Whether an image looks like those that the model was made for."""

    passed: bool
    reasons: tuple[str, ...] = ()
    """Why it was refused, each a plain sentence: "The image is blurred."; empty if it passed."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The answer for one image, or for several of one lesion, or the reason why there is none."""

    path: Path
    """The image; the first one of a fused answer."""
    code: str | None
    """The most probable class at equal priors; None if the image could not be read."""
    probabilities: tuple[float, ...]
    """Per class at equal priors, in the order of `labels.CLASSES`; empty on error."""
    group_probability: float | None
    """Probability of the group at `prevalence`."""
    prevalence: float | None
    """Share of the group that `group_probability` holds at: that of the model's training data."""
    operating_point: OperatingPoint | None
    """The point that `group_probability` is held against."""
    seen_in_training: bool | None
    """The image, or a copy of it, was in the model's training or validation part; None if the model does not say."""
    error: str | None
    hint: str | None
    leaking_split: bool = False
    """The model was trained and judged on a split that leaks."""
    thumbnail: bytes = b""
    """PNG, at most 128 px a side; empty on error."""
    logits: tuple[float, ...] = ()
    """The network's raw answer per class, the mean over `views`; empty on error."""
    views: int = 1
    """How many flips and rotations of the image the network saw: 1 or 8."""
    gate: GateVerdict | None = None
    """None where the model has no gate."""
    shown_anyway: bool = False
    """The gate refused the image, and the user asked for the answer all the same."""
    lesion_id: str = ""
    """The lesion, where the user or a table beside the image says; empty where nobody does."""
    fused_from: tuple[Path, ...] = ()
    """The images of one lesion that this answer is for together; empty for the answer of one image."""
    content_sha256: str = ""
    """Of the image's file; empty on error and for a fused answer."""
    model_sha256: str = ""
    """Of the model file that answered; empty on error."""

    @property
    def is_refused(self) -> bool:
        """The gate says that this is no image for the model."""
        return self.gate is not None and not self.gate.passed

    @property
    def is_named(self) -> bool:
        """There is an answer, and it may be shown: the gate let it pass, or the user asked for it all the same."""
        return self.code is not None and (not self.is_refused or self.shown_anyway)

    @property
    def cancerous(self) -> bool | None:
        """The notebook's quick heuristic: the top class is in the group."""
        return None if self.code is None else self.code in GROUP_CODES


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """Where in an image the network found what speaks for one class (Grad-CAM on its last stage)."""

    code: str
    png: bytes
    """8-bit grey, in the proportions of the upright image, 255 where it speaks most for the class and 0 where not at
    all or where the network does not look."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why a model answers as it does for one image."""

    path: Path
    maps: tuple[HeatMap, ...]
    """One per class, in the order of `labels.CLASSES`."""
    hidden_image: bytes
    """PNG in the proportions of the upright image: the lesion painted over with the skin around it; empty where no
    lesion stands out."""
    hidden_share: float | None
    """Share of the image that was painted over."""
    hidden_probabilities: tuple[float, ...]
    """Per class at equal priors for `hidden_image`: what the background alone says; empty where there is none."""


@dataclass(frozen=True, kw_only=True)
class SimilarImage:
    """A training image that the network finds much like the one asked about."""

    path: Path
    image_id: str
    lesion_id: str
    dx: str
    """Its diagnosis, a class code."""
    similarity: float
    """Of the two images' places among the training images: 1 for the same, 0 for nothing in common; -1..1."""
    thumbnail: bytes = b""
    """PNG, at most 128 px a side."""


@dataclass(frozen=True, kw_only=True)
class SimilarImages:
    """The training images most like an image, or why there are none."""

    path: Path
    """The image that was asked about."""
    images: tuple[SimilarImage, ...] = ()
    """Most similar first."""
    reason: str = ""
    """Why there are none and cannot be any, a plain sentence; empty otherwise."""
    n_to_look_at: int = 0
    """How many training images have to be looked at once before similar ones can be found."""
