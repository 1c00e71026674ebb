"""Prepares what a training works on: the split of the data, its pixels, its priors and its fingerprints."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.audit_results import SplitAudit
from engine.audit_wording import describe_numbers
from engine.config import NAMED_SPLITS, TrainingConfig
from engine.data.audit import audit
from engine.data.cache import open_cache
from engine.data.checks import fingerprint, open_checked
from engine.data.diagnoses import is_of_ham10000
from engine.data.duplicates import find_duplicates, join_groups
from engine.data.fingerprints import Fingerprints
from engine.data.readers import Dataset
from engine.data.split import limit_rows, make_split
from engine.data.split_choice import choose_split
from engine.errors import DataError
from engine.evaluation.metrics import labels_of
from engine.events import Control, OnEvent, StatusChanged
from engine.labels import CODES
from engine.training.batches import class_shares

_LEAK_HINT = (
    "Mend the split, or leave it out to split by lesion. To train with it all the same, allow a leaking split: "
    "every output is then marked."
)

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PartImages:
    """The images of one part of the split."""

    positions: Ints
    """Rows of `Material.pixels`."""
    labels: Ints
    """Class of each image, as an index of the logits."""
    lesion_ids: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a training works on. Of the test part it has no diagnosis but in the split, and learns from no pixel."""

    split: pd.DataFrame
    """As `engine.data.split` has it."""
    pixels: npt.NDArray[np.uint8]
    """Read-only, mapped from the cache: [n, S, S, 3]."""
    pixels_name: str
    """Of these pixels, and of no others."""
    train: PartImages
    val: PartImages
    test_positions: Ints
    """Rows of `pixels`, by which the finished model's gate is judged."""
    fingerprints: Fingerprints
    """Of the training and validation images."""
    training_prior: tuple[float, ...]
    """Share of each class among the images as drawn."""
    data_prior: tuple[float, ...]
    """Share of each class among the training images as they are."""
    data_fingerprint: str
    """Of the whole data set, whatever `limit` leaves of it."""
    is_demo: bool
    is_ham10000: bool
    """Every image has an id of HAM10000."""
    audit: SplitAudit
    """Of the split; it leaks only where the user wanted it so."""
    features: npt.NDArray[np.float32] | None = None
    """Of each of the pixels [n, d], where the backbone stays as it is."""


def prepare(config: TrainingConfig, control: Control, on_event: OnEvent) -> Material:
    """Check, limit, split and decode the data that `config` names.

    Raises `DataError` for data that cannot be trained on, `DiskError` and `Cancelled`.
    """
    dataset = open_checked(config.data, control=control, on_event=on_event)
    data_fingerprint = fingerprint(dataset)
    if config.limit is not None:
        rows = limit_rows(dataset.rows, config.limit, config.seed).reset_index(drop=True)
        dataset = replace(dataset, rows=rows)
    split, found = _choose_split(dataset, config, control, on_event)
    _check_enough(split)
    cache = open_cache(dataset, config.preprocessing, control=control, on_event=on_event)
    train, val = (_images_of(part, split, cache.positions) for part in ("train", "val"))
    on_event(StatusChanged(text="Taking fingerprints of the images"))
    seen = dataset.rows[dataset.rows["image_id"].isin(split.loc[split["part"] != "test", "image_id"])]
    control.raise_if_cancelled()
    return Material(
        split=split,
        pixels=cache.pixels,
        pixels_name=cache.name,
        train=train,
        val=val,
        test_positions=_positions(split[split["part"] == "test"], cache.positions),
        fingerprints=Fingerprints.of(seen, cache.pixels, _positions(seen, cache.positions)),
        training_prior=class_shares(train.labels, config.balancing),
        data_prior=class_shares(train.labels, "none"),
        data_fingerprint=data_fingerprint,
        is_demo=dataset.is_demo,
        is_ham10000=all(map(is_of_ham10000, dataset.rows["image_id"])),
        audit=found,
    )


def _choose_split(
    dataset: Dataset, config: TrainingConfig, control: Control, on_event: OnEvent
) -> tuple[pd.DataFrame, SplitAudit]:
    """The split to train with, and its audit. Only a user's own split may leak, and only if the user said so."""
    pairs = find_duplicates(dataset, control=control, on_event=on_event)
    rows = join_groups(dataset.rows, pairs)
    split, is_own = choose_split(rows, config.split, config.seed, config.fold)
    found = audit(dataset.rows, split, pairs)
    if found.is_leaking and is_own and config.split == "auto" and not config.allow_leaking_split:
        on_event(StatusChanged(text="The data set's own split leaks and is not used; making a new one by lesion"))
        split, is_own = make_split(rows, config.seed), False
        found = audit(dataset.rows, split, pairs)
    if found.is_leaking and not (is_own and config.allow_leaking_split):
        raise DataError(f"{_name(config)} leaks. {' '.join(describe_numbers(found))}", _LEAK_HINT)
    return split, found


def _name(config: TrainingConfig) -> str:
    return "The split" if config.split in NAMED_SPLITS else Path(config.split).name


def _images_of(part: str, split: pd.DataFrame, positions: dict[str, int]) -> PartImages:
    rows = split[split["part"] == part]
    return PartImages(_positions(rows, positions), labels_of(list(rows["dx"])), tuple(rows["lesion_id"]))


def _positions(rows: pd.DataFrame, positions: dict[str, int]) -> Ints:
    return np.array([positions[image_id] for image_id in rows["image_id"]], dtype=np.int64)


def _check_enough(split: pd.DataFrame) -> None:
    parts = split["part"].value_counts()
    if not parts.get("val", 0):
        raise DataError(
            f"{len(split):,} images are too few: none is left to choose the best epoch by.",
            "Use a data set with at least three lesions of a class, or a larger limit.",
        )
    classes = split.loc[split["part"] == "train", "dx"].unique()
    if len(classes) < 2:
        raise DataError(
            f"All training images are of one class ({', '.join(classes) or 'none'}); there is nothing to tell apart.",
            f"Use a data set with images of at least two of {', '.join(CODES)}.",
        )
