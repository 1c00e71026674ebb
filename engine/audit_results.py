"""What comes back from auditing a split: how many images of one part have kin in another."""

from dataclasses import dataclass
from typing import Literal

from engine.results import Finding

Kinship = Literal["image", "lesion", "patient", "copy", "near-duplicate"]
"""What images of two parts share: the image itself, a lesion, a patient, the bytes of the file, or what they show."""


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """How many images have kin in a part that the network learns from or is chosen by."""

    what: str
    """A `Kinship`, the code of a class, or "all"."""
    n_images: int
    """All images that are counted here, with kin or without."""
    with_train: int
    """Those with kin in the training part."""
    with_val: int
    """Those with kin in the validation part; 0 for images of that part themselves."""
    with_either: int
    """Those with kin in one or both."""


@dataclass(frozen=True, kw_only=True)
class PartAudit:
    """One part against the parts before it: test against training and validation, validation against training."""

    part: Literal["val", "test"]
    total: Overlap
    kinds: tuple[Overlap, ...]
    """By `Kinship`, every one; an image may count under several."""
    classes: tuple[Overlap, ...]
    """In the order of `labels.CLASSES`."""


@dataclass(frozen=True, kw_only=True)
class SplitAudit:
    """Whether a score on a split can be believed."""

    test: PartAudit
    val: PartAudit
    n_folds: int
    """1 for a plain split; images are counted over all folds."""
    n_images: int
    """Images of the data set that stand in the split."""
    n_left_out: int
    """Images of the data set that it does not name."""
    n_unknown: int
    """Ids in the split that the data set does not have."""
    examples: tuple[str, ...]
    """Ids of a few images with kin in another part, test images first."""
    near_duplicates: tuple[Finding, ...]
    """Images of one lesion under different lesion ids, whatever the split does with them."""

    @property
    def is_leaking(self) -> bool:
        """Whether any image of the test or validation part has kin in a part before it."""
        return self.test.total.with_either + self.val.total.with_either > 0
