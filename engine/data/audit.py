"""Audits a split: which images of one part have kin in another, so that a score on them would be memory."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.audit_results import Kinship, Overlap, PartAudit, SplitAudit
from engine.config import NAMED_SPLITS
from engine.data.checks import open_checked
from engine.data.duplicates import duplicate_findings, find_duplicates, join_groups
from engine.data.own_split import read_assignments
from engine.data.split_choice import choose_split
from engine.data_results import NearDuplicate
from engine.errors import DataError
from engine.events import Control, OnEvent, ignore_events
from engine.labels import CODES, PARTS

_MOST_EXAMPLES = 10

Flags = npt.NDArray[np.bool_]


def audit_split(
    path: Path,
    split: str = "auto",
    seed: int = 0,
    *,
    control: Control | None = None,
    on_event: OnEvent = ignore_events,
) -> SplitAudit:
    """Audit the split of the data set `path` that a training would use with `split` and `seed` of `TrainingConfig`.

    A table with image ids and parts may leak in any way, name an image several times and hold folds. The first time
    near-duplicates are looked for, which takes minutes on large data. Raises `DataError`.
    """
    dataset = open_checked(path, control=control, on_event=on_event)
    pairs = find_duplicates(dataset, control=control, on_event=on_event)
    if split in NAMED_SPLITS:
        return audit(dataset.rows, choose_split(join_groups(dataset.rows, pairs), split, seed)[0], pairs)
    return audit(dataset.rows, _as_named(read_assignments(Path(split)), dataset.rows), pairs)


def audit(rows: pd.DataFrame, split: pd.DataFrame, pairs: Sequence[NearDuplicate]) -> SplitAudit:
    """Audit a `split` (columns image_id, part, fold; an image may stand there several times) of checked `rows`.

    `pairs` are the near-duplicates of the data. Raises `DataError` where no image of the data set is in the split.
    """
    known = split[split["image_id"].isin(rows["image_id"])]
    if known.empty:
        raise DataError(
            "The split names no image of this data set.", "Its column image_id must hold the ids of this data set."
        )
    images = known[["image_id", "part", "fold"]].merge(_kinships(rows, pairs), on="image_id")
    folds = [_find_kin(fold) for _, fold in images.groupby("fold")]
    marked = pd.concat(folds, ignore_index=True)
    affected = marked[marked["all_train"] | marked["all_val"]].sort_values(["part", "image_id"])
    return SplitAudit(
        test=_count(marked, "test"),
        val=_count(marked, "val"),
        n_folds=len(folds),
        n_images=int(known["image_id"].nunique()),
        n_left_out=len(rows) - int(known["image_id"].nunique()),
        n_unknown=int(split.loc[~split["image_id"].isin(rows["image_id"]), "image_id"].nunique()),
        examples=tuple(dict.fromkeys(affected["image_id"]))[:_MOST_EXAMPLES],
        near_duplicates=duplicate_findings(rows, pairs),
    )


def _as_named(split: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The split with image ids as the data set writes them: upper and lower case are the same."""
    names = {image_id.lower(): image_id for image_id in rows["image_id"]}
    return split.assign(image_id=[names.get(image_id.lower(), image_id) for image_id in split["image_id"]])


_KEYS: Mapping[Kinship, str] = {
    "image": "image_id",
    "lesion": "lesion_id",
    "patient": "patient",
    "copy": "sha256",
    "near-duplicate": "alike",
}
"""The column that is the same for kin."""


def _kinships(rows: pd.DataFrame, pairs: Sequence[NearDuplicate]) -> pd.DataFrame:
    """The rows with a column for each kind of kinship, and `group`, which joins them all but copies."""
    joined = join_groups(rows, pairs)["group"]
    in_pair = {image_id for pair in pairs for image_id in (pair.first, pair.second)}
    # A group that is no lesion is a patient; and only an image of a pair is alike to another.
    alone = "image " + rows["image_id"]
    patients = rows["group"].where(rows["group"] != rows["lesion_id"], alone)
    alike = joined.where(rows["image_id"].isin(in_pair), alone)
    columns = rows[["image_id", "lesion_id", "dx", "sha256"]]
    return columns.assign(patient=patients, alike=alike, group=joined)


def _find_kin(images: pd.DataFrame) -> pd.DataFrame:
    """The images of one fold with columns <kinship>_train, <kinship>_val and all_train, all_val: kin in that part.

    An image of a part is never compared with that part itself, so that validation has no kin in validation.
    """
    marks: dict[str, Flags] = {}
    parts = images["part"].to_numpy()
    for earlier in ("train", "val"):
        later = np.isin(parts, PARTS[PARTS.index(earlier) + 1 :])
        of_part = images[parts == earlier]
        for kind, column in _KEYS.items():
            marks[f"{kind}_{earlier}"] = later & images[column].isin(of_part[column]).to_numpy()
        of_group = later & images["group"].isin(of_part["group"]).to_numpy()
        marks[f"all_{earlier}"] = of_group | marks[f"copy_{earlier}"]
    return images.assign(**marks)


def _count(images: pd.DataFrame, part: Literal["val", "test"]) -> PartAudit:
    of_part = images[images["part"] == part]
    return PartAudit(
        part=part,
        total=_overlap(of_part, "all", "all"),
        kinds=tuple(_overlap(of_part, kind, kind) for kind in _KEYS),
        classes=tuple(_overlap(of_part[of_part["dx"] == code], code, "all") for code in CODES),
    )


def _overlap(images: pd.DataFrame, what: str, mark: str) -> Overlap:
    with_train, with_val = images[f"{mark}_train"], images[f"{mark}_val"]
    return Overlap(
        what=what,
        n_images=len(images),
        with_train=int(with_train.sum()),
        with_val=int(with_val.sum()),
        with_either=int((with_train | with_val).sum()),
    )
