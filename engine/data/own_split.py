"""Reads a split that the user brings: in a file, a column or the names of folders."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from engine.data.text_table import read_text_table
from engine.errors import DataError

NAME = "split.csv"
"""A file of this name beside the images is the user's own split."""

_PARTS = {
    "train": ("train", "training", "trn"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "tst", "holdout"),
}
_PART_OF = {name: part for part, names in _PARTS.items() for name in names}
_IDS = ("image_id", "isic_id", "image", "image_name")
_COLUMNS = ("part", "split", "set", "subset")


def part_of(name: str) -> str | None:
    """The part that `name` means ("Training" is train), None if it is no name of a part."""
    return _PART_OF.get(name.strip().lower())


def is_split(columns: Iterable[str]) -> bool:
    """Whether a table with these columns is a split or was made with one, and is no table of a data set."""
    names = set(columns)
    return {"group", "part"} <= names or (not names.isdisjoint(_COLUMNS) and len(names) <= 2)


def read_parts(path: Path, fold: int | None = None) -> dict[str, str]:
    """The part of each image, by its id in lower case, from a table with image ids and parts; of `fold`, if it has any.

    Raises `DataError`.
    """
    assignments = read_assignments(path)
    folds = sorted(assignments["fold"].unique())
    if fold is not None:
        assignments = assignments[assignments["fold"] == str(fold)]
        if assignments.empty:
            raise DataError(f"{path.name} has no fold {fold}.", f"It has {', '.join(folds)}.")
    elif len(folds) > 1:
        raise DataError(
            f"{path.name} holds {len(folds)} folds, not one split.",
            "Choose one with --fold, or make a split without --folds.",
        )
    parts: dict[str, str] = {}
    for image_id, part in zip(assignments["image_id"], assignments["part"], strict=True):
        if parts.setdefault(image_id.lower(), part) != part:
            raise DataError(f"{path.name} has {image_id} in two parts.", "Each image stands in one part only.")
    return parts


def read_assignments(path: Path) -> pd.DataFrame:
    """The rows of a table with image ids and parts: columns image_id, part (train, val or test) and fold, all text.

    An image may stand there several times. Raises `DataError`.
    """
    table = read_text_table(path)
    ids = next((name for name in _IDS if name in table.columns), None)
    column = next((name for name in _COLUMNS if name in table.columns), None)
    if ids is None or column is None:
        raise DataError(
            f"{path.name} is no split: it has no column {'image_id' if ids is None else 'part'}.",
            "A split is a table with the columns image_id and part, which is train, val or test.",
        )
    parts = []
    for image_id, name in zip(table.column(ids), table.column(column), strict=True):
        part = part_of(name)
        if part is None:
            raise DataError(f"{path.name} has a part {name!r} for {image_id}.", "Parts are train, val and test.")
        parts.append(part)
    fold = table.column("fold") if "fold" in table.columns else "0"
    return pd.DataFrame({"image_id": table.column(ids), "part": parts}).assign(fold=fold)
