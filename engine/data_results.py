"""What comes back about a data set beyond its summary: counts for charts, its images one by one, near-duplicates."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ValueCount:
    """How much of a data set has one value of a column: one bar of a chart."""

    value: str
    """As people read it: "female", "60 to 69", "lower extremity", "3 images"; "unknown" where nothing is said."""
    n_images: int
    n_lesions: int
    images_by_class: tuple[int, ...]
    """The images by diagnosis, in the order of `labels.CLASSES`; sums to `n_images`."""


@dataclass(frozen=True, kw_only=True)
class DatasetCounts:
    """Usable images and lesions by everything the table tells about them. () where the table has no such column."""

    sexes: tuple[ValueCount, ...] = ()
    """The most common first, "unknown" last; the same for all but ages and images per lesion."""
    ages: tuple[ValueCount, ...] = ()
    """By decade, youngest first, "unknown" last; decades in between that nobody has stand there with 0."""
    localizations: tuple[ValueCount, ...] = ()
    """Where on the body."""
    dx_types: tuple[ValueCount, ...] = ()
    """How the diagnosis was made: "histo", "follow_up", "consensus", "confocal". Never an input: it gives it away."""
    sources: tuple[ValueCount, ...] = ()
    """Which collection the image is from (columns `dataset`, `source` or `attribution`). Never an input either."""
    images_per_lesion: tuple[ValueCount, ...] = ()
    """"1 image", "2 images" and so on: how many lesions have so many, and the images these are together."""


@dataclass(frozen=True, kw_only=True)
class ImageRow:
    """One image of a data set, for lists and grids."""

    image_id: str
    lesion_id: str
    """Where the table has no lesions, that of the image alone."""
    dx: str
    """Code of the diagnosis; for an image that is left out what the table says, "" if nothing."""
    sex: str
    """"" where the table says nothing; the same for the other texts."""
    age: float | None
    """In years."""
    localization: str
    dx_type: str
    source: str
    path: Path | None
    """None where there is no file."""
    is_used: bool
    """False for an image that is left out; `kinds` says why."""
    kinds: tuple[str, ...]
    """The kinds (`Finding.kind`) of the findings about this image or its lesion, sorted."""


@dataclass(frozen=True, kw_only=True)
class NearDuplicate:
    """Two images that show one lesion although the table gives them to two."""

    first: str
    """Image id, the smaller one."""
    second: str
    """Image id."""
    alike: float
    """0 to 1: how well their fine structure agrees where one is laid over the other; 1 for the same file."""
