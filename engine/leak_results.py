"""What comes back from measuring what a split that leaks would have done to a data set's figures."""

from dataclasses import dataclass
from pathlib import Path

from engine.evaluation_results import Interval


@dataclass(frozen=True, kw_only=True)
class NeighbourScore:
    """How a 1-nearest-neighbour on thumbnails does under one split: it learns nothing, it only looks for the same."""

    n_train: int
    """Rows of the training part; copies count."""
    n_test: int
    """Rows of the test part; copies count."""
    n_images_seen: int
    """Rows of the test part whose image is in the training part too."""
    n_lesions_seen: int
    """Rows of the test part whose lesion is in the training part too, those of `n_images_seen` included."""
    accuracy: Interval
    """Share of the rows named right; bootstrap of lesions within their class."""
    balanced_accuracy: Interval
    """Mean recall over the classes of the test part, likewise."""

    @property
    def share_seen(self) -> float:
        """Share of the test rows that are training images."""
        return self.n_images_seen / self.n_test


@dataclass(frozen=True, kw_only=True)
class LeakMeter:
    """What the notebook's split, which copies rows and then splits at random, would have done to a data set."""

    path: Path
    """The data set."""
    data_fingerprint: str
    is_demo: bool
    seed: int
    """Of both splits."""
    thumbnail_side: int
    """Of the thumbnails that are compared, in pixels."""
    n_images: int
    n_lesions: int
    notebook: NeighbourScore
    """Rows copied to balance the classes, then split at random."""
    by_lesion: NeighbourScore
    """Split by lesion, as this program does it; nothing is copied."""
