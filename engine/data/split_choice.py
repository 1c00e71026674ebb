"""Chooses the split to train with: the user's own file, the one that the data set brings, or a new one."""

from pathlib import Path

import pandas as pd

from engine.data.own_split import read_parts
from engine.data.split import COLUMNS, make_split
from engine.data.split_modes import notebook_split, own_split
from engine.errors import DataError


def choose_split(rows: pd.DataFrame, split: str, seed: int, fold: int | None = None) -> tuple[pd.DataFrame, bool]:
    """The split of `rows` (columns of `Dataset.rows`) that `split` and `fold` (of `TrainingConfig`) ask for.

    And whether it is the user's own, which may leak. Raises `DataError`.
    """
    if split == "notebook":
        return _as_met(notebook_split(rows, seed)), True
    if split == "new" or (split == "auto" and not brings_split(rows)):
        return make_split(rows, seed), False
    return own_split(rows if split == "auto" else _with_parts(rows, Path(split), fold), seed), True


def _as_met(copies: pd.DataFrame) -> pd.DataFrame:
    """The notebook's split with each image once in every part that a copy of it went to."""
    met = copies.drop_duplicates(["image_id", "part"]).sort_values(["image_id", "part"], ignore_index=True)
    return met[list(COLUMNS)]


def brings_split(rows: pd.DataFrame) -> bool:
    """Whether the data set says which images are for training."""
    return bool((rows["part"] == "train").any())


def _with_parts(rows: pd.DataFrame, path: Path, fold: int | None) -> pd.DataFrame:
    parts = read_parts(path, fold)
    rows = rows.assign(part=[parts.get(image_id.lower(), "") for image_id in rows["image_id"]])
    if not brings_split(rows):
        raise DataError(
            f"{path.name} puts none of the {len(rows):,} images into the training part.",
            "Its column image_id must hold the ids of this data set, and its column part train, val or test.",
        )
    return rows
